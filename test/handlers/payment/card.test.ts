import test from 'ava';
import { tokenizeCard } from '#cli/card-tokenizer';
import { expirySweep } from '#handlers/payment/expiry';
import { NotFound, PreconditionFailed } from '#runtime/errors';
import { sgd, Till, types } from './till.ts';

/** DOMAIN §4 "Payment method", §6 payment_method.*, §8 I12, §9 "Secrets". */
let till: Till;

test.before(async () => {
  till = await Till.open();
});
test.after.always(() => till?.close());
test.beforeEach(async () => {
  till.lines = [];
  await till.events();
});

const cards = async (customerId: string, more: object = {}) =>
  (await till.call('payment.listPaymentMethod', { query: { customerId, ...more } })).body as { id: string; isDefault: boolean; status: string }[];
const remove = (id: string, headers = {}) => till.call('payment.deletePaymentMethod', { id, headers });

test.serial('the first card of a customer is the default, the second is not', async (t) => {
  till.customers.set('CUST-101', 'active');
  const { status, body: first } = await till.addCard('CUST-101');
  t.is(status, 201);
  t.like(first, { customerId: 'CUST-101', status: 'active', brand: 'visa', last4: '4242', isDefault: true, removedAt: null });
  const told = await till.events();
  t.deepEqual(types(told), ['payment_method.added']);
  t.deepEqual(told[0]!.payload, { paymentMethodId: first.id, customerId: 'CUST-101', brand: 'visa', last4: '4242', isDefault: true, from: null, to: 'active', trigger: 'add', reason: null });
  const { body: second } = await till.addCard('CUST-101');
  t.false(second.isDefault);
  t.deepEqual((await cards('CUST-101')).map(({ id }) => id), [first.id, second.id]);
  t.deepEqual((await cards('CUST-101', { isDefault: false })).map(({ id }) => id), [second.id]);
  t.like((await till.call('payment.retrievePaymentMethod', { id: second.id })).body, second);
  await t.throwsAsync(till.call('payment.retrievePaymentMethod', { id: 'PM-999' }), { instanceOf: NotFound });
});

test.serial('no answer, event or row but one column ever holds the token', async (t) => {
  till.customers.set('CUST-102', 'active');
  const card = tokenizeCard('4242424242424242');
  const { body } = await till.call('payment.createPaymentMethod', { body: { customerId: 'CUST-102', ...card } });
  const { body: sold } = await till.call('payment.createCharge', { body: { customerId: 'CUST-102', amount: sgd(3), purpose: 'vas' } });
  const seen = [body, sold, await cards('CUST-102'), await till.events(), (await till.call('TMF676.retrievePayment', { id: sold.id })).body];
  t.false(JSON.stringify(seen).includes(card.token));
  const kept = await till.sql<{ document: unknown; items: unknown }>('SELECT document, items FROM payment.payment WHERE id = $1', [sold.id]);
  t.false(JSON.stringify(kept).includes(card.token));
});

test.serial('a card number is refused and kept nowhere, mistyped or not', async (t) => {
  till.customers.set('CUST-103', 'active');
  for (const [token, rule] of [['4242 4242 4242 4242', 'token_missing'], ['4242424242424241', 'number_invalid'], [undefined, 'token_missing'], ['tok_amex_1111_00112233', 'token_missing']] as const) {
    const { token: _good, ...card } = tokenizeCard('4242424242424242');
    const refusal = await till.refusal('payment.createPaymentMethod', { body: { customerId: 'CUST-103', ...card, ...(token === undefined ? {} : { token }) } });
    t.is(refusal.rule, `payment_method.add.${rule}`);
    t.false(JSON.stringify([refusal.message, refusal.context, refusal.fix]).includes('4242'));
  }
  t.deepEqual(await cards('CUST-103'), []);
  t.deepEqual(await till.events(), []);
});

test.serial('the same token is the same card, also when added many times at once', async (t) => {
  till.customers.set('CUST-104', 'active');
  const card = { customerId: 'CUST-104', ...tokenizeCard('4242424242424242') };
  const answers = await Promise.all(Array.from({ length: 8 }, () => till.call('payment.createPaymentMethod', { body: card })));
  t.is(new Set(answers.map(({ body }) => body.id)).size, 1);
  t.deepEqual(types(await till.events()), ['payment_method.added']);
});

