import test from 'ava';
import { DryRunPassed } from '#runtime/errors';
import { resumeOpen } from '#handlers/payment/worker';
import { sale, sgd, Till, types, type Got } from './till.ts';

/** TMF676 payment: DOMAIN §1 "Wide intake", §4 payment; TMF.md §2–§4. */
let till: Till;

test.before(async () => {
  till = await Till.open();
});
test.after.always(() => till?.close());
test.beforeEach(async () => {
  till.gatewayCalls.length = 0;
  till.beforeGateway = () => undefined;
  await till.events();
});

const payment = (method: string, account: string, more: object = {}) =>
  ({ account: { id: account }, paymentMethod: { id: method }, totalAmount: sgd(5), description: 'Goodwill', ...more });
const post = (body: object, more: object = {}): Promise<Got> => till.call('TMF676.createPayment', { body, ...more });
const ids = (rows: { id: string }[]): string[] => rows.map(({ id }) => id);

test.serial('what a client says of account, payer and card of a payment and its refund comes back and is found', async (t) => {
  const { method, account } = await till.customer('CUST-391');
  const said = {
    account: { id: 'GL-4711', name: 'Their ledger' }, payer: { id: 'ACME', name: 'Acme Pte', role: 'employer', '@referredType': 'Organization' },
    paymentMethod: { id: method, name: 'company card' },
  };
  const { body } = await post({ ...said, totalAmount: sgd(5) });
  t.like(body, { status: 'captured', ...said });
  t.deepEqual(ids((await till.call('TMF676.listPayment', { query: { 'account.id': 'GL-4711', 'payer.id': 'ACME' } })).body), [body.id]);
  const { body: [bill] } = await till.call('TMF678.listCustomerBill', { query: { 'appliedPayment.payment.id': body.id } });
  t.is(bill.billingAccount.id, account, 'the bill is for the account of who pays');

  const refund = { account: said.account, payment: { id: body.id }, paymentMethod: { id: 'PM-999', name: 'company card' }, totalAmount: sgd(2), reason: 'goodwill', description: 'as agreed on the phone' };
  const { body: given } = await till.call('TMF676.createRefund', { body: refund });
  t.like(given, { status: 'done', account: said.account, description: 'as agreed on the phone', reason: 'goodwill', paymentMethod: { id: method, name: 'company card' } });
  t.deepEqual(await till.broken(), []);
});

test.serial('a posted payment is authorised, captured and billed at once', async (t) => {
  const { method, account } = await till.customer('CUST-301');
  await till.events();
  const { status, body, headers } = await post(payment(method, account, { correlatorId: 'abc', '@type': 'OurPayment', shop: 'Orchard' }));
  t.is(status, 201);
  t.is(headers['Location'], body.href);
  t.like(body, { status: 'captured', correlatorId: 'abc', shop: 'Orchard', '@type': 'OurPayment', totalAmount: sgd(5), taxAmount: sgd(0.41), amount: sgd(4.59) });
  t.like(body.account, { id: account });
  t.like(body.payer, { id: 'CUST-301' });
  t.like(body.paymentMethod, { id: method, name: 'visa **4242' });
  t.is(body.paymentItem.length, 1);
  const told = await till.events();
  t.deepEqual(types(told), sale);
  const { body: bill } = await till.call('TMF678.retrieveCustomerBill', { id: told[4]!.id });
  t.is(bill.appliedPayment[0].payment.id, body.id);
  t.deepEqual((await till.call('billing.retrieveBillDocument', { id: bill.id })).body.lines.map((line: { description: string }) => line.description), ['Goodwill']);
  t.deepEqual(await till.broken(), []);
});

test.serial('the items of a posted payment are the lines of its bill when they add up', async (t) => {
  const { method, account } = await till.customer('CUST-302');
  const item = (id: string, value: number) => ({ id, item: { id, name: `Part ${id}` }, totalAmount: sgd(value) });
  const { body } = await post(payment(method, account, { paymentItem: [item('1', 2), item('2', 3)] }));
  const [bill] = (await till.call('TMF678.listCustomerBill', { query: { 'appliedPayment.payment.id': body.id } })).body;
  const { lines } = (await till.call('billing.retrieveBillDocument', { id: bill.id })).body;
  t.deepEqual(lines.map((line: { description: string; amount: object }) => [line.description, line.amount]), [['Part 1', sgd(2)], ['Part 2', sgd(3)]]);
  const refusal = await till.refusal('TMF676.createPayment', { body: payment(method, account, { paymentItem: [item('1', 2), item('2', 2)] }) });
  t.is(refusal.rule, 'payment.charge.amount_invalid');
  t.is(refusal.context['expected'], 'the sum of the items');
});

