import test from 'ava';
import { DryRunPassed, NotFound } from '#runtime/errors';
import { addOf, deleteOf, Desk, modifyOf, types } from './desk.ts';
import { refused, type Call, type Reply } from './neighbours.ts';

/** DOMAIN §5 F1.4, §6 com; TMF622 productOrder. */
let desk: Desk;

test.before(async () => {
  desk = await Desk.open({ BSS_MAX_LINES: '3' });
});
test.after.always(() => desk?.close());
test.beforeEach(async () => {
  const { neighbours } = desk;
  neighbours.network = 'waits';
  neighbours.script = () => null;
  neighbours.effects.length = 0;
  await desk.events();
});

let customers = 0;
const customer = (more: object = {}): string => desk.neighbours.customer(`CUST-${String((customers += 1)).padStart(3, '0')}`, more);
const refusal = (body: unknown) => desk.refusal('TMF622.createProductOrder', { body });
const own = (id: string) => ({ role: 'customer', onBehalfOf: id }) as const;

test.serial('an order is answered with its address, its state and its price', async (t) => {
  const customerId = customer();
  const { status, body, headers } = await desk.call('TMF622.createProductOrder', { body: { ...addOf(customerId), description: 'second phone', externalId: 'shop-17' } });
  t.is(status, 201);
  t.is(headers['Location'], body.href);
  t.like(body, { '@type': 'ProductOrder', state: 'acknowledged', orderDate: '2026-04-11T09:00:00.000Z', description: 'second phone', externalId: 'shop-17' });
  t.like(body.productOrderItem[0], { id: '1', action: 'add', state: 'acknowledged' });
  t.deepEqual(body.productOrderItem[0].itemPrice[0].price.taxIncludedAmount, { unit: 'SGD', value: 10 });
  t.is(body.relatedParty[0].id, customerId);
});

test.serial('the price agreed stays, whatever the catalog says later', async (t) => {
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  desk.neighbours.tariffs.set('PLAN_S', { value: 12 });
  await desk.neighbours.become(desk.neighbours.orderFor(id).id, 'completed');
  await desk.until(id, 'completed');
  desk.neighbours.tariffs.set('PLAN_S', { value: 10 });
  const asked = desk.neighbours.called('subscription.createSubscription').at(-1)!.body as { price: object };
  t.deepEqual(asked.price, { priceId: 'PRICE_PLAN_S', name: 'Monthly', amount: { unit: 'SGD', value: 10 } });
});

test.serial('an order that names a line but no plan to change it to is recorded and rejected', async (t) => {
  const { status, body } = await desk.call('TMF622.createProductOrder', { body: { productOrderItem: [{ id: '1', action: 'modify', product: { id: 'SUB-900' } }] } });
  t.is(status, 201);
  t.like(body, { state: 'rejected', policyViolation: { reason: 'order.create.offering_missing' } });
});

test.serial('an order that names nothing to order is recorded and rejected, without effect', async (t) => {
  const { status, body } = await desk.call('TMF622.createProductOrder', { body: { productOrderItem: [{ id: '1', action: 'add' }] } });
  t.is(status, 201);
  t.like(body, { state: 'rejected', policyViolation: { code: 'POLICY_VIOLATION', reason: 'order.create.offering_missing', context: { orderId: body.id } } });
  t.is(body.productOrderItem[0].state, 'rejected');
  t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.rejected']);
  await t.throwsAsync(desk.saga(body.id), { instanceOf: NotFound });
  t.is((await desk.refusal('order.failProductOrder', { id: body.id, body: { reason: 'x' } }).catch((error: unknown) => error)) instanceof NotFound, true);
});

/** Who has a line, which the rules below find as it was put there. */
const customerOf = (subscriptionId: string): string => {
  const customerId = customer();
  const pendingChange = subscriptionId === 'SUB-897' ? { kind: 'plan', offeringId: 'PLAN_L', orderId: 'ORD-897' } as const : null;
  desk.neighbours.lines.set(subscriptionId, { customerId, orderId: 'ORD-896', state: 'active', offeringId: 'PLAN_S', pendingChange });
  return customerId;
};