test.serial('sixteen first cards at once open one account, one of them is the default, and the limit holds', async (t) => {
  till.customers.set('CUST-105', 'active');
  const outcomes = await Promise.allSettled(Array.from({ length: 16 }, () => till.addCard('CUST-105')));
  const refused = outcomes.filter((one) => one.status === 'rejected');
  t.is(refused.length, 11);
  t.true(refused.every(({ reason }) => reason.rule === 'payment_method.add.limit_reached' && reason.context.limit === 5));
  const onFile = await cards('CUST-105');
  t.is(onFile.length, 5);
  t.is(onFile.filter(({ isDefault }) => isDefault).length, 1);
  t.is((await till.sql('SELECT 1 FROM billing.billing_account WHERE customer_id = $1', ['CUST-105'])).length, 1);
});

test.serial('an expired card, and any card of a closed or unknown customer, is refused', async (t) => {
  till.customers.set('CUST-106', 'active').set('CUST-107', 'closed');
  const expired = await till.refusal('payment.createPaymentMethod', { body: { customerId: 'CUST-106', ...tokenizeCard('4242424242424242'), expMonth: 3, expYear: 2026 } });
  t.is(expired.rule, 'payment_method.add.card_expired');
  t.like(expired.context, { expMonth: 3, expYear: 2026 });
  t.is((await till.refusal('payment.createPaymentMethod', { body: { customerId: 'CUST-107', ...tokenizeCard('4242424242424242') } })).rule, 'payment_method.add.customer_closed');
  const unknown = await till.refusal('payment.createPaymentMethod', { body: { customerId: 'CUST-999', ...tokenizeCard('4242424242424242') } });
  t.is(unknown.rule, 'reference.id.unknown');
  t.deepEqual(await till.events(), []);
});

test.serial('another card becomes the default, by itself or as it is added, and is told once', async (t) => {
  const { method: first } = await till.customer('CUST-108');
  const { body: second } = await till.addCard('CUST-108');
  await till.events();
  const choose = (id: string) => till.call('payment.setDefaultPaymentMethod', { id });
  t.true((await choose(second.id)).body.isDefault);
  const told = await till.events();
  t.deepEqual(types(told), ['payment_method.default_changed']);
  t.is(told[0]!.id, second.id);
  await choose(second.id);
  t.deepEqual(await till.events(), []);
  const { body: third } = await till.addCard('CUST-108', '4242424242424242', { makeDefault: true });
  t.true(third.isDefault);
  t.deepEqual(types(await till.events()), ['payment_method.added', 'payment_method.default_changed']);
  t.deepEqual((await cards('CUST-108')).map(({ isDefault }) => isDefault), [true, false, false]);
  await remove(first);
  const refusal = await till.refusal('payment.setDefaultPaymentMethod', { id: first });
  t.is(refusal.rule, 'payment_method.default.not_active');
  t.is(refusal.context['status'], 'removed');
});

test.serial('when the default is removed the oldest other card takes its place', async (t) => {
  const { method: first } = await till.customer('CUST-109');
  const { body: second } = await till.addCard('CUST-109');
  await till.events();
  t.is((await remove(first)).status, 204);
  const told = await till.events();
  t.deepEqual(types(told), ['payment_method.removed', 'payment_method.default_changed']);
  t.is(told[1]!.id, second.id);
  t.deepEqual((await cards('CUST-109')).map(({ id }) => id), [second.id]);
  t.deepEqual((await cards('CUST-109', { status: 'removed' })).map(({ id }) => id), [first]);
  t.is((await till.refusal('payment.deletePaymentMethod', { id: first })).rule, 'payment_method.transition.invalid');
});

test.serial('the last card stays while a line is live', async (t) => {
  const { method } = await till.customer('CUST-110');
  await till.events();
  till.lines = [{ id: 'SUB-007', state: 'blocked' }, { id: 'SUB-008', state: 'terminated' }];
  const refusal = await till.refusal('payment.deletePaymentMethod', { id: method });
  t.is(refusal.rule, 'payment_method.remove.last_with_live_line');
  t.deepEqual(refusal.context['subscriptionIds'], ['SUB-007']);
  t.is(refusal.fix[0]?.tool, 'payment.add_card');
  t.deepEqual(await till.events(), []);
  till.lines = [{ id: 'SUB-007', state: 'terminated' }];
  t.is((await remove(method)).status, 204);
});

