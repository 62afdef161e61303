import test from 'ava';
import { Desk, modifyOf, types } from './desk.ts';
import { refused } from './neighbours.ts';

/** DOMAIN §5 F2: an order that changes the plan of a line waits for the boundary; §4 "Product order", pending. */
let desk: Desk;

test.before(async () => {
  desk = await Desk.open();
});
test.after.always(() => desk?.close());
test.beforeEach(async () => {
  const { neighbours } = desk;
  neighbours.script = () => null;
  neighbours.calls.length = 0;
  neighbours.effects.length = 0;
  await desk.events();
});

let count = 0;

/** A customer with an active line on PLAN_S. */
function line(): { customerId: string; subscriptionId: string } {
  count += 1;
  const customerId = desk.neighbours.customer(`CUST-${String(count).padStart(3, '0')}`);
  const subscriptionId = `SUB-${String(500 + count)}`;
  desk.neighbours.lines.set(subscriptionId, { customerId, orderId: `ORD-${String(9000 + count)}`, state: 'active', offeringId: 'PLAN_S' });
  return { customerId, subscriptionId };
}

async function waiting(): Promise<{ id: string; subscriptionId: string }> {
  const { customerId, subscriptionId } = line();
  const id = await desk.place(modifyOf(customerId, subscriptionId));
  await desk.rests(id, 'awaitChange');
  return { id, subscriptionId };
}

const order = async (id: string) => (await desk.call('TMF622.retrieveProductOrder', { id })).body;