const offering = (more: object) => ({ ...more });
type Answers = Readonly<Partial<Record<Call['key'], Reply>>>;

const rules: readonly [rule: string, body: () => unknown, answers: Answers, context: object][] = [
  ['order.create.single_item', () => addOf(customer(), { quantity: 2 }), {}, { quantity: 2 }],
  ['order.create.action_unsupported', () => addOf(customer(), { action: 'noChange' }), {}, { legal: ['add', 'modify', 'delete'] }],
  ['order.create.line_missing', () => addOf(customer(), { action: 'modify' }), {}, { action: 'modify', subscriptionId: null }],
  ['subscription.plan_change.same_offering', () => modifyOf(customerOf('SUB-898'), 'SUB-898', 'PLAN_S'), {}, { subscriptionId: 'SUB-898', offeringId: 'PLAN_S' }],
  ['subscription.plan_change.already_pending', () => modifyOf(customerOf('SUB-897'), 'SUB-897', 'PLAN_M'), {}, { subscriptionId: 'SUB-897', pendingOfferingId: 'PLAN_L' }],
  ['order.create.not_a_plan', () => modifyOf(customer(), 'SUB-900', 'VAS_DATA_1GB'), {}, { category: 'VAS' }],
  ['order.create.customer_missing', () => ({ productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'PLAN_S' } }] }), {}, { customerId: null }],
  ['order.create.customer_not_active', () => addOf(customer({ status: 'suspended' })), {}, { status: 'suspended' }],
  ['order.create.kyc_required', () => addOf(customer({ kycStatus: 'not_verified' })), {}, { kycStatus: 'not_verified' }],
  ['order.create.payment_method_required', () => addOf(customer({ card: false })), {}, { offeringId: 'PLAN_S' }],
  ['order.create.not_a_plan', () => addOf(customer(), { offeringId: 'VAS_DATA_1GB' }), {}, { category: 'VAS' }],
  ['order.create.not_sellable', () => addOf(customer(), { offeringId: 'PLAN_OLD' }), {}, { lifecycleStatus: 'Retired' }],
  ['order.create.price_missing', () => addOf(customer(), { offeringId: 'PLAN_NEW' }), {
    'catalog.retrieveTariff': refused('catalog.price.none_in_force'),
    'TMF620.retrieveProductOffering': { status: 200, body: offering({ id: 'PLAN_NEW', lifecycleStatus: 'Launched', category: [{ id: 'C', name: 'PLAN' }] }) },
  }, { offeringId: 'PLAN_NEW', at: '2026-04-11T09:00:00.000Z' }],
  ['order.create.not_sellable', () => addOf(customer(), { offeringId: 'PLAN_NEW' }), {
    'catalog.retrieveTariff': refused('catalog.price.none_in_force'),
    'TMF620.retrieveProductOffering': { status: 200, body: offering({ id: 'PLAN_NEW', lifecycleStatus: 'Launched', category: [{ id: 'C', name: 'PLAN' }], validFor: { startDateTime: '2027-01-01T00:00:00.000Z' } }) },
  }, { validFor: { startDateTime: '2027-01-01T00:00:00.000Z' } }],
  ['order.create.msisdn_unavailable', () => addOf(customer(), { msisdn: '90000005' }), {}, { msisdn: '90000005', msisdnStatus: 'assigned' }],
  ['order.create.msisdn_unavailable', () => addOf(customer(), { msisdn: '12' }), {}, { msisdn: '12', msisdnStatus: null }],
  ['order.create.line_missing', () => ({ ...addOf(customer()), productOrderItem: [{ id: '1', action: 'delete', productOffering: { id: 'PLAN_S' } }] }), {}, { subscriptionId: null }],
  ['order.create.line_missing', () => deleteOf(customer(), 'SUB-899'), {}, { subscriptionId: 'SUB-899', state: 'terminated' }],
  ['order.create.line_not_owned', () => deleteOf(customer(), 'SUB-900'), {}, { subscriptionId: 'SUB-900' }],
  ['reference.id.unknown', () => addOf('CUST-99999'), {}, { type: 'customer', id: 'CUST-99999' }],
  ['reference.id.unknown', () => ({ ...addOf('CUST-99999'), productOrderItem: [{ id: '1', action: 'add' }] }), {}, { type: 'customer', id: 'CUST-99999' }],
  ['reference.id.unknown', () => addOf(customer(), { offeringId: 'PLAN_X' }), {}, { type: 'productOffering', id: 'PLAN_X' }],
  ['reference.id.unknown', () => deleteOf(customer(), 'SUB-99999'), {}, { type: 'subscription', id: 'SUB-99999' }],
];

