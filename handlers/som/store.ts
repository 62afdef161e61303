import { json, type RowValues, type Tx } from '#db/database';
import type { CancelState } from '#policy/cancel-order';
import type { Move } from '#policy/machine';
import type { Permit } from '#policy/permit';
import type { ServiceOrderState } from '#policy/service-order';
import type { Document } from '../resource/resource.ts';
import { updateResource } from '../resource/rows.ts';
import { keepHistory } from '../transition.ts';
import { cancelServiceOrder, type CancelRow } from './cancel-request.ts';
import { serviceOrder, type ServiceOrderRow } from './order.ts';
import type { TaskRow } from './task.ts';

export type OrderMove<Action extends string = `service_order.${string}`> = Move<Action, ServiceOrderState>;

export type NewServiceOrder = Partial<Omit<ServiceOrderRow, 'id' | 'rev' | 'state' | 'createdAt' | 'updatedAt' | 'orderDate' | 'document'>>
  & Pick<ServiceOrderRow, 'id' | 'document' | 'actor' | 'channel' | 'traceparent'>;

/** A service order as it begins. */
export async function insertServiceOrder(tx: Tx, move: OrderMove<'service_order.accept'>, { document, plan, ...columns }: NewServiceOrder, at: Date): Promise<ServiceOrderRow> {
  const writer = tx.writer(move.permit);
  const stored = await writer.insert<ServiceOrderRow>(serviceOrder.table, {
    ...columns, ...(plan ? { plan: json(plan) } : {}), state: move.to, document: json(document), orderDate: at, createdAt: at, updatedAt: at,
  });
  await keepHistory(writer, serviceOrder.table, { serviceOrderId: stored.id }, move, at);
  return stored;
}

/** What may change besides the state. */
export type OrderValues = Partial<Pick<ServiceOrderRow, 'step' | 'ending' | 'failure' | 'serviceId' | 'plan' | 'msisdn' | 'iccid' | 'imsi' | 'activationCode'
  | 'attempts' | 'nextRunMs' | 'leaseUntilMs'>> & { readonly startDate?: Date; readonly completionDate?: Date; readonly lastError?: string | null };

const columnsOf = ({ failure, plan, ...plain }: OrderValues): RowValues =>
  ({ ...plain, ...(failure ? { failure: json(failure) } : {}), ...(plan ? { plan: json(plan) } : {}) });

/** Stores a transition of a locked order. */
export async function moveServiceOrder(
  tx: Tx, move: OrderMove, order: ServiceOrderRow, values: OrderValues, reason: string | null, at: Date, document: Document | null = null,
): Promise<ServiceOrderRow> {
  const writer = tx.writer(move.permit);
  const stored = await updateResource(writer, serviceOrder, order.id, { at, columns: { ...columnsOf(values), state: move.to }, ...(document ? { document } : {}) });
  await keepHistory(writer, serviceOrder.table, { serviceOrderId: order.id }, move, at, reason);
  return stored;
}

/** Stores progress that is no change of state: nobody outside sees it. */
export async function advanceOrder(tx: Tx, permit: Permit<'service_order.advance'>, id: string, values: OrderValues): Promise<ServiceOrderRow> {
  const [stored] = await tx.writer(permit).update<ServiceOrderRow>(serviceOrder.table, { id }, columnsOf(values));
  return stored!; // the row is locked by the caller
}

/** Takes up to `most` orders that are due; a lease that has lapsed counts as due. */
export const claimOrders = (tx: Tx, permit: Permit<'service_order.claim'>, nowMs: number, leaseUntilMs: number, most: number): Promise<ServiceOrderRow[]> =>
  tx.writer(permit).sql<ServiceOrderRow>(
    `UPDATE service_inventory.service_order SET lease_until_ms = $2, run = run + 1
     WHERE id IN (SELECT id FROM service_inventory.service_order WHERE next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING *`, [nowMs, leaseUntilMs, most]);

/** Tasks that are about to be asked of the network. */
export async function insertTasks(tx: Tx, permit: Permit<'service_order.record_task'>, tasks: readonly TaskRow[]): Promise<void> {
  const writer = tx.writer(permit);
  await writer.sql(
    `INSERT INTO service_inventory.service_order_task (request_id, service_order_id, task_type, undo, undo_task_type, undo_duration_ms, state)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::integer[], $7::text[])`,
    [
      tasks.map((one) => one.requestId), tasks.map((one) => one.serviceOrderId), tasks.map((one) => one.taskType), tasks.map((one) => one.undo),
      tasks.map((one) => one.undoTaskType), tasks.map((one) => one.undoDurationMs), tasks.map((one) => one.state),
    ]);
}

/** Keeps what the network told of a task. */
export const updateTask = (tx: Tx, permit: Permit<'service_order.record_task'>, requestId: string, change: Pick<TaskRow, 'state' | 'taskId' | 'lastError'>): Promise<unknown> =>
  tx.writer(permit).update('service_inventory.service_order_task', { requestId }, change);

export type CancelMove = Move<`cancel_order.${string}`, CancelState>;

export interface NewCancel {
  readonly id: string;
  readonly serviceOrderId: string | null;
  readonly document: Document;
}

export async function insertCancel(tx: Tx, move: CancelMove, { document, ...columns }: NewCancel, at: Date): Promise<CancelRow> {
  const writer = tx.writer(move.permit);
  const stored = await writer.insert<CancelRow>(cancelServiceOrder.table, { ...columns, state: move.to, document: json(document), createdAt: at, updatedAt: at });
  await keepHistory(writer, cancelServiceOrder.table, { cancelOrderId: stored.id }, move, at);
  return stored;
}

/** Stores a transition of a locked request; `more` adds to what it shows. */
export async function moveCancel(tx: Tx, move: CancelMove, row: CancelRow, at: Date, more: Document = {}, reason: string | null = null): Promise<CancelRow> {
  const writer = tx.writer(move.permit);
  const stored = await updateResource(writer, cancelServiceOrder, row.id, { at, columns: { state: move.to }, document: { ...row.document, ...more } });
  await keepHistory(writer, cancelServiceOrder.table, { cancelOrderId: row.id }, move, at, reason);
  return stored;
}
