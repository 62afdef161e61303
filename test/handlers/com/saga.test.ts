import test from 'ava';
import { addOf, deleteOf, Desk, types } from './desk.ts';
import { refused } from './neighbours.ts';

/** DOMAIN §4 "Product order", §5 F1, F7; SCENARIOS §3 ORDER and TERM, as far as com tells them. */
let desk: Desk;

test.before(async () => {
  desk = await Desk.open();
});
test.after.always(() => desk?.close());
test.beforeEach(async () => {
  const { neighbours } = desk;
  neighbours.network = 'works';
  neighbours.script = () => null;
  neighbours.calls.length = 0;
  neighbours.effects.length = 0;
  await desk.events();
});

let customers = 0;
const customer = (): string => desk.neighbours.customer(`CUST-${String((customers += 1)).padStart(3, '0')}`);

test.serial('an order becomes a line: paid before it is provisioned, captured before it is active', async (t) => {
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'completed');
  const { payments, lines, effects } = desk.neighbours;
  const { paymentId, subscriptionId, serviceOrderId, steps } = await desk.saga(id);
  t.deepEqual(effects, [`authorize ${id}`, `service add ${id}`, `line of ${id}`, `assign ${id}`, `capture ${paymentId}`, `${subscriptionId} active`]);
  t.is(payments.get(paymentId), 'captured');
  t.is(lines.get(subscriptionId)?.state, 'active');
  t.deepEqual(steps.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`),
    ['start', 'authorize', 'requestService', 'awaitService', 'createLine', 'assignNumber', 'capture', 'activate'].map((name) => `${name} done`));
  const told = await desk.events();
  t.deepEqual(types(told), ['order.acknowledged', 'order.in_progress', 'order.completed']);
  t.is(new Set(told.map(({ traceId }) => traceId)).size, 1, 'one trace from the request to the end');
  t.deepEqual(told.map(({ actor }) => actor), ['alice', 'alice', 'alice']);
  t.like(told[0]!.payload, { orderId: id, offeringId: 'PLAN_S', priceSnapshot: { priceId: 'PRICE_PLAN_S', amount: 1000, currency: 'SGD' }, from: null, to: 'acknowledged' });
  t.like(told[2]!.payload, { orderId: id, subscriptionId, paymentId, serviceOrderId, from: 'inProgress', to: 'completed', trigger: 'complete', reason: null });
});

test.serial('each step has the key of its order', async (t) => {
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'completed');
  t.deepEqual(desk.neighbours.calls.filter(({ idempotencyKey }) => idempotencyKey !== null).map(({ key, idempotencyKey }) => [key, idempotencyKey]), [
    ['payment.authorizePayment', `${id}:auth`], ['TMF641.createServiceOrder', `${id}:so`], ['subscription.createSubscription', `${id}:sub`],
    ['inventory.assignReservation', `${id}:assign`], ['payment.capturePayment', `${id}:cap`], ['subscription.activateSubscription', `${id}:act`],
  ]);
});

test.serial('the completed order shows its line, its price and when it ended', async (t) => {
  const id = await desk.place(addOf(customer(), { msisdn: undefined }));
  await desk.until(id, 'completed');
  const { body } = await desk.call('TMF622.retrieveProductOrder', { id });
  const { subscriptionId } = await desk.saga(id);
  t.like(body, { state: 'completed', orderDate: '2026-04-11T09:00:00.000Z', completionDate: '2026-04-11T09:00:00.000Z' });
  t.like(body.productOrderItem[0], { state: 'completed', product: { id: subscriptionId } });
  t.deepEqual(body.productOrderItem[0].itemPrice[0].price.taxIncludedAmount, { unit: 'SGD', value: 10 });
});

test.serial('a free plan is billed without a payment', async (t) => {
  const id = await desk.place(addOf(customer(), { offeringId: 'PLAN_FREE' }));
  await desk.until(id, 'completed');
  t.deepEqual(desk.neighbours.called('payment.authorizePayment'), []);
  t.true(desk.neighbours.effects.includes('zero charge'));
  const [activation] = desk.neighbours.called('subscription.activateSubscription');
  t.deepEqual(activation!.body, { billId: (await desk.saga(id)).billId });
});

test.serial('a declined card ends the order before anything is reserved', async (t) => {
  desk.neighbours.script = ({ key }) => (key === 'payment.authorizePayment' ? refused('payment.charge.declined', 'The card was declined.', { paymentId: 'PAY-900' }) : null);
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'failed');
  t.deepEqual(desk.neighbours.effects, []);
  const told = await desk.events();
  t.deepEqual(types(told), ['order.acknowledged', 'order.in_progress', 'order.failed']);
  t.like(told[2]!.payload, { rule: 'payment.charge.declined', reason: 'The card was declined.', to: 'failed' });
  const { body } = await desk.call('TMF622.retrieveProductOrder', { id });
  t.like(body, { state: 'failed', policyViolation: { reason: 'payment.charge.declined' } });
});

test.serial('a failed service order gives the money back', async (t) => {
  desk.neighbours.network = 'fails';
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'failed');
  const { paymentId } = await desk.saga(id);
  t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `service add ${id}`, `void ${paymentId}`]);
  const told = await desk.events();
  t.deepEqual(types(told), ['order.acknowledged', 'order.in_progress', 'order.failed']);
  t.like(told[2]!.payload, { rule: 'msisdn.reserve.pool_empty', reason: 'No number is left.' });
});

test.serial('a capture that is denied ends the line; there is nothing to give back', async (t) => {
  desk.neighbours.script = ({ key }) => (key === 'payment.capturePayment' ? refused('payment.charge.declined') : null);
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'failed');
  const { subscriptionId } = await desk.saga(id);
  t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `service add ${id}`, `line of ${id}`, `assign ${id}`, `${subscriptionId} terminated`]);
  t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.in_progress', 'order.failed']);
});

test.serial('a service without its line is taken out of the network again, and the money given back', async (t) => {
  desk.neighbours.script = ({ key }) => (key === 'subscription.createSubscription' ? refused('subscription.create.number_in_use') : null);
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'failed');
  const { paymentId } = await desk.saga(id);
  t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `service add ${id}`, `service delete ${id}`, `void ${paymentId}`]);
});

test.serial('undoing is tried until it works', async (t) => {
  desk.neighbours.network = 'fails';
  let refusals = 2;
  desk.neighbours.script = ({ key }) => (key === 'payment.voidPayment' && (refusals -= 1) >= 0 ? 'away' : null);
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'failed');
  const { paymentId, steps } = await desk.saga(id);
  t.is(desk.neighbours.payments.get(paymentId), 'canceled');
  t.like(steps.find(({ name }: { name: string }) => name === 'returnMoney'), { attempts: 3, state: 'done' });
});

test.serial('the order is held while its service order is, and the same service order goes on', async (t) => {
  desk.neighbours.network = 'waits';
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  const { id: serviceOrderId } = desk.neighbours.orderFor(id);
  for (const state of ['inProgress', 'held'] as const) await desk.neighbours.become(serviceOrderId, state);
  await desk.until(id, 'held');
  t.is((await desk.saga(id)).step, 'awaitService');
  await desk.neighbours.become(serviceOrderId, 'inProgress');
  await desk.until(id, 'inProgress');
  await desk.neighbours.become(serviceOrderId, 'completed');
  await desk.until(id, 'completed');
  t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.in_progress', 'order.held', 'order.in_progress', 'order.completed']);
  t.is(desk.neighbours.effects.filter((effect) => effect.startsWith('authorize')).length, 1);
});

test.serial('news that come all at once lead to the same end', async (t) => {
  desk.neighbours.network = 'waits';
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  const { id: serviceOrderId } = desk.neighbours.orderFor(id);
  await Promise.all((['inProgress', 'held', 'completed', 'inProgress'] as const).map((state) => desk.neighbours.become(serviceOrderId, state)));
  await desk.until(id, 'completed');
  t.is((await desk.events()).at(-1)!.type, 'order.completed');
});

test.serial('an answer that is older than the news does not undo them', async (t) => {
  const { neighbours } = desk;
  neighbours.hold = async ({ key, body }) => {
    if (key !== 'TMF641.createServiceOrder') return;
    const { externalId: orderId } = body as { externalId: string };
    await desk.tell('service_order.completed', { aggregateId: 'SO-555', orderId, action: 'add', msisdn: '90000007', iccid: '8965010000000000053' });
  };
  neighbours.script = ({ key }) => (key === 'TMF641.createServiceOrder' ? { status: 201, body: { id: 'SO-555', state: 'inProgress' } } : null);
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'completed');
  neighbours.hold = async () => undefined;
  t.deepEqual(neighbours.called('TMF641.retrieveServiceOrder'), []);
});

test.serial('news that never came are fetched when an operator asks the order to go on', async (t) => {
  desk.neighbours.network = 'waits';
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  desk.neighbours.orderFor(id).state = 'completed';
  await desk.call('order.resumeProductOrder', { id, body: { note: 'the bus was down' } });
  await desk.until(id, 'completed');
  t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.in_progress', 'order.changed', 'order.completed']);
  t.like((await desk.call('TMF622.retrieveProductOrder', { id })).body.note[0], { text: 'the bus was down', author: 'alice' });
});

test.serial('an order that has ended does not go on', async (t) => {
  const id = await desk.place(addOf(customer()));
  await desk.until(id, 'completed');
  const { rule, context } = await desk.refusal('order.resumeProductOrder', { id });
  t.is(rule, 'order.transition.invalid');
  t.like(context, { orderId: id, state: 'completed', legal: [] });
});

test.serial('a neighbour that is away delays the order and loses nothing', async (t) => {
  let away = true;
  desk.neighbours.script = ({ key }) => (key === 'TMF641.createServiceOrder' && away ? 'away' : null);
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'requestService');
  const saga = await desk.saga(id);
  t.regex(saga.lastError, /som cannot be reached/);
  t.is(saga.steps.find(({ name }: { name: string }) => name === 'requestService').state, 'running');
  away = false;
  await desk.until(id, 'completed');
  t.is(desk.neighbours.effects.filter((effect) => effect.startsWith('authorize')).length, 1);
});

test.serial('an order that does not move for 15 minutes is told once per step', async (t) => {
  desk.neighbours.network = 'waits';
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  await desk.events();
  t.deepEqual(await desk.stuckSweep.due(), new Date('2026-04-11T09:15:00.000Z'));
  desk.clock.advance(15 * 60_000 - 1);
  t.deepEqual(await desk.sweepStuck(), { examined: 0, changed: 0, failed: 0 });
  t.deepEqual(types(await desk.events()), []);
  desk.clock.advance(1);
  t.deepEqual(await desk.sweepStuck(), { examined: 1, changed: 1, failed: 0 });
  t.deepEqual(await desk.sweepStuck(), { examined: 0, changed: 0, failed: 0 });
  t.is(await desk.stuckSweep.due(), null);
  const told = await desk.events();
  t.deepEqual(types(told), ['order.stuck']);
  t.like(told[0]!.payload, { orderId: id, step: 'awaitService', state: 'inProgress' });
  t.is((await desk.saga(id)).stuckFlaggedAt, '2026-04-11T09:15:00.000Z');
  await desk.neighbours.become(desk.neighbours.orderFor(id).id, 'completed');
  await desk.until(id, 'completed');
  t.is((await desk.saga(id)).stuckFlaggedAt, null);
});

test.serial('an order given up while the network works is undone and fails', async (t) => {
  desk.neighbours.network = 'waits';
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  await desk.call('order.failProductOrder', { id, body: { reason: 'fraud' } });
  await desk.call('order.failProductOrder', { id, body: { reason: 'fraud again' } });
  await desk.until(id, 'failed');
  const { paymentId } = await desk.saga(id);
  t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `service add ${id}`, `fail ${desk.neighbours.orderFor(id).id}`, `void ${paymentId}`]);
  const told = await desk.events();
  t.deepEqual(types(told), ['order.acknowledged', 'order.in_progress', 'order.failed']);
  t.like(told[2]!.payload, { reason: 'fraud' });
  const { rule, context } = await desk.refusal('order.failProductOrder', { id, body: { reason: 'once more' } });
  t.is(rule, 'order.fail.not_open');
  t.like(context, { orderId: id, state: 'failed' });
});

test.serial('an order to end a line ends it, and is completed when the network has forgotten it', async (t) => {
  const customerId = customer();
  const id = await desk.place(addOf(customerId));
  await desk.until(id, 'completed');
  const { subscriptionId } = await desk.saga(id);
  await desk.events();
  const ending = await desk.place(deleteOf(customerId, subscriptionId));
  await desk.until(ending, 'completed');
  t.is(desk.neighbours.lines.get(subscriptionId)?.state, 'terminated');
  const told = await desk.events();
  t.deepEqual(types(told), ['order.acknowledged', 'order.in_progress', 'order.completed']);
  t.deepEqual(told.map(({ payload }) => payload['subscriptionId']), [subscriptionId, subscriptionId, subscriptionId]);
  t.is((await desk.saga(ending)).serviceOrderId, desk.neighbours.orderFor(id, 'delete').id);
});

test.serial('the end of a line is found out, should the news of it be lost', async (t) => {
  const { neighbours } = desk;
  const customerId = customer();
  const id = await desk.place(addOf(customerId));
  await desk.until(id, 'completed');
  const { subscriptionId } = await desk.saga(id);
  neighbours.network = 'waits';
  const ending = await desk.place(deleteOf(customerId, subscriptionId));
  await desk.rests(ending, 'awaitRemoval');
  neighbours.orderFor(id, 'delete').state = 'completed';
  await desk.call('order.resumeProductOrder', { id: ending });
  await desk.until(ending, 'completed');
  const [asked] = neighbours.called('TMF641.listServiceOrder');
  t.is(asked!.query.get('serviceOrderItem.service.id'), `SVC-${neighbours.orderFor(id).id}`);
});

test.serial('a line whose network task is stuck keeps the order that ends it held', async (t) => {
  const customerId = customer();
  const id = await desk.place(addOf(customerId));
  await desk.until(id, 'completed');
  const { subscriptionId } = await desk.saga(id);
  await desk.events();
  desk.neighbours.network = 'waits';
  const ending = await desk.place(deleteOf(customerId, subscriptionId));
  await desk.rests(ending, 'awaitRemoval');
  const { id: removal } = desk.neighbours.orderFor(id, 'delete');
  await desk.neighbours.become(removal, 'held', { subscriptionId });
  await desk.until(ending, 'held');
  t.is((await desk.refusal('TMF622.createProductOrder', { body: deleteOf(customerId, subscriptionId) })).rule, 'order.create.line_missing');
  await desk.neighbours.become(removal, 'completed', { subscriptionId });
  await desk.until(ending, 'completed');
  t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.in_progress', 'order.held', 'order.in_progress', 'order.completed']);
});

test.serial('twenty orders at once are carried out, each once', async (t) => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => desk.place(addOf(customer()))));
  for (const id of ids) await desk.until(id, 'completed');
  const { effects } = desk.neighbours;
  for (const id of ids) t.is(effects.filter((effect) => effect.endsWith(` ${id}`)).length, 4, id);
});