for (const [i, [rule, body, answers, context]] of rules.entries()) {
  test.serial(`${rule} refuses an order, which leaves nothing behind (${i + 1})`, async (t) => {
    const { neighbours } = desk;
    neighbours.numbers.set('90000005', 'assigned');
    neighbours.tariffs.set('PLAN_OLD', { value: 9, lifecycleStatus: 'Retired', sellable: false });
    neighbours.lines.set('SUB-900', { customerId: 'CUST-900', orderId: 'ORD-900', state: 'active' });
    neighbours.lines.set('SUB-899', { customerId: 'CUST-900', orderId: 'ORD-899', state: 'terminated' });
    neighbours.script = ({ key }) => answers[key] ?? null;
    const error = await refusal(body());
    t.is(error.rule, rule);
    t.is(error.status, 422);
    t.like(error.context, context);
    t.truthy(error.fix[0]?.hint);
    t.deepEqual(types(await desk.events()), []);
    t.deepEqual(neighbours.effects, []);
  });
}

test.serial('the number asked for goes to som as national digits', async (t) => {
  desk.neighbours.numbers.set('90000042', 'available');
  const id = await desk.place(addOf(customer(), { msisdn: '+65 9000 0042' }));
  await desk.rests(id, 'awaitService');
  t.is(desk.neighbours.orderFor(id).preference, '90000042');
});

test.serial('nothing is decided while a neighbour is away', async (t) => {
  desk.neighbours.script = ({ key }) => (key === 'TMF629.retrieveCustomer' ? 'away' : null);
  await t.throwsAsync(desk.place(addOf(customer())), { message: /crm cannot be reached/ });
  t.deepEqual(types(await desk.events()), []);
});

test.serial('a customer has as many lines and open orders as BSS_MAX_LINES, also when it asks for all at once', async (t) => {
  const customerId = customer();
  desk.neighbours.lines.set('SUB-901', { customerId, orderId: 'ORD-901', state: 'blocked' });
  desk.neighbours.lines.set('SUB-902', { customerId, orderId: 'ORD-902', state: 'terminated' });
  const answers = await Promise.allSettled([1, 2, 3, 4, 5].map(() => desk.place(addOf(customerId))));
  t.is(answers.filter(({ status }) => status === 'fulfilled').length, 2);
  t.like(await refusal(addOf(customerId)), { rule: 'order.create.line_limit', context: { lines: 3, limit: 3 } });
});

test.serial('of two orders that end one line at the same moment, one is refused', async (t) => {
  const customerId = customer();
  desk.neighbours.lines.set('SUB-903', { customerId, orderId: 'ORD-903', state: 'active' });
  const answers = await Promise.allSettled([1, 2, 3].map(() => desk.place(deleteOf(customerId, 'SUB-903'))));
  const [winner] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const losers = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as { rule: string; context: object }] : []));
  t.is(losers.length, 2);
  for (const loser of losers) t.like(loser, { rule: 'order.create.line_busy', context: { subscriptionId: 'SUB-903', openOrderId: winner } });
});

test.serial('a dry run asks every rule and writes nothing', async (t) => {
  const dry = { dryRun: true } as const;
  await t.throwsAsync(desk.call('TMF622.createProductOrder', { body: addOf(customer()), as: dry }), { instanceOf: DryRunPassed });
  t.is((await desk.refusal('TMF622.createProductOrder', { body: addOf(customer({ card: false })), as: dry })).rule, 'order.create.payment_method_required');
  t.false(types(await desk.events()).includes('order.acknowledged'));
});

