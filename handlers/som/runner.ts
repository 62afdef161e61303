import type { Tx } from '#db/database';
import { advanceServiceOrder, claimServiceOrder } from '#policy/service-order';
import { keyed, ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import { Lanes } from '#runtime/lanes';
import { runFor } from '#runtime/origin';
import { SpanKind, withSpan } from '#runtime/span';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { lockServiceOrder, type Failure, type ServiceOrderRow } from './order.ts';
import { fetchPlan, type Plan } from './plan.ts';
import { begin, finish, starve, type Unit } from './progress.ts';
import { advanceOrder, claimOrders } from './store.ts';
import { tasksOf, wasHlrProvisioned } from './task.ts';
import type { Nudge } from './wish.ts';

/** Service orders carried out at the same time by one process. */
const lanesMax = 16;
const firstBackoffMs = 250;
const safetyNetMs = 1_000;

/** Does what service orders need of their neighbours, outside any transaction: plan, reservation, release. */
export function orderWorker(service: Service): Worker {
  const lanes = new Lanes(lanesMax, () => worker.nudge());
  const nudge: Nudge = () => worker.nudge();
  const worker = service.worker({
    name: 'som.service_order', everyMs: safetyNetMs,
    run: async () => {
      const wanted = lanes.free;
      if (wanted === 0) return false;
      const orders = await claim(service, wanted);
      for (const order of orders) lanes.start(() => carryOn(service, nudge, order));
      return orders.length === wanted && lanes.free > 0;
    },
    drain: () => lanes.idle(),
  });
  return worker;
}

function claim(service: Service, most: number): Promise<ServiceOrderRow[]> {
  const nowMs = service.clock.tick();
  return service.db.tx((tx) => claimOrders(tx, claimServiceOrder.permit(tx), nowMs, nowMs + service.config.leaseSeconds * 1000, most));
}

/** Never rejects: what goes wrong outside a step is tried again when the lease lapses. */
async function carryOn(service: Service, nudge: Nudge, order: ServiceOrderRow): Promise<void> {
  try {
    await runFor(service.name, order, () => withSpan(`service order ${order.action} ${order.id}`, SpanKind.INTERNAL, () => runSteps(service, nudge, order)));
  } catch (error) {
    service.log.error({ err: error, serviceOrderId: order.id }, 'a service order was interrupted; it goes on when its lease lapses');
  }
}

async function runSteps(service: Service, nudge: Nudge, claimed: ServiceOrderRow): Promise<void> {
  let order: ServiceOrderRow | null = claimed;
  while (order) {
    const present: ServiceOrderRow = order;
    const outcome = await take(service, present);
    order = await service.db.tx((tx) => keep(tx, service, nudge, present, outcome));
  }
}

type Outcome =
  | { readonly kind: 'ready'; readonly plan: Plan; readonly unit: Unit | null }
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** It was called off before this step. */
  | { readonly kind: 'leftOut' }
  | { readonly kind: 'released' }
  | { readonly kind: 'trouble'; readonly message: string };

/** One step: calls one neighbour, idempotently. */
async function take(service: Service, order: ServiceOrderRow): Promise<Outcome> {
  try {
    if (order.step === 'release') return await release(service, order);
    if (order.ending !== null) return { kind: 'leftOut' };
    return order.step === 'reserve' ? await reserve(service, order) : { kind: 'ready', plan: await planFor(service, order), unit: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    service.log.warn({ serviceOrderId: order.id, step: order.step, err: error }, 'a step of a service order failed; it is tried again');
    return { kind: 'trouble', message: message.slice(0, 2000) };
  }
}

async function planFor(service: Service, { id, plan, specificationId, action }: ServiceOrderRow): Promise<Plan> {
  if (plan !== null) return plan;
  if (specificationId === null || action === null) throw new Error(`service order ${id} says nothing about what is to be done`);
  return fetchPlan(service, specificationId, action);
}

/** Number and profile as one unit, held for the product order; the key finds the first result again. */
async function reserve(service: Service, order: ServiceOrderRow): Promise<Outcome> {
  const { orderId, customerId, msisdnPreference } = order;
  if (orderId === null || customerId === null) throw new Error(`service order ${order.id} adds a service for nobody`);
  try {
    const { msisdn, iccid, imsi, activationCode = null } = await ok(service.clients.inventory.POST('/reservation', {
      body: { orderId, customerId, ...(msisdnPreference === null ? {} : { msisdnPreference }) }, ...keyed(order.id),
    }));
    return { kind: 'ready', plan: await planFor(service, order), unit: { msisdn, iccid, imsi, activationCode } };
  } catch (error) {
    if (error instanceof RemoteError && error.final) return { kind: 'refused', failure: { rule: error.rule, message: String(error.body['message'] ?? error.message) } };
    throw error;
  }
}

/** Gives number and profile back; an order that never held any has nothing to give. */
async function release({ clients, db }: Service, { id, orderId, failure }: ServiceOrderRow): Promise<Outcome> {
  if (orderId === null) throw new Error(`service order ${id} adds a service for nobody`);
  const hlrProvisioned = wasHlrProvisioned(await tasksOf(db, id));
  try {
    await ok(clients.inventory.POST('/reservation/{orderId}/release', {
      params: { path: { orderId } }, body: { hlrProvisioned, reason: (failure?.message ?? 'cancelled').slice(0, 500) }, ...keyed(`${id}:release`),
    }));
  } catch (error) {
    if (!(error instanceof RemoteError && error.status === 404)) throw error;
  }
  return { kind: 'released' };
}

/**
 * Writes what a step came to.
 * @returns the order to go on with, or null when this run is over: waiting, backing off, ended, or taken over
 */
async function keep(tx: Tx, service: Service, nudge: Nudge, before: ServiceOrderRow, outcome: Outcome): Promise<ServiceOrderRow | null> {
  const fresh = await lockServiceOrder(tx, before.id);
  if (!fresh || fresh.run !== before.run || fresh.step !== before.step) return null;
  if (outcome.kind === 'trouble') return postpone(tx, service, fresh, outcome.message);
  if (outcome.kind === 'refused') return ended(starve(tx, service, fresh, outcome.failure));
  if (outcome.kind === 'released') return ended(finish(tx, service, nudge, fresh));
  if (fresh.ending !== null) return callOff(tx, service, nudge, fresh);
  if (outcome.kind === 'leftOut') return fresh; // what it was left out for is gone
  return ended(begin(tx, service, nudge, fresh, outcome.plan, outcome.unit));
}

/** Called off before it began: an add may hold a reservation by now, anything else ends at once. */
async function callOff(tx: Tx, service: Service, nudge: Nudge, fresh: ServiceOrderRow): Promise<ServiceOrderRow | null> {
  if (fresh.action !== 'add') return ended(finish(tx, service, nudge, fresh));
  return advanceOrder(tx, advanceServiceOrder.permit(tx), fresh.id, { step: 'release', attempts: 0 });
}

async function ended(work: Promise<unknown>): Promise<null> {
  await work;
  return null;
}

async function postpone(tx: Tx, service: Service, fresh: ServiceOrderRow, message: string): Promise<null> {
  const backoffMs = Math.min(firstBackoffMs * 2 ** Math.min(fresh.attempts, 20), service.config.backoffMaxSeconds * 1000);
  await advanceOrder(tx, advanceServiceOrder.permit(tx), fresh.id, {
    attempts: fresh.attempts + 1, lastError: message, leaseUntilMs: null, nextRunMs: service.clock.tick() + backoffMs,
  });
  return null;
}
