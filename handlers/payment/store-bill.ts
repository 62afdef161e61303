import type { RowValues, Tx } from '#db/database';
import type { BillState } from '#policy/bill';
import type { Move } from '#policy/machine';
import type { Permit } from '#policy/permit';
import { keepHistory } from '../transition.ts';

/** A parallel first charge may have opened it: then that one stands. */
export async function insertAccount(tx: Tx, permit: Permit<'billing_account.open'>, account: RowValues): Promise<void> {
  const { id, createdAt, updatedAt, customerId, name, currency } = account;
  await tx.writer(permit).sql(
    `INSERT INTO billing.billing_account (id, created_at, updated_at, customer_id, name, currency) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (customer_id) DO NOTHING`, [id, createdAt, updatedAt, customerId, name, currency]);
}

/** A bill with the rates on it: invariants I13 and I14 hold from the first moment. */
export async function insertBill(tx: Tx, move: Move<`bill.${string}`, BillState>, bill: RowValues & { readonly id: string; readonly createdAt: Date }, rates: readonly RowValues[]): Promise<void> {
  const writer = tx.writer(move.permit);
  await writer.insert('billing.customer_bill', bill);
  for (const rate of rates) await writer.insert('billing.applied_rate', rate);
  await keepHistory(writer, 'billing.customer_bill', { customerBillId: bill.id }, move, bill.createdAt);
}
