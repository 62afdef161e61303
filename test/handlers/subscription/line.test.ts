import test from 'ava';
import { NotFound, PolicyViolation } from '#runtime/errors';
import { gb, Shop } from './shop.ts';

/** DOMAIN §5 F1.9–11, F7.1; §8 I1, I2, I5, I6, I8. */
let shop: Shop;

test.before(async () => {
  shop = await Shop.open();
});
test.after.always(() => shop?.close());

const saga = { serviceIdentity: 'com', role: 'system' } as const;
const creation = (n: number, more: object = {}): { body: object } => ({
  body: {
    orderId: `ORD-90${n}`, customerId: 'CUST-001', offeringId: 'PLAN_S', msisdn: `9100000${n}`, iccid: `896501000000009999${n}`, serviceOrderId: 'SO-001',
    price: { priceId: 'PRICE_PLAN_S', name: 'Lite', amount: { unit: 'SGD', value: 10 } }, ...more,
  },
});
interface Wire {
  readonly id: string;
  readonly state: string;
  readonly [member: string]: unknown;
}
const refused = async (t: { throwsAsync: (p: Promise<unknown>, e: { instanceOf: typeof PolicyViolation }) => Promise<PolicyViolation | undefined> }, work: Promise<unknown>): Promise<PolicyViolation> =>
  (await t.throwsAsync(work, { instanceOf: PolicyViolation }))!;

test.serial('an order gets one line, pending, however often it asks', async (t) => {
  const first = await shop.call<Wire>('subscription.createSubscription', creation(1), saga);
  const second = await shop.call<Wire>('subscription.createSubscription', creation(1), saga);
  const parallel = await Promise.all([1, 2, 3, 4].map(() => shop.call<Wire>('subscription.createSubscription', creation(2), saga)));
  t.is(second.body!.id, first.body!.id);
  t.is(new Set(parallel.map((one) => one.body!.id)).size, 1);
  t.like(first.body, { state: 'pending', offeringName: 'PLAN_S', balances: [], price: { priceId: 'PRICE_PLAN_S', name: 'Lite', amount: { unit: 'SGD', value: 10 } }, periodStart: null });
  t.deepEqual(await shop.events(first.body!.id), ['subscription.created']);
  t.is(first.headers!['Location'], `http://subscription.local/bss-api/subscription/v1/subscription/${first.body!.id}`);
});

test.serial('a line needs a reservation, a free number and a plan that exists', async (t) => {
  const without = await refused(t, shop.call('subscription.createSubscription', creation(3, { serviceOrderId: undefined }), saga));
  t.is(without.rule, 'subscription.create.reservation_missing');
  await shop.call('subscription.createSubscription', creation(4), saga);
  const taken = await refused(t, shop.call('subscription.createSubscription', creation(5, { msisdn: '91000004' }), saga));
  t.is(taken.rule, 'subscription.create.number_in_use');
  t.like(taken.context, { msisdn: '91000004', orderId: 'ORD-905' });
  const unknown = await refused(t, shop.call('subscription.createSubscription', creation(6, { offeringId: 'PLAN_X' }), saga));
  t.like(unknown, { rule: 'reference.id.unknown' });
  t.like(unknown.context, { type: 'offering', id: 'PLAN_X' });
});