const recorded = [
  { title: 'without method', rule: 'payment.charge.method_required', body: { account: { id: 'x' }, paymentMethod: {}, totalAmount: sgd(5) } },
  { title: 'without amount', rule: 'payment.charge.amount_required', body: { account: { id: 'x' }, paymentMethod: { id: 'their-card' }, totalAmount: {} } },
  { title: 'with a foreign method', rule: 'payment.charge.method_foreign', body: { account: { id: 'x' }, paymentMethod: { id: 'their-card' }, totalAmount: sgd(5) } },
];
for (const { title, rule, body } of recorded) {
  test.serial(`a payment ${title} is recorded as denied, and nothing is charged`, async (t) => {
    const { status, body: made } = await post(body);
    t.is(status, 201);
    t.is(made.status, 'denied');
    t.is(made.policyViolation.reason, rule);
    t.true(made.policyViolation.fix.length > 0);
    t.is(made.account.id, 'x');
    t.deepEqual(made.totalAmount, 'value' in body.totalAmount ? sgd(5) : sgd(0));
    const told = await till.events();
    t.deepEqual(types(told), ['payment.created', 'payment.denied']);
    t.is(told[1]!.payload['rule'], rule);
    t.deepEqual(till.gatewayCalls, []);
    t.deepEqual((await till.call('TMF676.retrievePayment', { id: made.id })).body, made);
  });
}

