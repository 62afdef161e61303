import { json, type RowValues, type Tx } from '#db/database';
import type { BillState, OnDemandState } from '#policy/bill';
import type { Move } from '#policy/machine';
import type { Document } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';
import type { BillRow } from './bill.ts';
import type { OnDemandRow } from './on-demand.ts';

/** Holds or releases a bill. */
export async function moveBill(tx: Tx, move: Move<`bill.${string}`, BillState>, row: BillRow, at: Date): Promise<BillRow> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<BillRow>('billing.customer_bill', { id: row.id }, { state: move.to, updatedAt: at, rev: row.rev + 1 });
  await keepHistory(writer, 'billing.customer_bill', { customerBillId: row.id }, move, at);
  return stored!; // the row is locked by this transaction
}

export type OnDemandMove = Move<`bill_on_demand.${string}`, OnDemandState>;

export function insertOnDemand(tx: Tx, move: OnDemandMove, id: string, at: Date, document: Document, columns: RowValues): Promise<OnDemandRow> {
  return writeOnDemand(tx, move, id, at, (writer) =>
    writer.insert<OnDemandRow>('billing.bill_on_demand', { ...columns, id, document: json(document), state: move.to, createdAt: at, updatedAt: at }));
}

export function moveOnDemand(tx: Tx, move: OnDemandMove, row: OnDemandRow, at: Date, change: RowValues): Promise<OnDemandRow> {
  return writeOnDemand(tx, move, row.id, at, async (writer) => {
    const [stored] = await writer.update<OnDemandRow>('billing.bill_on_demand', { id: row.id }, { ...change, state: move.to, updatedAt: at, rev: row.rev + 1 });
    return stored!; // inserted by this transaction
  });
}

async function writeOnDemand(tx: Tx, move: OnDemandMove, id: string, at: Date, write: (writer: ReturnType<Tx['writer']>) => Promise<OnDemandRow>): Promise<OnDemandRow> {
  const writer = tx.writer(move.permit);
  const row = await write(writer);
  await keepHistory(writer, 'billing.bill_on_demand', { billOnDemandId: id }, move, at);
  return row;
}