test.serial('a customer orders for itself and sees its own orders only', async (t) => {
  const [one, other] = [customer(), customer()];
  const id = await desk.place(addOf(one), own(one));
  const { rule, status } = await desk.refusal('TMF622.createProductOrder', { body: addOf(one), as: own(other) });
  t.deepEqual([rule, status], ['auth.customer.not_owner', 403]);
  const list = async (as: object) => (await desk.call('TMF622.listProductOrder', { as })).body.map((order: { id: string }) => order.id);
  t.deepEqual(await list(own(one)), [id]);
  t.deepEqual(await list(own(other)), []);
  t.is((await desk.refusal('TMF622.retrieveProductOrder', { id, as: own(other) })).status, 403);
});

test.serial('orders are found by customer, state and line', async (t) => {
  const customerId = customer();
  const id = await desk.place(addOf(customerId));
  await desk.rests(id, 'awaitService');
  await desk.neighbours.become(desk.neighbours.orderFor(id).id, 'completed');
  await desk.until(id, 'completed');
  const { subscriptionId } = await desk.saga(id);
  const ids = async (query: object) => (await desk.call('TMF622.listProductOrder', { query })).body.map((order: { id: string }) => order.id);
  t.deepEqual(await ids({ 'relatedParty.id': customerId }), [id]);
  t.deepEqual(await ids({ 'relatedParty.id': customerId, state: 'inProgress' }), []);
  t.deepEqual(await ids({ 'productOrderItem.product.id': subscriptionId, 'productOrderItem.state': 'completed' }), [id]);
  t.deepEqual(await ids({ id, 'productOrderItem.action': 'add' }), [id]);
});

test.serial('a description is changed, a state is not', async (t) => {
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  await desk.events();
  const { body } = await desk.call('TMF622.patchProductOrder', { id, body: { description: 'for the car' } });
  t.is(body.description, 'for the car');
  t.like(body.productOrderItem[0], { id: '1', productOffering: { id: 'PLAN_S' }, state: 'inProgress' });
  t.is(body.relatedParty[0].role, 'customer');
  t.deepEqual((await desk.events()).map(({ type, payload }) => [type, payload['changed']]), [['order.changed', ['description']]]);
  for (const patch of [{ state: 'completed' }, { productOrderItem: [{ id: '1', action: 'delete' }] }, { relatedParty: [] }, { orderDate: '2026-01-01T00:00:00.000Z' }]) {
    t.is((await desk.refusal('TMF622.patchProductOrder', { id, body: patch })).rule, 'order.patch.field_locked', JSON.stringify(patch));
  }
  t.is(await desk.state(id), 'inProgress');
});

test.serial('only an order without effect is deleted', async (t) => {
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  const { rule, context } = await desk.refusal('TMF622.deleteProductOrder', { id });
  t.is(rule, 'order.delete.has_effects');
  t.is(context['orderId'], id);
  const { body } = await desk.call('TMF622.createProductOrder', { body: { productOrderItem: [{ id: '1', action: 'add' }] } });
  await desk.events();
  t.is((await desk.call('TMF622.deleteProductOrder', { id: body.id })).status, 204);
  t.deepEqual(types(await desk.events()), ['order.deleted']);
  await t.throwsAsync(desk.call('TMF622.retrieveProductOrder', { id: body.id }), { instanceOf: NotFound });
});

test.serial('the steps still to come are shown as long as the order goes forward', async (t) => {
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  const saga = await desk.saga(id);
  t.like(saga, { id, '@type': 'OrderSaga', orderState: 'inProgress', action: 'add', step: 'awaitService', compensating: false, lastError: null });
  t.deepEqual(saga.steps.map(({ name, state }: { name: string; state: string }) => [name, state]), [
    ['start', 'done'], ['authorize', 'done'], ['requestService', 'done'], ['awaitService', 'running'],
    ['createLine', 'pending'], ['assignNumber', 'pending'], ['capture', 'pending'], ['activate', 'pending'],
  ]);
  t.regex(saga.paymentId, /^PAY-/);
  t.is(saga.serviceOrderId, desk.neighbours.orderFor(id).id);
});