test.serial('an order for another plan is pending until the renewal has brought it', async (t) => {
  const { id, subscriptionId } = await waiting();
  t.deepEqual(desk.neighbours.effects, [`change of ${id}`]);
  const pending = await order(id);
  t.like(pending, { state: 'pending', productOrderItem: [{ id: '1', action: 'modify', state: 'pending', product: { id: subscriptionId } }] });
  t.deepEqual(pending.productOrderItem[0].itemPrice[0].price.taxIncludedAmount, { unit: 'SGD', value: 25 });
  t.like(desk.neighbours.called('subscription.schedulePlanChange')[0], { idempotencyKey: `${id}:change`, body: { offeringId: 'PLAN_M', orderId: id, price: { priceId: 'PRICE_PLAN_M', name: 'Monthly', amount: { unit: 'SGD', value: 25 } } } });
  await desk.neighbours.renew(subscriptionId);
  await desk.until(id, 'completed');
  t.is((await order(id)).completionDate, '2026-04-11T09:00:00.000Z');
  const told = await desk.events();
  t.deepEqual(types(told), ['order.acknowledged', 'order.in_progress', 'order.pending', 'order.completed']);
  t.like(told[2]!.payload, { orderId: id, subscriptionId, offeringId: 'PLAN_M', priceSnapshot: { priceId: 'PRICE_PLAN_M', amount: 2500, currency: 'SGD' }, from: 'inProgress', to: 'pending', trigger: 'schedule' });
  const { steps } = await desk.saga(id);
  t.deepEqual(steps.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`), ['start done', 'scheduleChange done', 'awaitChange done']);
});

test.serial('an order whose renewal passed unheard finds its plan when it looks', async (t) => {
  const { id, subscriptionId } = await waiting();
  Object.assign(desk.neighbours.lines.get(subscriptionId)!, { offeringId: 'PLAN_M', pendingChange: null });
  await desk.call('order.resumeProductOrder', { id });
  await desk.until(id, 'completed');
  t.pass();
});

test.serial('an order whose change the customer drops, or whose line ends, is cancelled', async (t) => {
  const dropped = await waiting();
  await desk.neighbours.dropChange(dropped.subscriptionId);
  await desk.until(dropped.id, 'cancelled');
  t.is((await order(dropped.id)).cancellationDate, '2026-04-11T09:00:00.000Z');
  const ended = await waiting();
  desk.neighbours.lines.get(ended.subscriptionId)!.state = 'terminated';
  await desk.neighbours.dropChange(ended.subscriptionId);
  await desk.until(ended.id, 'cancelled');
  t.deepEqual(types(await desk.events()).filter((type) => type === 'order.cancelled'), ['order.cancelled', 'order.cancelled']);
});

test.serial('a cancelled order takes its change back first', async (t) => {
  const { id, subscriptionId } = await waiting();
  const { body } = await desk.cancel(id);
  await desk.until(id, 'cancelled');
  t.is(desk.neighbours.lines.get(subscriptionId)!.pendingChange, null);
  t.deepEqual(desk.neighbours.effects, [`change of ${id}`, `no change of ${id}`]);
  t.like((await desk.call('TMF622.retrieveCancelProductOrder', { id: body.id })).body, { state: 'done', effectiveCancellationDate: '2026-04-11T09:00:00.000Z' });
  t.deepEqual(types(await desk.events()), [
    'order.acknowledged', 'order.in_progress', 'order.pending', 'cancel_order.created', 'cancel_order.state_changed', 'order.cancelled', 'cancel_order.state_changed',
  ]);
});

test.serial('a cancel that meets the renewal comes too late: the order is completed', async (t) => {
  const { id, subscriptionId } = await waiting();
  Object.assign(desk.neighbours.lines.get(subscriptionId)!, { offeringId: 'PLAN_M', pendingChange: null });
  const { body } = await desk.cancel(id);
  await desk.until(id, 'completed');
  t.like((await desk.call('TMF622.retrieveCancelProductOrder', { id: body.id })).body, {
    state: 'terminatedWithError', policyViolation: { reason: 'order.cancel.too_late', message: 'The plan has been changed already.' },
  });
});

test.serial('a cancel that meets the charge for the plan waits how it ends', async (t) => {
  const { id, subscriptionId } = await waiting();
  desk.neighbours.script = ({ key }) => (key === 'subscription.cancelPlanChange' ? refused('subscription.renew.in_progress') : null);
  await desk.cancel(id);
  await desk.asked('subscription.cancelPlanChange');
  t.is(await desk.state(id), 'pending');
  desk.neighbours.script = () => null;
  await desk.neighbours.renew(subscriptionId);
  await desk.until(id, 'completed');
});

test.serial('a process that dies after it asked for the change, or after it took it back, does neither twice', async (t) => {
  const { customerId, subscriptionId } = line();
  desk.diesAfter = 'subscription.schedulePlanChange';
  const id = await desk.place(modifyOf(customerId, subscriptionId));
  await desk.died();
  await desk.restart('subscription.cancelPlanChange');
  await desk.rests(id, 'awaitChange');
  await desk.cancel(id);
  await desk.died();
  await desk.restart();
  await desk.until(id, 'cancelled');
  t.deepEqual(desk.neighbours.effects, [`change of ${id}`, `no change of ${id}`]);
});

test.serial('a change that subscription refuses fails the order with its rule', async (t) => {
  desk.neighbours.script = ({ key }) => (key === 'subscription.schedulePlanChange' ? refused('subscription.plan_change.not_sellable', 'Not on sale.') : null);
  const { customerId, subscriptionId } = line();
  const id = await desk.place(modifyOf(customerId, subscriptionId));
  await desk.until(id, 'failed');
  t.like(await order(id), { policyViolation: { reason: 'subscription.plan_change.not_sellable' } });
});

test.serial('an operator gives up an order whose change gets no answer, and nothing stays scheduled', async (t) => {
  const { customerId, subscriptionId } = line();
  desk.neighbours.script = ({ key }) => (key === 'subscription.schedulePlanChange' ? 'away' : null);
  const id = await desk.place(modifyOf(customerId, subscriptionId));
  await desk.rests(id, 'scheduleChange');
  await desk.call('order.failProductOrder', { id, body: { reason: 'no longer wanted' } });
  desk.neighbours.script = () => null;
  await desk.until(id, 'failed');
  t.falsy(desk.neighbours.lines.get(subscriptionId)!.pendingChange);
});

test.serial('an order that waits for its boundary is not stuck', async (t) => {
  const { id } = await waiting();
  desk.clock.advance(40 * 86_400_000);
  t.like(await desk.sweepStuck(), { examined: 0, changed: 0 });
  t.is(await desk.state(id), 'pending');
});