test.serial('a card that comes by value is recorded without its number and code', async (t) => {
  const card = { '@type': 'BankCard', name: 'My card 4242 4242 4242 4242', cardNumber: '4000000000000002', digits: 4242424242424242, cvv: '123', lastFourDigits: '0002', serial: '4242424242424241' };
  const { body } = await post({ account: { id: 'x' }, paymentMethod: card, totalAmount: sgd(5) });
  t.deepEqual(body.paymentMethod, {
    '@type': 'BankCard', name: 'My card ************4242', cardNumber: '************0002', digits: '************4242', lastFourDigits: '0002', serial: '4242424242424241',
  });
  const [stored] = await till.sql<{ whole: string }>('SELECT p::text AS whole FROM payment.payment p WHERE id = $1', [body.id]);
  t.notRegex(stored!.whole, /4242424242424242|4242 4242|4000000000000002|123"/);
});

test.serial('what a payment names of ours must be there, and its card be the payer’s own', async (t) => {
  const mine = await till.customer('CUST-303');
  const theirs = await till.customer('CUST-304');
  await till.events();
  const refused = async (body: object) => (await till.refusal('TMF676.createPayment', { body })).rule;
  t.is(await refused(payment('PM-999', mine.account)), 'reference.id.unknown');
  t.is(await refused(payment(mine.method, 'BA-999')), 'reference.id.unknown');
  t.is(await refused(payment(mine.method, mine.account, { payer: { id: 'CUST-999', '@referredType': 'Customer' } })), 'reference.id.unknown');
  t.is(await refused(payment(theirs.method, mine.account)), 'payment.charge.method_not_owned');
  t.is(await refused(payment(mine.method, mine.account, { totalAmount: { unit: 'EUR', value: 5 } })), 'payment.charge.currency_mismatch');
  for (const value of [0.001, 1e7, 1e300]) t.is(await refused(payment(mine.method, mine.account, { totalAmount: sgd(value) })), 'payment.charge.amount_invalid', String(value));
  await t.throwsAsync(post(payment(mine.method, mine.account), { as: { dryRun: true } }), { instanceOf: DryRunPassed });
  t.deepEqual(await till.events(), []);
});

test.serial('a declined payment is told as a refusal and stands in the list as denied', async (t) => {
  const { method, account } = await till.customer('CUST-305', '4000000000009995');
  await till.events();
  const refusal = await till.refusal('TMF676.createPayment', { body: payment(method, account) });
  t.is(refusal.rule, 'payment.charge.declined');
  t.is(refusal.context['declineCode'], 'insufficient_funds');
  t.deepEqual(types(await till.events()), ['payment.created', 'payment.denied']);
  const { body } = await till.call('TMF676.listPayment', { query: { 'account.id': account, status: 'denied' } });
  t.deepEqual(ids(body), [String(refusal.context['paymentId'])]);
});

test.serial('a caller with a key asks again after a timeout; one without gets the payment as it stands, and the worker ends it', async (t) => {
  const { method, account } = await till.customer('CUST-306', '4000000000000119');
  await till.events();
  const { status, body } = await post(payment(method, account));
  t.is(status, 201);
  t.is(body.status, 'pendingAuthorization');
  t.deepEqual(types(await till.events()), ['payment.created']);
  for (const expected of [[], sale.slice(1), []]) {
    await till.restart();
    await till.as({}, () => resumeOpen(till.payment, till.gateway));
    t.deepEqual(types(await till.events()), expected);
  }
  t.is((await till.call('TMF676.retrievePayment', { id: body.id })).body.status, 'captured');
  t.deepEqual(till.gatewayCalls.map((one) => one.split(' ')[0]), ['authorize', 'authorize', 'authorize', 'capture']);

  const keyed = () => post(payment(method, account), { key: 'again' });
  await t.throwsAsync(keyed, { name: 'GatewayTimeout' });
  await t.throwsAsync(keyed, { name: 'GatewayTimeout' });
  t.is((await keyed()).body.status, 'captured');
  t.deepEqual(types(await till.events()), sale);
});

test.serial('a sale whose process dies after the money was taken is finished by the worker, charged once', async (t) => {
  const { method, account } = await till.customer('CUST-307');
  await till.events();
  till.beforeGateway = (call) => {
    if (call.startsWith('capture')) throw new Error('kill -9');
  };
  await t.throwsAsync(post(payment(method, account)), { message: 'kill -9' });
  till.beforeGateway = () => undefined;
  t.deepEqual(types(await till.events()), ['payment.created', 'payment.authorized']);
  await till.restart();
  const resume = (): Promise<boolean> => till.as({}, () => resumeOpen(till.payment, till.gateway));
  await Promise.all([resume(), resume()]);
  t.deepEqual(types(await till.events()), ['payment.captured', 'rate.applied', 'bill.created']);
  await till.restart();
  await resume();
  t.deepEqual(await till.events(), []);
  t.deepEqual(await till.broken(), []);
});

test.serial('one sale that cannot be ended does not hold up the next', async (t) => {
  const bad = await till.customer('CUST-311');
  const good = await till.customer('CUST-312');
  till.beforeGateway = () => {
    throw new Error('kill -9');
  };
  for (const { method, account } of [bad, good]) await t.throwsAsync(post(payment(method, account)), { message: 'kill -9' });
  await till.events();
  await till.restart();
  const [{ id }] = await till.sql<{ id: string }>("SELECT id FROM payment.payment WHERE customer_id = 'CUST-311'") as [{ id: string }];
  till.beforeGateway = (call) => {
    if (call.includes(id)) throw new Error('defect');
  };
  await till.as({}, () => resumeOpen(till.payment, till.gateway));
  const told = await till.events();
  t.deepEqual(types(told), sale.slice(1));
  t.true(told.every(({ payload }) => payload['customerId'] === 'CUST-312'));
});

test.serial('payments are found by what every payment has, and shown in the parts asked for', async (t) => {
  const { method, account } = await till.customer('CUST-308');
  const { body: made } = await post(payment(method, account, { correlatorId: 'find-me' }));
  await till.call('payment.createCharge', { body: { customerId: 'CUST-308', amount: sgd(3), purpose: 'vas', subscriptionId: 'SUB-001' } });
  const find = async (query: object) => (await till.call('TMF676.listPayment', { query })).body;
  const filters = [
    { id: made.id }, { href: made.href }, { correlatorId: 'find-me' }, { 'account.id': account, 'totalAmount.value': '5' },
    { 'account.id': account, 'totalAmount.unit': 'SGD', description: 'Goodwill' }, { 'paymentMethod.id': method, 'totalAmount.value.gt': '4' },
    { 'payer.id': 'CUST-308', correlatorId: 'find-me', status: 'captured' }, { correlatorId: 'find-me', 'paymentDate.gte': '2026-04-11T09:00:00Z' },
  ];
  for (const query of filters) t.deepEqual(ids(await find(query)), [made.id], JSON.stringify(query));
  t.is((await find({ 'payer.id': 'CUST-308' })).length, 2);
  for (const row of await find({})) {
    for (const name of ['id', 'href', 'account', 'paymentMethod', 'totalAmount', 'status', 'paymentDate', '@type']) t.true(name in row, `${name} of ${row.id}`);
    t.true('unit' in row.totalAmount && 'value' in row.totalAmount && 'id' in row.account);
  }
  const { status, body, headers } = await till.call('TMF676.listPayment', { query: { 'payer.id': 'CUST-308', limit: 1, fields: 'status,totalAmount' } });
  t.is(status, 206);
  t.deepEqual(Object.keys(body[0]).sort(), ['href', 'id', 'status', 'totalAmount']);
  t.is(headers['X-Total-Count'], '2');
});

test.serial('a customer pays from own accounts only, and sees own payments only', async (t) => {
  const mine = await till.customer('CUST-309');
  const theirs = await till.customer('CUST-310');
  const as = { role: 'customer', onBehalfOf: 'CUST-309' } as const;
  const { body } = await post(payment(mine.method, mine.account), { as });
  t.is((await till.refusal('TMF676.createPayment', { body: payment(theirs.method, theirs.account), as })).rule, 'auth.customer.not_owner');
  t.deepEqual(ids((await till.call('TMF676.listPayment', { as })).body), [body.id]);
  const other = await post(payment(theirs.method, theirs.account));
  t.is((await till.refusal('TMF676.retrievePayment', { id: other.body.id, as })).rule, 'auth.customer.not_owner');
});
