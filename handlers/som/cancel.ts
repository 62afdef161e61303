import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { SomHandlers } from '#generated/stubs/som';
import { cancelServiceOrderMachine } from '#policy/cancel-order';
import { unknownReference } from '#policy/reference';
import { enforce } from '#policy/rule';
import { advanceServiceOrder, serviceOrderMachine, taskClaimed } from '#policy/service-order';
import { accept } from '../resource/document.ts';
import type { Document } from '../resource/resource.ts';
import { created } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { cancelPayload, cancelServiceOrder, openCancel, type CancelRow } from './cancel-request.ts';
import { lockServiceOrder, type ServiceOrderRow } from './order.ts';
import { advanceOrder, insertCancel, moveCancel } from './store.ts';
import { nextIds } from './store-service.ts';
import { tasksOf } from './task.ts';
import type { Nudge } from './wish.ts';

/**
 * POST cancelServiceOrder (DOMAIN §4 "Cancel request"). An order that has not begun is called off; one
 * that has asked for tasks waits until the network says whether any was claimed.
 */
export const requestCancel = (service: Service, nudge: Nudge): SomHandlers['TMF641.createCancelServiceOrder'] => async ({ body }) => {
  const document = accept(cancelServiceOrder, body);
  const row = await service.db.tx((tx) => request(tx, service, nudge, body.serviceOrder.id, document));
  return created(service, cancelServiceOrder, row);
};

/** An order has one open request: a second one finds it. */
async function request(tx: Tx, service: Service, nudge: Nudge, serviceOrderId: string, document: Document): Promise<CancelRow> {
  const order = await lockServiceOrder(tx, serviceOrderId);
  if (!order && /^SO-\d{3,}$/.test(serviceOrderId)) throw unknownReference('serviceOrder', serviceOrderId, 'service_order.list_for_order');
  const open = order ? await openCancel(tx, order.id) : null;
  if (open) return open;
  const tasks = order ? await judge(tx, order) : 0;
  const at = service.clock.now();
  const [id] = await nextIds(tx, 'CXS', 1);
  const move = cancelServiceOrderMachine.move(tx, null, 'request', undefined, { cancelOrderId: id, serviceOrderId });
  const row = await insertCancel(tx, move, { id: id!, serviceOrderId: order?.id ?? null, document }, at); // one id was asked for
  recordMove(tx, move, row.id, cancelPayload(row.id, order, tasks));
  if (order) return assess(tx, service, nudge, row, order, tasks);
  // What becomes of somebody else's order, its system has to tell.
  record(tx, 'cancel_order.information_required', row.id, cancelPayload(row.id, null, 0));
  return row;
}

/**
 * @returns how many tasks the network has been asked for
 * @throws {PolicyViolation} service_order.transition.invalid, service_order.cancel.task_claimed
 */
async function judge(tx: Tx, order: ServiceOrderRow): Promise<number> {
  const ids = { serviceOrderId: order.id, orderId: order.orderId };
  // Asked for its refusal: the order moves when all is called off.
  serviceOrderMachine.move(tx, order.state, 'cancel', undefined, ids);
  const tasks = await tasksOf(tx, order.id);
  const claimed = tasks.find(({ state, undo }) => undo || state !== 'requested');
  if (claimed || order.ending !== null) enforce([taskClaimed], { serviceOrderId: order.id, state: order.state, taskId: claimed?.taskId ?? null });
  return tasks.length;
}

async function assess(tx: Tx, service: Service, nudge: Nudge, row: CancelRow, order: ServiceOrderRow, tasks: number): Promise<CancelRow> {
  const move = cancelServiceOrderMachine.move(tx, row.state, 'assess', undefined, { cancelOrderId: row.id, serviceOrderId: order.id });
  const assessed = await moveCancel(tx, move, row, service.clock.now());
  recordMove(tx, move, row.id, cancelPayload(row.id, order, tasks));
  if (order.state !== 'acknowledged') return assessed;
  await advanceOrder(tx, advanceServiceOrder.permit(tx), order.id, { ending: 'cancelled', nextRunMs: service.clock.tick() });
  tx.afterCommit(nudge);
  return assessed;
}