test.serial('a removal that expects another version of the card changes nothing', async (t) => {
  const { method } = await till.customer('CUST-111');
  const { headers } = await till.call('payment.retrievePaymentMethod', { id: method });
  await t.throwsAsync(remove(method, { 'if-match': 'W/"77"' }), { instanceOf: PreconditionFailed });
  t.is((await remove(method, { 'if-match': headers['ETag'] })).status, 204);
});

test.serial('a card expires when its month has passed where the operator is', async (t) => {
  till.customers.set('CUST-112', 'active');
  await till.call('payment.createPaymentMethod', { body: { customerId: 'CUST-112', ...tokenizeCard('4242424242424242'), expMonth: 4, expYear: 2026 } });
  const { body: other } = await till.addCard('CUST-112');
  await till.events();
  const sweep = expirySweep(till.payment);
  const run = () => till.as({}, () => sweep.run());
  const at = (iso: string) => till.clock.set({ frozenAtMs: Date.parse(iso), offsetMs: 0 });
  try {
    at('2026-04-30T15:59:59Z'); // 23:59:59 on 30 April in Singapore
    t.deepEqual(await run(), { examined: 0, changed: 0, failed: 0 });
    t.is((await sweep.due())?.toISOString(), '2026-04-30T16:00:00.000Z');
    at('2026-04-30T16:00:00Z');
    t.deepEqual(await run(), { examined: 1, changed: 1, failed: 0 });
    const told = await till.events();
    t.deepEqual(types(told), ['payment_method.expired', 'payment_method.default_changed']);
    t.like(told[0]!.payload, { from: 'active', to: 'expired', trigger: 'expire', customerId: 'CUST-112' });
    t.is(told[1]!.id, other.id);
    t.deepEqual(await run(), { examined: 0, changed: 0, failed: 0 });
  } finally {
    at('2026-04-11T09:00:00Z');
  }
  const [expired] = await cards('CUST-112', { status: 'expired' });
  t.is((await till.refusal('payment.createCharge', { body: { customerId: 'CUST-112', amount: sgd(3), purpose: 'vas', paymentMethodId: expired!.id } })).rule, 'payment.charge.method_inactive');
});

test.serial('a card of December is good until the year is over', async (t) => {
  till.customers.set('CUST-116', 'active');
  await till.call('payment.createPaymentMethod', { body: { customerId: 'CUST-116', ...tokenizeCard('4242424242424242'), expMonth: 12, expYear: 2026 } });
  t.is((await expirySweep(till.payment).due())?.toISOString(), '2026-12-31T16:00:00.000Z');
});

test.serial('a customer sees and touches no card of another', async (t) => {
  const mine = await till.customer('CUST-113');
  const theirs = await till.customer('CUST-114');
  await till.events();
  const as = { role: 'customer', onBehalfOf: 'CUST-113' } as const;
  const { body } = await till.call('payment.listPaymentMethod', { as });
  t.deepEqual(body.map(({ id }: { id: string }) => id), [mine.method]);
  for (const key of ['payment.retrievePaymentMethod', 'payment.deletePaymentMethod', 'payment.setDefaultPaymentMethod'] as const) {
    const refusal = await till.refusal(key, { id: theirs.method, as });
    t.is(refusal.rule, 'auth.customer.not_owner');
    t.is(refusal.status, 403);
  }
  t.is((await till.refusal('payment.createPaymentMethod', { body: { customerId: 'CUST-114', ...tokenizeCard('4242424242424242') }, as })).rule, 'auth.customer.not_owner');
  t.deepEqual(await till.events(), []);
});

test.serial('a list shows its pages and only the attributes asked for', async (t) => {
  await till.customer('CUST-115');
  await till.addCard('CUST-115');
  const { status, body, headers } = await till.call('payment.listPaymentMethod', { query: { customerId: 'CUST-115', limit: 1, fields: 'last4' } });
  t.is(status, 206);
  t.deepEqual(Object.keys(body[0]).sort(), ['href', 'id', 'last4']);
  t.like(headers, { 'X-Total-Count': '2', 'X-Result-Count': '1' });
});
