import type { RowValues, Tx } from '#db/database';
import type { Move } from '#policy/machine';
import type { PaymentMethodStatus } from '#policy/payment-method';
import type { Permit } from '#policy/permit';
import { keepHistory } from '../transition.ts';
import type { MethodRow } from './method.ts';

export type MethodMove = Move<`payment_method.${string}`, PaymentMethodStatus>;

export async function insertMethod(tx: Tx, move: MethodMove, method: RowValues & { readonly id: string }, at: Date): Promise<MethodRow> {
  const writer = tx.writer(move.permit);
  const row = await writer.insert<MethodRow>('payment.payment_method', { ...method, status: move.to, createdAt: at, updatedAt: at });
  await keepHistory(writer, 'payment.payment_method', { paymentMethodId: method.id }, move, at);
  return row;
}

/** A card that can no longer be charged is no default either. */
export async function retireMethod(tx: Tx, move: MethodMove, row: MethodRow, at: Date): Promise<void> {
  const writer = tx.writer(move.permit);
  await writer.update('payment.payment_method', { id: row.id }, {
    status: move.to, isDefault: false, removedAt: move.to === 'removed' ? at : null, updatedAt: at, rev: row.rev + 1,
  });
  await keepHistory(writer, 'payment.payment_method', { paymentMethodId: row.id }, move, at);
}

/** Moves the flag in two steps: never two defaults (I12). */
export async function makeDefault(tx: Tx, permit: Permit<'payment_method.set_default'>, row: MethodRow, at: Date): Promise<MethodRow> {
  const writer = tx.writer(permit);
  await writer.sql(
    'UPDATE payment.payment_method SET is_default = false, updated_at = $2, rev = rev + 1 WHERE customer_id = $1 AND is_default', [row.customerId, at]);
  const [stored] = await writer.sql<MethodRow>(
    'UPDATE payment.payment_method SET is_default = true, updated_at = $2, rev = rev + 1 WHERE id = $1 RETURNING *', [row.id, at]);
  return stored!; // the row is locked by this transaction
}
