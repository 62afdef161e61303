import { json, type RowValues, type Tx } from '#db/database';
import type { Move } from '#policy/machine';
import type { Permit } from '#policy/permit';
import type { RefundStatus } from '#policy/refund';
import type { Document } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';
import type { RefundRow } from './refund.ts';

export type RefundMove = Move<`refund.${string}`, RefundStatus>;

export async function insertRefund(tx: Tx, move: RefundMove, id: string, at: Date, document: Document, columns: RowValues): Promise<RefundRow> {
  const writer = tx.writer(move.permit);
  const row = await writer.insert<RefundRow>('payment.refund', {
    ...columns, id, document: json(document), status: move.to, statusDate: at, createdAt: at, updatedAt: at,
  });
  await keepHistory(writer, 'payment.refund', { refundId: id }, move, at);
  return row;
}

export async function moveRefund(tx: Tx, move: RefundMove, row: RefundRow, at: Date, change: RowValues, reason: string | null): Promise<RefundRow> {
  const writer = tx.writer(move.permit);
  const values = { ...change, status: move.to, statusDate: at, updatedAt: at, rev: row.rev + 1 };
  const [stored] = await writer.update<RefundRow>('payment.refund', { id: row.id }, values);
  await keepHistory(writer, 'payment.refund', { refundId: row.id }, move, at, reason);
  return stored!; // the row is locked by this transaction
}

/** One more call to the gateway is about to be made. */
export async function addRefundAttempt(tx: Tx, permit: Permit<'refund.attempt'>, row: RefundRow): Promise<RefundRow> {
  const [stored] = await tx.writer(permit).update<RefundRow>('payment.refund', { id: row.id }, { gatewayAttempts: row.gatewayAttempts + 1 });
  return stored!; // the row is locked by this transaction
}

/** Takes `amountMinor` off what is left of a payment; a negative amount gives it back (I11). */
export async function changeRefunded(tx: Tx, permit: Permit<'payment.reserve_refund'>, paymentId: string, amountMinor: number, at: Date): Promise<void> {
  await tx.writer(permit).sql(
    'UPDATE payment.payment SET refunded_minor = refunded_minor + $2, updated_at = $3, rev = rev + 1 WHERE id = $1', [paymentId, amountMinor, at]);
}

/** Refunds whose process went away, taken by this one: at most `limit`, each once among all processes, the longest left alone first. */
export function claimRefunds(tx: Tx, permit: Permit<'refund.resume'>, tickMs: number, leaseUntilMs: number, limit: number): Promise<RefundRow[]> {
  return tx.writer(permit).sql<RefundRow>(
    `UPDATE payment.refund SET lease_until_ms = $2 WHERE id IN (
       SELECT id FROM payment.refund WHERE next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY coalesce(lease_until_ms, next_run_ms) LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *`, [tickMs, leaseUntilMs, limit]);
}

/** Removes a refund with its history. */
export async function removeRefund(tx: Tx, permit: Permit<'refund.forget'>, id: string): Promise<void> {
  const writer = tx.writer(permit);
  await writer.remove('payment.refund_history', { refundId: id });
  await writer.remove('payment.refund', { id });
}
