import test from 'ava';
import type { OperationKey } from '#generated/operations';
import { addOf, deleteOf, Desk, types } from './desk.ts';
import { refused } from './neighbours.ts';

/** SCENARIOS N3 on com alone: it dies right after a neighbour has answered, having kept nothing of the answer. */
let desk: Desk;

test.before(async () => {
  desk = await Desk.open();
});
test.after.always(() => desk?.close());
test.beforeEach(async () => {
  desk.neighbours.network = 'works';
  desk.neighbours.script = () => null;
  desk.neighbours.calls.length = 0;
  desk.neighbours.effects.length = 0;
  await desk.events();
});

let customers = 0;
const customer = (): string => desk.neighbours.customer(`CUST-${String((customers += 1)).padStart(3, '0')}`);

const deaths: readonly OperationKey[] = [
  'payment.authorizePayment', 'catalog.retrieveServiceMapping', 'TMF641.createServiceOrder', 'subscription.createSubscription',
  'inventory.assignReservation', 'payment.capturePayment', 'subscription.activateSubscription',
];

for (const key of deaths) {
  test.serial(`an order survives the death of com after ${key}`, async (t) => {
    desk.diesAfter = key;
    const id = await desk.place(addOf(customer()));
    await desk.died();
    await desk.restart();
    await desk.until(id, 'completed');
    const { paymentId, subscriptionId } = await desk.saga(id);
    t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `service add ${id}`, `line of ${id}`, `assign ${id}`, `capture ${paymentId}`, `${subscriptionId} active`]);
    const told = await desk.events();
    t.deepEqual(types(told), ['order.acknowledged', 'order.in_progress', 'order.completed']);
    t.is(new Set(told.map(({ traceId }) => traceId)).size, 1, 'the trace outlives the process');
    t.deepEqual(new Set(told.map(({ actor }) => actor)), new Set(['alice']));
    t.is(desk.neighbours.called(key).length, 2, 'the step was repeated');
  });
}

test.serial('an order survives a death at every step, one after the other', async (t) => {
  desk.diesAfter = deaths[0]!;
  const id = await desk.place(addOf(customer()));
  for (const [i] of deaths.entries()) {
    await desk.died();
    await desk.restart(deaths[i + 1] ?? null);
  }
  await desk.until(id, 'completed');
  t.is(desk.neighbours.effects.length, 6);
  t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.in_progress', 'order.completed']);
});

const undone: readonly [what: string, key: OperationKey, refusing: OperationKey, effects: (id: string, paymentId: string, lineId: string) => string[]][] = [
  ['the money is given back', 'payment.voidPayment', 'subscription.createSubscription', (id, paymentId) => [`authorize ${id}`, `service add ${id}`, `service delete ${id}`, `void ${paymentId}`]],
  ['the service is taken back', 'TMF641.createServiceOrder', 'subscription.createSubscription', (id, paymentId) => [`authorize ${id}`, `service add ${id}`, `service delete ${id}`, `void ${paymentId}`]],
  ['the line is ended', 'subscription.terminateSubscription', 'payment.capturePayment', (id, _paymentId, lineId) => [`authorize ${id}`, `service add ${id}`, `line of ${id}`, `assign ${id}`, `${lineId} terminated`]],
];

for (const [what, key, refusing, effects] of undone) {
  test.serial(`a failing order survives a death while ${what}`, async (t) => {
    let dying = false;
    desk.neighbours.script = (call) => {
      if (call.key !== refusing) return null;
      if (!dying) desk.diesAfter = key;
      dying = true;
      return refused(refusing === 'payment.capturePayment' ? 'payment.charge.declined' : 'subscription.create.number_in_use');
    };
    const id = await desk.place(addOf(customer()));
    await desk.died();
    await desk.restart();
    await desk.until(id, 'failed');
    const { paymentId, subscriptionId } = await desk.saga(id);
    t.deepEqual(desk.neighbours.effects, effects(id, paymentId, subscriptionId));
    t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.in_progress', 'order.failed']);
  });
}

test.serial('a line is ended once, though com dies between', async (t) => {
  const customerId = customer();
  const id = await desk.place(addOf(customerId));
  await desk.until(id, 'completed');
  const { subscriptionId } = await desk.saga(id);
  desk.neighbours.effects.length = 0;
  desk.diesAfter = 'subscription.terminateSubscription';
  const ending = await desk.place(deleteOf(customerId, subscriptionId));
  await desk.died();
  await desk.restart();
  await desk.until(ending, 'completed');
  t.deepEqual(desk.neighbours.effects, [`${subscriptionId} terminated`]);
});

test.serial('a line that was made without com hearing of it is ended when the order is given up', async (t) => {
  desk.diesAfter = 'subscription.createSubscription';
  const id = await desk.place(addOf(customer()));
  await desk.died();
  // The lease of the dead process still stands: the order is given up meanwhile, by another one.
  await desk.revive();
  await desk.call('order.failProductOrder', { id, body: { reason: 'fraud' } });
  await desk.restart();
  await desk.until(id, 'failed');
  const { paymentId, subscriptionId } = await desk.saga(id);
  t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `service add ${id}`, `line of ${id}`, `${subscriptionId} terminated`, `void ${paymentId}`]);
  t.is(desk.neighbours.payments.get(paymentId), 'canceled');
});
