import { json, type RowValues, type Tx } from '#db/database';
import type { Move } from '#policy/machine';
import type { PaymentStatus } from '#policy/payment';
import type { Permit } from '#policy/permit';
import type { Document } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';
import type { ChargeItem } from './item.ts';
import type { PaymentRow } from './payment.ts';

export type PaymentMove = Move<`payment.${string}`, PaymentStatus>;

export interface NewPayment {
  readonly id: string;
  readonly at: Date;
  readonly document: Document;
  readonly items: readonly ChargeItem[];
  readonly columns: RowValues;
}

/** A payment as it begins. */
export async function insertPayment(tx: Tx, move: PaymentMove, { id, at, document, items, columns }: NewPayment): Promise<PaymentRow> {
  const writer = tx.writer(move.permit);
  const row = await writer.insert<PaymentRow>('payment.payment', {
    ...columns, id, document: json(document), items: json(items), status: move.to, statusDate: at, createdAt: at, updatedAt: at,
    authorizedMinor: 0, capturedMinor: 0, refundedMinor: 0,
  });
  await keepHistory(writer, 'payment.payment', { paymentId: id }, move, at);
  return row;
}

/** Writes a change of state with what came with it. */
export async function movePayment(tx: Tx, move: PaymentMove, row: PaymentRow, at: Date, change: RowValues, reason: string | null = null): Promise<PaymentRow> {
  const writer = tx.writer(move.permit);
  const values = { ...change, status: move.to, statusDate: at, updatedAt: at, rev: row.rev + 1 };
  const [stored] = await writer.update<PaymentRow>('payment.payment', { id: row.id }, values);
  await keepHistory(writer, 'payment.payment', { paymentId: row.id }, move, at, reason);
  return stored!; // the row is locked by this transaction
}

/** What the capture will take and bill; from here on the service itself ends it when the caller goes away. */
export async function storeCaptureBegun(tx: Tx, permit: Permit<'payment.begin_capture'>, row: PaymentRow, items: readonly ChargeItem[], columns: RowValues): Promise<PaymentRow> {
  const values = { ...columns, ending: 'capture', items: json(items), rev: row.rev + 1 };
  const [stored] = await tx.writer(permit).update<PaymentRow>('payment.payment', { id: row.id }, values);
  return stored!; // the row is locked by this transaction
}

export async function storeVoidBegun(tx: Tx, permit: Permit<'payment.begin_void'>, row: PaymentRow): Promise<PaymentRow> {
  const [stored] = await tx.writer(permit).update<PaymentRow>('payment.payment', { id: row.id }, { ending: 'void', rev: row.rev + 1 });
  return stored!; // the row is locked by this transaction
}

/** One more call to the gateway is about to be made. */
export async function addAttempt(tx: Tx, permit: Permit<'payment.attempt'>, row: PaymentRow): Promise<PaymentRow> {
  const [stored] = await tx.writer(permit).update<PaymentRow>('payment.payment', { id: row.id }, { gatewayAttempts: row.gatewayAttempts + 1 });
  return stored!; // the row is locked by this transaction
}

/** Sales and captures whose process went away, taken by this one: at most `limit`, each once among all processes, the longest left alone first. */
export function claimSales(tx: Tx, permit: Permit<'payment.resume'>, tickMs: number, leaseUntilMs: number, limit: number): Promise<PaymentRow[]> {
  return tx.writer(permit).sql<PaymentRow>(
    `UPDATE payment.payment SET lease_until_ms = $2 WHERE id IN (
       SELECT id FROM payment.payment WHERE next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY coalesce(lease_until_ms, next_run_ms) LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *`, [tickMs, leaseUntilMs, limit]);
}

/** Removes a payment with its history. */
export async function removePayment(tx: Tx, permit: Permit<'payment.forget'>, id: string): Promise<void> {
  const writer = tx.writer(permit);
  await writer.remove('payment.payment_history', { paymentId: id });
  await writer.remove('payment.payment', { id });
}
