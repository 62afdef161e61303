import type { Tx } from '#db/database';
import { cancelServiceOrderMachine, type CancelState } from '#policy/cancel-order';
import { taskClaimed } from '#policy/service-order';
import { violation } from '#policy/rule';
import { isoTime } from '#runtime/clock';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import { recordMove } from '../transition.ts';
import type { ServiceOrderRow } from './order.ts';
import { moveCancel, type CancelMove } from './store.ts';

/** A request to cancel a service order. */
export interface CancelRow extends ResourceRow {
  readonly state: CancelState;
  /** Null for an order we do not hold. */
  readonly serviceOrderId: string | null;
}

/** TMF641 cancelServiceOrder. */
export const cancelServiceOrder: ResourceDefinition<CancelRow> = {
  key: 'TMF641.cancelServiceOrder',
  table: 'service_inventory.cancel_service_order',
  columns: { state: { column: 'state', type: 'text' } },
  sortNewest: 'created_at',
  extensions: [verdictAttribute],
  readOnly: [],
  mandatory: ['state', 'serviceOrder'],
  stateAttribute: 'state',
  permits: {},
};

/** The request that is open on an order, locked; null = none. */
export const openCancel = (tx: Tx, serviceOrderId: string): Promise<CancelRow | null> =>
  tx.one<CancelRow>(
    "SELECT * FROM service_inventory.cancel_service_order WHERE service_order_id = $1 AND state IN ('accepted', 'inProgress') FOR UPDATE", [serviceOrderId]);

/** What the events of a request tell. @param requested tasks the order has asked for so far */
export const cancelPayload = (id: string, order: Pick<ServiceOrderRow, 'id' | 'orderId' | 'customerId'> | null, requested = 0): Document =>
  ({ cancelOrderId: id, serviceOrderId: order?.id ?? null, orderId: order?.orderId ?? null, customerId: order?.customerId ?? null, requested });

/** The order has been cancelled. */
export async function succeedCancel(tx: Tx, order: ServiceOrderRow, at: Date): Promise<void> {
  const request = await openCancel(tx, order.id);
  if (!request) return;
  const move = moveOf(tx, request, 'succeed', order);
  await moveCancel(tx, move, request, at, { effectiveCancellationDate: isoTime(at) });
  recordMove(tx, move, request.id, cancelPayload(request.id, order));
}

/** The network had begun a task before it could be called off. */
export async function refuseCancel(tx: Tx, order: ServiceOrderRow, taskId: string | null, at: Date): Promise<void> {
  const request = await openCancel(tx, order.id);
  if (!request) return;
  const refusal = violation(taskClaimed, { serviceOrderId: order.id, state: order.state, taskId });
  const move = moveOf(tx, request, 'refuse', order);
  await moveCancel(tx, move, request, at, { [verdictAttribute]: verdict(refusal) }, refusal.message);
  recordMove(tx, move, request.id, { ...cancelPayload(request.id, order), rule: refusal.rule }, refusal.message);
}

const moveOf = (tx: Tx, { id, state }: CancelRow, trigger: 'succeed' | 'refuse', order: ServiceOrderRow): CancelMove =>
  cancelServiceOrderMachine.move(tx, state, trigger, undefined, { cancelOrderId: id, serviceOrderId: order.id });