test.serial('two orders that race for one number make one line', async (t) => {
  const results = await Promise.allSettled([7, 8].map((n) => shop.call('subscription.createSubscription', creation(n, { msisdn: '91000099' }), saga)));
  t.deepEqual(results.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
  const lost = results.find((one) => one.status === 'rejected');
  t.is((lost!.reason as PolicyViolation).rule, 'subscription.create.number_in_use');
});

test.serial('a paid line is activated: full buckets, a period to the same local day next month, its events', async (t) => {
  const id = await shop.pendingLine();
  const { body } = await shop.call<Wire>('subscription.activateSubscription', { params: { id }, body: { paymentId: 'PAY-001', billId: 'BILL-001' } }, saga);
  t.like(body, {
    state: 'active', periodStart: '2026-05-05T01:00:00.000Z', periodEnd: '2026-06-05T01:00:00.000Z', anchor: '05 09:00:00.000', activationBillId: 'BILL-001',
    activationPaymentId: 'PAY-001',
  });
  const balances = body!['balances'] as { allowance: string; total: number; remaining: number; blocking: boolean }[];
  t.deepEqual(balances.map(({ allowance, total, remaining, blocking }) => [allowance, total, remaining, blocking]), [
    ['data', 5 * gb, 5 * gb, true], ['voice', 6000, 6000, false], ['sms', 100, 100, false],
  ]);
  t.deepEqual(await shop.events(id), ['subscription.created', 'subscription.activated']);
  const again = await shop.call<Wire>('subscription.activateSubscription', { params: { id }, body: { paymentId: 'PAY-001', billId: 'BILL-001' } }, saga);
  t.deepEqual(again.body, body);
  t.is((await shop.events(id)).length, 2);
  const other = await refused(t, shop.call('subscription.activateSubscription', { params: { id }, body: { paymentId: 'PAY-001', billId: 'BILL-777' } }, saga));
  t.is(other.rule, 'subscription.transition.invalid');
  t.like(other.context, { subscriptionId: id, state: 'active', trigger: 'activate' });
});

test.serial('a line without captured payment stays pending; a free one needs its bill only', async (t) => {
  const id = await shop.pendingLine();
  for (const body of [{}, { paymentId: 'PAY-001' }, { paymentId: 'PAY-404', billId: 'BILL-001' }, { billId: 'BILL-001' }]) {
    t.is((await refused(t, shop.call('subscription.activateSubscription', { params: { id }, body }, saga))).rule, 'subscription.activate.payment_missing');
  }
  t.is((await shop.line(id))['state'], 'pending');
  const free = await shop.pendingLine('PLAN_S', 0);
  const { body } = await shop.call<Wire>('subscription.activateSubscription', { params: { id: free }, body: { billId: 'BILL-002' } }, saga);
  t.is(body!.state, 'active');
});

test.serial('a customer ends a line; its number is free for the next one', async (t) => {
  const id = await shop.activeLine();
  const before = await shop.line(id);
  const { body } = await shop.call<Wire>('subscription.terminateSubscription', { params: { id }, body: { reason: 'moves abroad' } }, { role: 'customer', onBehalfOf: 'CUST-001' });
  t.like(body, { state: 'terminated', terminatedAt: '2026-05-05T01:00:00.000Z', terminationReason: 'moves abroad', balances: [] });
  await shop.call('subscription.terminateSubscription', { params: { id } });
  t.deepEqual((await shop.events(id)).slice(2), ['subscription.terminated']);
  t.like((await shop.eventRows(id)).at(-1)!.payload, { from: 'active', to: 'terminated', reason: 'moves abroad', msisdn: before['msisdn'], iccid: before['iccid'] });
  const next = creation(1, { orderId: 'ORD-800', msisdn: before['msisdn'], iccid: before['iccid'] });
  t.is((await shop.call<Wire>('subscription.createSubscription', next, saga)).body!.state, 'pending');
});

test.serial('only its own order may give up a line that is not paid yet', async (t) => {
  const id = await shop.pendingLine();
  const error = await refused(t, shop.call('subscription.terminateSubscription', { params: { id } }));
  t.is(error.rule, 'subscription.terminate.order_open');
  t.deepEqual(error.context['orderIds'], [(await shop.line(id))['orderId']]);
  await shop.call('subscription.terminateSubscription', { params: { id }, body: { reason: 'payment.charge.declined' } }, saga);
  t.like((await shop.eventRows(id)).at(-1)!.payload, { from: 'pending', to: 'terminated', trigger: 'deny' });
});

test.serial('an open order on the line keeps others from ending it until it is final', async (t) => {
  const id = await shop.activeLine();
  await shop.deliver('order.acknowledged', 'order', 'ORD-700', { orderId: 'ORD-700', subscriptionId: id });
  t.deepEqual((await refused(t, shop.call('subscription.terminateSubscription', { params: { id } }))).context['orderIds'], ['ORD-700']);
  await shop.deliver('order.completed', 'order', 'ORD-700', { orderId: 'ORD-700', subscriptionId: id });
  t.is((await shop.call<Wire>('subscription.terminateSubscription', { params: { id } })).body!.state, 'terminated');
});

test.serial('a line is shown to its customer and to staff, to nobody else', async (t) => {
  const id = await shop.activeLine();
  const stranger = { role: 'customer', onBehalfOf: 'CUST-002' } as const;
  for (const key of ['subscription.retrieveSubscription', 'subscription.retrieveBalance', 'subscription.listSubscriptionHistory', 'subscription.terminateSubscription'] as const) {
    t.is((await refused(t, shop.call(key, { params: { id } }, stranger))).rule, 'auth.customer.not_owner', key);
  }
  t.is((await refused(t, shop.call('subscription.createVasPurchase', { params: { id }, body: { offeringId: 'VAS_DATA_1GB' } }, stranger))).rule, 'auth.customer.not_owner');
  t.deepEqual((await shop.call<Wire[]>('subscription.listSubscription', {}, stranger)).body, []);
  t.deepEqual((await shop.call<Wire[]>('subscription.listSubscription', { query: { customerId: 'CUST-001' } }, stranger)).body, []);
  await t.throwsAsync(shop.call('subscription.retrieveSubscription', { params: { id: 'SUB-999' } }), { instanceOf: NotFound });
  t.is((await shop.call<Wire>('subscription.retrieveSubscription', { params: { id } }, { role: 'customer', onBehalfOf: 'CUST-001' })).body!.id, id);
});

test.serial('the holder of a number at a moment is found after the line has ended and the number has moved on', async (t) => {
  const first = await shop.activeLine();
  const { msisdn, iccid } = await shop.line(first);
  const holderAt = async (at: string): Promise<string[]> =>
    (await shop.call<Wire[]>('subscription.listSubscription', { query: { msisdn: `+65 ${String(msisdn)}`, at } })).body!.map((line) => line.id);
  shop.clock.advance(3_600_000);
  await shop.call('subscription.terminateSubscription', { params: { id: first } });
  shop.clock.advance(3_600_000);
  const next = creation(1, { orderId: 'ORD-600', msisdn, iccid });
  const second = (await shop.call<Wire>('subscription.createSubscription', next, saga)).body!.id;
  t.deepEqual(await holderAt('2026-05-05T03:00:00Z'), [], 'reserved is not held');
  await shop.call('subscription.activateSubscription', { params: { id: second }, body: { paymentId: 'PAY-001', billId: 'BILL-001' } }, saga);
  t.deepEqual(await holderAt('2026-05-05T00:59:59Z'), []);
  t.deepEqual(await holderAt('2026-05-05T01:00:00Z'), [first]);
  t.deepEqual(await holderAt('2026-05-05T02:30:00Z'), []);
  t.deepEqual(await holderAt('2026-05-05T03:00:00Z'), [second]);
  t.deepEqual((await shop.call<Wire[]>('subscription.listSubscription', { query: { msisdn: 'nonsense' } })).body, []);
});

test.serial('lists come in pages with their total, and the history tells every change', async (t) => {
  const answer = await shop.call<Wire[]>('subscription.listSubscription', { query: { customerId: 'CUST-001', limit: 2, fields: 'state' } });
  t.is(answer.status, 206);
  t.deepEqual(Object.keys(answer.body![0]!).sort(), ['href', 'id', 'state']);
  t.true(Number(answer.headers!['X-Total-Count']) > 2);
  const id = await shop.activeLine();
  await shop.use(id, 5 * gb);
  const history = await shop.call<{ from: string | null; to: string; trigger: string; blockReason: string | null; actor: string }[]>('subscription.listSubscriptionHistory', { params: { id } });
  t.deepEqual(history.body!.map(({ from, to, trigger, blockReason }) => [from, to, trigger, blockReason]), [
    ['active', 'blocked', 'exhaust', 'exhausted'], ['pending', 'active', 'activate', null], [null, 'pending', 'create', null],
  ]);
});
