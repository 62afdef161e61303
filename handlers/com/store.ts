import { json, type RowValues, type Tx } from '#db/database';
import type { CancelState } from '#policy/cancel-order';
import type { Move } from '#policy/machine';
import type { OrderAction, OrderState } from '#policy/order';
import type { Permit } from '#policy/permit';
import type { Origin } from '#runtime/origin';
import type { Document, ResourceValues } from '../resource/resource.ts';
import { updateResource } from '../resource/rows.ts';
import { keepHistory } from '../transition.ts';
import { cancelProductOrder, type CancelRow } from './cancel-request.ts';
import { productOrder } from './order.ts';
import type { SagaData, SagaRow, Work } from './saga.ts';

export type OrderMove = Move<`order.${string}`, OrderState>;
export type CancelMove = Move<`cancel_order.${string}`, CancelState>;

export interface NewOrder {
  readonly id: string;
  readonly at: Date;
  readonly customerId: string | null;
  readonly document: Document;
  /** Absent in an order recorded for its form alone. */
  readonly work?: NewWork;
}

export interface NewWork {
  readonly action: OrderAction;
  readonly item: RowValues;
  readonly data: RowValues;
  readonly origin: Origin;
  /** Machine time from which the saga is due. */
  readonly dueMs: number;
}

/** An order as it begins, with its item and its saga. */
export async function insertOrder(tx: Tx, move: OrderMove, { id, at, customerId, document, work }: NewOrder): Promise<void> {
  const writer = tx.writer(move.permit);
  await writer.insert('order_mgmt.product_order', {
    id, state: move.to, customerId, orderDate: at, document: json(document), createdAt: at, updatedAt: at,
  });
  await keepHistory(writer, 'order_mgmt.product_order', { orderId: id }, move, at);
  if (!work) return;
  await writer.insert('order_mgmt.order_item', { ...work.item, orderId: id, action: work.action, state: move.to });
  await writer.insert('order_mgmt.saga', {
    orderId: id, action: work.action, step: 'start', attempts: 0, nextRunMs: work.dueMs, run: 0, data: json(work.data), steps: json([]),
    stepSince: at, ...work.origin,
  });
}

/** Writes a change of state of the order and its item, with what came with it. */
export async function moveOrder(tx: Tx, move: OrderMove, orderId: string, at: Date, change: ResourceValues = {}, reason: string | null = null): Promise<void> {
  const writer = tx.writer(move.permit);
  await updateResource(writer, productOrder, orderId, { at, ...change, columns: { ...change.columns, state: move.to } });
  await writer.update('order_mgmt.order_item', { orderId }, { state: move.to });
  await keepHistory(writer, 'order_mgmt.product_order', { orderId }, move, at, reason);
}

/** A claim on a saga: who holds the latest run may save. */
export interface Claim extends Origin {
  readonly orderId: string;
  readonly run: number;
}

/** Takes up to `most` sagas that are due; a lease that has lapsed counts as due. */
export const claimSagas = (tx: Tx, permit: Permit<'saga.claim'>, nowMs: number, leaseUntilMs: number, most: number): Promise<Claim[]> =>
  tx.writer(permit).sql<Claim>(
    `UPDATE order_mgmt.saga SET lease_until_ms = $2, run = run + 1
     WHERE order_id IN (SELECT order_id FROM order_mgmt.saga WHERE next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING order_id, run, actor, channel, traceparent`, [nowMs, leaseUntilMs, most]);

type SagaChange = Partial<Pick<SagaRow, 'step' | 'ending' | 'attempts' | 'nextRunMs' | 'leaseUntilMs' | 'lastError' | 'stepSince' | 'stuckFlaggedAt' | 'data' | 'steps'>>;

/** Writes progress of a saga, and the line that its order has come to. @returns the saga as it now is */
export async function saveSaga(tx: Tx, permit: Permit<'saga.advance'>, work: Work, change: SagaChange, subscriptionId?: string): Promise<SagaRow> {
  const writer = tx.writer(permit);
  const { data, steps, ...plain } = change;
  const [saved] = await writer.update<SagaRow>('order_mgmt.saga', { orderId: work.orderId }, { ...plain, ...(data ? { data: json(data) } : {}), ...(steps ? { steps: json(steps) } : {}) });
  if (subscriptionId !== undefined) await writer.update('order_mgmt.order_item', { orderId: work.orderId }, { subscriptionId });
  return saved!; // locked by the caller
}

/**
 * Leaves news for a saga and makes it due; whoever is carrying it on right now sees them when its step
 * ends. A step that was waiting starts over, and goes by the news before it looks for itself.
 */
export async function tellSaga(tx: Tx, permit: Permit<'saga.advance' | 'order.give_up'>, work: Work, news: SagaData, dueMs: number): Promise<void> {
  const data = { ...work.data, ...news, news: (work.data.news ?? 0) + 1 };
  await tx.writer(permit).update('order_mgmt.saga', { orderId: work.orderId }, { data: json(data), attempts: 0, nextRunMs: dueMs });
}

/** Keeps news that no step waits for: they change nothing by themselves. */
export const noteNews = (tx: Tx, permit: Permit<'saga.advance'>, work: Work, news: SagaData): Promise<unknown> =>
  tx.writer(permit).update('order_mgmt.saga', { orderId: work.orderId }, { data: json({ ...work.data, ...news }) });

/** Writes attributes of an order that have no effect. */
export async function changeDocument(tx: Tx, permit: Permit<'order.change'>, orderId: string, document: Document, at: Date): Promise<void> {
  await updateResource(tx.writer(permit), productOrder, orderId, { at, document });
}

/** Marks a saga that has not moved for too long. */
export const flagSaga = (tx: Tx, permit: Permit<'order.flag_stuck'>, orderId: string, at: Date): Promise<unknown> =>
  tx.writer(permit).update('order_mgmt.saga', { orderId }, { stuckFlaggedAt: at });

export interface NewCancel {
  readonly id: string;
  readonly at: Date;
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly document: Document;
}

export async function insertCancel(tx: Tx, move: CancelMove, { id, at, document, ...columns }: NewCancel): Promise<void> {
  const writer = tx.writer(move.permit);
  await writer.insert('order_mgmt.cancel_product_order', { ...columns, id, state: move.to, document: json(document), createdAt: at, updatedAt: at });
  await keepHistory(writer, 'order_mgmt.cancel_product_order', { cancelOrderId: id }, move, at);
}

/** Writes a change of state of a request; `more` adds to what it shows. */
export async function moveCancel(tx: Tx, move: CancelMove, row: CancelRow, at: Date, more: Document = {}, reason: string | null = null): Promise<void> {
  const writer = tx.writer(move.permit);
  await updateResource(writer, cancelProductOrder, row.id, { at, columns: { state: move.to }, document: { ...row.document, ...more } });
  await keepHistory(writer, 'order_mgmt.cancel_product_order', { cancelOrderId: row.id }, move, at, reason);
}
