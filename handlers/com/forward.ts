import type { OrderState } from '#policy/order';
import { keyed, ok } from '#runtime/client';
import type { Service } from '../service.ts';
import { awaitChange, scheduleChange } from './plan-change.ts';
import { amountOf, priceOf } from './price.ts';
import { required, type ForwardStep, type SagaData, type ServiceNews, type Work } from './saga.ts';
import { removalOf, requestService, serviceOrderOf } from './service-order.ts';
import { advance, keyOf, lookAgainMs, orFail, type Outcome, type Step, type Wait } from './step.ts';

/** The steps of an add (DOMAIN §5 F1, 5–11), of a modify (F2) and of a delete (F7). */
export const forward: Readonly<Record<ForwardStep, Step>> = {
  start: async (_service, { action, priceMinor }) => {
    if (action === 'delete') return advance('terminateLine', { move: 'start' });
    if (action === 'modify') return advance('scheduleChange', { move: 'start' });
    return advance(priceMinor === 0 ? 'requestService' : 'authorize', { move: 'start' });
  },

  authorize: (service, work) => orFail(authorize(service, work)),

  requestService: (service, work) => orFail(requestService(service, work).then((more) => advance('awaitService', { data: more }))),

  awaitService: async (service, work) => {
    const known = work.data.serviceState;
    if (work.attempts === 0 || known === 'completed' || known === 'failed' || known === 'cancelled') return serviceOutcome(work.state, work.data, {});
    const seen = await serviceOrderOf(service, required(work.data.serviceOrderId, 'service order'));
    return serviceOutcome(work.state, { ...work.data, ...seen }, seen);
  },

  createLine: (service, work) => orFail(createLine(service, work)),

  assignNumber: ({ clients }, work) => orFail((async () => {
    await ok(clients.inventory.POST('/reservation/{orderId}/assign', {
      params: { path: { orderId: work.orderId } },
      body: { subscriptionId: required(work.subscriptionId, 'line'), customerId: work.customerId }, ...keyed(keyOf(work, 'assign')),
    }));
    return advance('capture');
  })()),

  capture: (service, work) => orFail(capture(service, work)),

  // Paid for: a refusal here is no reason to give the order up. It is tried again, and the stuck sweep tells.
  activate: async ({ clients }, work) => {
    const { paymentId, billId } = work.data;
    await ok(clients.subscription.POST('/subscription/{id}/activate', {
      params: { path: { id: required(work.subscriptionId, 'line') } },
      body: { ...(paymentId ? { paymentId } : {}), ...(billId ? { billId } : {}) }, ...keyed(keyOf(work, 'act')),
    }));
    return advance(null, { move: 'complete' });
  },

  scheduleChange: (service, work) => orFail(scheduleChange(service, work)),

  awaitChange,

  terminateLine: ({ clients }, work) => orFail((async () => {
    await ok(clients.subscription.POST('/subscription/{id}/terminate', {
      params: { path: { id: required(work.subscriptionId, 'line') } }, body: { reason: `order ${work.orderId}` }, ...keyed(keyOf(work, 'terminate')),
    }));
    return advance('awaitRemoval');
  })()),

  awaitRemoval: async (service, { state, data, attempts, subscriptionId }) => {
    if (attempts === 0 || data.removalState === 'completed') return removalOutcome(state, data.removalState, {});
    const seen = await removalOf(service, required(subscriptionId, 'line'));
    return removalOutcome(state, seen.removalState ?? data.removalState, seen);
  },
};

/** Holds the price on the default card; the same key finds the first result again. */
export const authorization = ({ clients }: Service, work: Work): Promise<{ id: string }> =>
  ok(clients.payment.POST('/authorization', {
    body: { customerId: work.customerId, orderId: work.orderId, amount: amountOf(work), purpose: 'activation', description: `${work.offeringName} (${work.orderId})` },
    ...keyed(keyOf(work, 'auth')),
  }));

async function authorize(service: Service, work: Work): Promise<Outcome> {
  const { id } = await authorization(service, work);
  return advance('requestService', { data: { paymentId: id } });
}

/** What the state of the service order means for the order. @param seen what is new and to be kept */
function serviceOutcome(state: OrderState, { serviceState, serviceFailure }: SagaData, seen: SagaData): Outcome {
  if (serviceState === 'completed') return advance('createLine', { data: seen, ...(state === 'held' ? { move: 'resume' as const } : {}) });
  if (serviceState === 'failed' || serviceState === 'cancelled') {
    return { kind: 'fail', failure: serviceFailure ?? { rule: null, message: `The service order was ${serviceState}.` }, data: seen };
  }
  return { kind: 'wait', lookAgainMs, data: seen, ...holding(state, serviceState) };
}

/** The line has ended for good, whatever becomes of the network: held until somebody has cleared it. */
function removalOutcome(state: OrderState, removal: ServiceNews | undefined, seen: SagaData): Outcome {
  if (removal === 'completed' && state === 'held') return advance('awaitRemoval', { data: seen, move: 'resume' });
  if (removal === 'completed') return advance(null, { data: seen, move: 'complete' });
  if (removal === 'failed' || removal === 'cancelled') {
    return { kind: 'fail', failure: { rule: null, message: `The service order that clears the network was ${removal}.` }, data: seen };
  }
  return { kind: 'wait', lookAgainMs, data: seen, ...holding(state, removal) };
}

/** The order is held while its service order is. */
function holding(state: OrderState, serviceState: ServiceNews | undefined): Pick<Wait, 'move'> {
  if (serviceState === 'held' && state === 'inProgress') return { move: 'hold' };
  return serviceState === 'inProgress' && state === 'held' ? { move: 'resume' } : {};
}

/** The line of the order, pending; the same key finds it again. */
export const line = ({ clients }: Service, work: Work): Promise<{ id: string }> =>
  ok(clients.subscription.POST('/subscription', {
    body: {
      orderId: work.orderId, customerId: work.customerId, offeringId: required(work.offeringId, 'offering'),
      msisdn: required(work.data.msisdn, 'number'), iccid: required(work.data.iccid, 'eSIM profile'),
      price: priceOf(work),
      ...(work.data.serviceOrderId ? { serviceOrderId: work.data.serviceOrderId } : {}), ...(work.data.paymentId ? { paymentId: work.data.paymentId } : {}),
    },
    ...keyed(keyOf(work, 'sub')),
  }));

async function createLine(service: Service, work: Work): Promise<Outcome> {
  const { id } = await line(service, work);
  return advance('assignNumber', { subscriptionId: id });
}

async function capture({ clients }: Service, work: Work): Promise<Outcome> {
  const { orderId, customerId, offeringId, priceId, offeringName, data } = work;
  const subscriptionId = required(work.subscriptionId, 'line');
  const items = [{
    description: offeringName ?? required(offeringId, 'offering'), amount: amountOf(work), offeringId: required(offeringId, 'offering'),
    priceId: required(priceId, 'price'), subscriptionId, orderId,
  }];
  if (work.priceMinor === 0) {
    const { billId } = await ok(clients.payment.POST('/zeroCharge', { body: { customerId, orderId, subscriptionId, items }, ...keyed(keyOf(work, 'cap')) }));
    return advance('activate', { data: { billId } });
  }
  const paid = await ok(clients.payment.POST('/payment/{id}/capture', {
    params: { path: { id: required(data.paymentId, 'payment') } }, body: { items }, ...keyed(keyOf(work, 'cap')),
  }));
  return advance('activate', { data: { billId: required(paid.billId, 'bill') } });
}
