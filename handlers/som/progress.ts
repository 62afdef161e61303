import type { Tx } from '#db/database';
import { record } from '#events/record';
import { advanceServiceOrder, serviceOrderMachine, type ServiceAction, type ServiceOrderTrigger } from '#policy/service-order';
import type { ServiceTrigger } from '#policy/service';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { succeedCancel } from './cancel-outcome.ts';
import { lockServices, makeServices, moveAll } from './inventory.ts';
import { orderFactsOf, type Failure, type ServiceOrderRow } from './order.ts';
import type { Plan } from './plan.ts';
import { advanceOrder, moveServiceOrder, type OrderValues } from './store.ts';
import { isUndone, requestTasks, requestUndo, type TaskRow } from './task.ts';
import { startWish, type Nudge } from './wish.ts';

/** Moves a locked order and tells of it. */
export async function goOrder(
  tx: Tx, order: ServiceOrderRow, trigger: Exclude<ServiceOrderTrigger, 'accept'>, values: OrderValues, at: Date, reason: string | null = null, more: Document = {},
): Promise<ServiceOrderRow> {
  const move = serviceOrderMachine.move(tx, order.state, trigger, undefined, { serviceOrderId: order.id, orderId: order.orderId });
  const stored = await moveServiceOrder(tx, move, order, values, reason, at);
  recordMove(tx, move, order.id, { serviceOrderId: order.id, ...orderFactsOf(stored), ...more }, reason);
  return stored;
}

/** The number and profile held for an add. */
export type Unit = Pick<ServiceOrderRow, 'msisdn' | 'iccid' | 'imsi' | 'activationCode'>;

const idle = { attempts: 0, nextRunMs: null, leaseUntilMs: null, lastError: null } as const;

/** Makes the services of an add and asks the network for the tasks (DOMAIN §5 F1.7, F8). */
export async function begin(tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow, plan: Plan, unit: Unit | null): Promise<void> {
  const at = service.clock.now();
  const serviceId = order.serviceId ?? (await makeServices(tx, { ...order, ...unit }, plan, at));
  const begun = await goOrder(tx, order, 'begin', { ...idle, ...unit, serviceId, plan, step: 'awaitTasks', startDate: at }, at);
  await requestTasks(tx, begun, plan.tasks);
  if (plan.tasks.length === 0) await complete(tx, service, nudge, begun);
}

const arrivals: Readonly<Record<ServiceAction, Exclude<ServiceTrigger, 'design'> | null>> =
  { add: 'activate', resume: 'activate', suspend: 'suspend', modify: null, delete: 'terminate' };

/** The network has done all of it; what the line wants by now may already be something else (F6.4). */
export async function complete(tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow): Promise<void> {
  const at = service.clock.now();
  const { serviceId, action } = effectOf(order);
  const services = await lockServices(tx, serviceId);
  const trigger = arrivals[action];
  if (trigger !== null) await moveAll(tx, services, trigger, at);
  await goOrder(tx, order, 'complete', { ...idle, step: null, completionDate: at }, at);
  await startWish(tx, service, nudge, serviceId);
}

/** Only orders with an effect come to have tasks. */
function effectOf({ id, serviceId, action }: ServiceOrderRow): { serviceId: string; action: ServiceAction } {
  if (serviceId === null || action === null) throw new Error(`service order ${id} has no service`);
  return { serviceId, action };
}

/** Begins to take back what the network has done; what it is doing is taken back when it is done. */
export async function startUndo(
  tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow, tasks: readonly TaskRow[], ending: 'failed' | 'cancelled', failure: Failure | null,
): Promise<void> {
  const undoing = await advanceOrder(tx, advanceServiceOrder.permit(tx), order.id, { step: 'awaitUndo', ending, failure });
  if (order.action === 'add') await requestUndo(tx, undoing, tasks.filter(({ state, undo }) => state === 'completed' && !undo));
  await settleUndo(tx, service, nudge, undoing, tasks);
}

/** Goes on with an undone order: an add gives its number back first. */
export async function settleUndo(tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow, tasks: readonly TaskRow[]): Promise<void> {
  if (!isUndone(tasks)) return;
  if (order.action !== 'add') return finish(tx, service, nudge, order);
  await advanceOrder(tx, advanceServiceOrder.permit(tx), order.id, { step: 'release', attempts: 0, nextRunMs: service.clock.tick() });
  tx.afterCommit(nudge);
}

/** The end of an order that was undone, or never began. */
export async function finish(tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow): Promise<void> {
  const at = service.clock.now();
  const { failure, serviceId, ending } = order;
  const reason = failure?.message ?? null;
  if (serviceId !== null && order.action === 'add') await moveAll(tx, await lockServices(tx, serviceId), 'terminate', at, reason);
  const trigger = ending === 'cancelled' ? 'cancel' : order.state === 'acknowledged' ? 'starve' : 'fail';
  const ended = await goOrder(tx, order, trigger, { ...idle, step: null, completionDate: at }, at, reason, failure?.rule ? { rule: failure.rule } : {});
  await succeedCancel(tx, ended, at);
  if (serviceId !== null && order.action !== 'add') await startWish(tx, service, nudge, serviceId);
}

/** Nothing to reserve: the order ends where it began (DOMAIN §5 "pool empty"). */
export const starve = (tx: Tx, service: Service, order: ServiceOrderRow, failure: Failure): Promise<unknown> => {
  const at = service.clock.now();
  return goOrder(tx, order, 'starve', { ...idle, failure, step: null, completionDate: at }, at, failure.message, failure.rule ? { rule: failure.rule } : {});
};

/** Warns everybody who watches the order; with `ending` the network stops what is open of it. */
export const recordJeopardy = (tx: Tx, order: ServiceOrderRow, more: Document): void =>
  record(tx, 'service_order.jeopardy', order.id, { serviceOrderId: order.id, ...orderFactsOf(order), ...more });
