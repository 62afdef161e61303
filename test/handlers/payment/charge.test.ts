import test from 'ava';
import { GatewayTimeout } from '#handlers/payment/gateway';
import { resumeOpen } from '#handlers/payment/worker';
import { DryRunPassed, NotFound } from '#runtime/errors';
import { sale, sgd, Till, types } from './till.ts';

/** DOMAIN §5 F1.5, F1.10, F4; §8 I8, I10, I11, I13, I14; macros AUTH and SALE of SCENARIOS §3. */
let till: Till;

test.before(async () => {
  till = await Till.open();
});
test.after.always(() => till?.close());
test.beforeEach(async () => {
  till.gatewayCalls.length = 0;
  till.beforeGateway = () => undefined;
  till.afterGateway = () => undefined;
  await till.events();
});

const authorization = (customerId: string, more: object = {}) => ({ customerId, orderId: 'ORD-001', amount: sgd(10), purpose: 'activation', ...more });
const items = [{ description: 'Lite', amount: sgd(10), offeringId: 'PLAN_S', priceId: 'PRICE_PLAN_S', subscriptionId: 'SUB-001', orderId: 'ORD-001', periodStart: '2026-04-11T09:00:00.000Z', periodEnd: '2026-05-11T09:00:00.000Z' }];

test.serial('an order is paid in two steps: authorised once, captured with its bill', async (t) => {
  const { method, account } = await till.customer('CUST-001');
  await till.events();
  const { status, body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-001'), key: 'ORD-001:auth' });
  t.is(status, 201);
  t.like(held, { status: 'authorized', customerId: 'CUST-001', orderId: 'ORD-001', paymentMethodId: method, last4: '4242', billId: null });
  t.deepEqual([held.amount, held.authorizedAmount, held.capturedAmount], [sgd(10), sgd(10), sgd(0)]);
  const told = await till.events();
  t.deepEqual(types(told), ['payment.created', 'payment.authorized']);
  t.like(told[0]!.payload, { paymentId: held.id, customerId: 'CUST-001', orderId: 'ORD-001', amount: 1000, currency: 'SGD', purpose: 'activation', key: 'ORD-001:auth', from: null, to: 'pendingAuthorization' });
  t.like(told[1]!.payload, { from: 'pendingAuthorization', to: 'authorized', trigger: 'approve', reason: null });

  const { body: taken } = await till.call('payment.capturePayment', { id: held.id, body: { items }, key: 'ORD-001:cap' });
  t.like(taken, { status: 'captured', capturedAmount: sgd(10), refundedAmount: sgd(0) });
  const captured = await till.events();
  t.deepEqual(types(captured), ['payment.captured', 'rate.applied', 'bill.created']);
  t.like(captured[1]!.payload, { billId: taken.billId, subscriptionId: 'SUB-001', amount: 1000, tax: 83, offeringId: 'PLAN_S', period: { start: '2026-04-11T09:00:00.000Z', end: '2026-05-11T09:00:00.000Z' } });
  t.like(captured[2]!.payload, { billId: taken.billId, customerId: 'CUST-001', paymentId: held.id, amount: 1000, tax: 83, category: 'normal', to: 'settled' });
  t.is(captured[2]!.id, taken.billId);

  const { body: bill } = await till.call('TMF678.retrieveCustomerBill', { id: taken.billId });
  t.like(bill, { state: 'settled', category: 'normal', amountDue: sgd(10), remainingAmount: sgd(0), taxExcludedAmount: sgd(9.17) });
  t.is(bill.billingAccount.id, account);
  t.is(bill.appliedPayment[0].payment.id, held.id);
  t.deepEqual(till.gatewayCalls, [`authorize ${held.id}`, `capture ${held.id}:capture`]);
  t.deepEqual(await till.broken(), []);
});

test.serial('a repeated step is its first result, also when the host has forgotten it', async (t) => {
  await till.customer('CUST-002');
  await till.events();
  const ask = () => till.call('payment.authorizePayment', { body: authorization('CUST-002', { orderId: 'ORD-002' }), key: 'ORD-002:auth' });
  const { body: held } = await ask();
  t.deepEqual((await ask()).body, held);
  const take = () => till.call('payment.capturePayment', { id: held.id, body: { items }, key: 'ORD-002:cap' });
  const { body: taken } = await take();
  t.deepEqual((await take()).body, taken);
  t.deepEqual((await ask()).body, taken);
  t.deepEqual(types(await till.events()), sale);
  t.deepEqual(till.gatewayCalls, [`authorize ${held.id}`, `capture ${held.id}:capture`]);
});

test.serial('parallel calls with one key make one payment', async (t) => {
  await till.customer('CUST-003');
  await till.events();
  const answers = await Promise.all(Array.from({ length: 8 }, () => till.call('payment.createCharge', { body: { customerId: 'CUST-003', amount: sgd(3), purpose: 'vas' }, key: 'VASP-003' })));
  t.is(new Set(answers.map(({ body }) => body.id)).size, 1);
  t.true(answers.every(({ body }) => body.status === 'captured'));
  t.deepEqual(types(await till.events()), sale);
  t.is((await till.sql('SELECT 1 FROM billing.customer_bill WHERE customer_id = $1', ['CUST-003'])).length, 1);
});

test.serial('one word as the key of two callers stands for two charges; another amount under it is refused', async (t) => {
  await till.customer('CUST-004');
  const charge = (value: number, as = {}) => ({ body: { customerId: 'CUST-004', amount: sgd(value), purpose: 'vas' }, key: 'again', as });
  const first = await till.call('payment.createCharge', charge(3));
  const second = await till.call('payment.createCharge', charge(3, { serviceIdentity: 'subscription' }));
  t.not(first.body.id, second.body.id);
  const refusal = await till.refusal('payment.createCharge', charge(4));
  t.is(refusal.rule, 'idempotency.key.reused');
  t.is(refusal.context['paymentId'], first.body.id);
});

test.serial('a declined card is recorded as denied and told as a refusal, every time it is asked', async (t) => {
  await till.customer('CUST-005', '4000000000000002');
  await till.events();
  const ask = () => till.refusal('payment.authorizePayment', { body: authorization('CUST-005'), key: 'ORD-005:auth' });
  const refusal = await ask();
  t.is(refusal.rule, 'payment.charge.declined');
  t.is(refusal.status, 422);
  t.like(refusal.context, { customerId: 'CUST-005', status: 'denied', declineCode: 'card_declined' });
  t.is(refusal.fix[0]?.tool, 'payment.add_card');
  const told = await till.events();
  t.deepEqual(types(told), ['payment.created', 'payment.denied']);
  t.like(told[1]!.payload, { declineCode: 'card_declined', from: 'pendingAuthorization', to: 'denied' });
  t.deepEqual((await ask()).context, refusal.context);
  t.deepEqual(await till.events(), []);
  t.is(till.gatewayCalls.length, 1);
});

test.serial('a capture that is declined ends the payment without a bill', async (t) => {
  await till.customer('CUST-006', '4000000000000341');
  const { body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-006'), key: 'ORD-006:auth' });
  await till.events();
  const refusal = await till.refusal('payment.capturePayment', { id: held.id, body: { items }, key: 'ORD-006:cap' });
  t.is(refusal.rule, 'payment.charge.declined');
  t.like(refusal.context, { paymentId: held.id, declineCode: 'capture_declined' });
  t.deepEqual(types(await till.events()), ['payment.denied']);
  t.deepEqual(await till.sql('SELECT captured_minor::int AS taken, bill_id FROM payment.payment WHERE id = $1', [held.id]), [{ taken: 0, bill_id: null }]);
  t.is((await till.refusal('payment.capturePayment', { id: held.id, body: { items }, key: 'ORD-006:cap' })).rule, 'payment.capture.not_authorized');
});

test.serial('a gateway that times out twice is asked again by the same call, and charges once', async (t) => {
  await till.customer('CUST-007', '4000000000000119');
  await till.events();
  const ask = () => till.call('payment.createCharge', { body: { customerId: 'CUST-007', amount: sgd(3), purpose: 'vas' }, key: 'VASP-007' });
  await t.throwsAsync(ask, { instanceOf: GatewayTimeout });
  await t.throwsAsync(ask, { instanceOf: GatewayTimeout });
  t.is((await ask()).body.status, 'captured');
  t.deepEqual(types(await till.events()), sale);
  t.deepEqual(till.gatewayCalls.map((one) => one.split(' ')[0]), ['authorize', 'authorize', 'authorize', 'capture']);
});

test.serial('a payment is voided once, and a captured one not at all', async (t) => {
  await till.customer('CUST-008');
  const { body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-008'), key: 'ORD-008:auth' });
  await till.events();
  const { body: voided } = await till.call('payment.voidPayment', { id: held.id, body: { reason: 'pool empty' }, key: 'ORD-008:void' });
  t.is(voided.status, 'canceled');
  const told = await till.events();
  t.deepEqual(types(told), ['payment.canceled']);
  t.is(told[0]!.payload['reason'], 'pool empty');
  t.is((await till.call('payment.voidPayment', { id: held.id, key: 'ORD-008:void2' })).body.status, 'canceled');
  t.deepEqual(await till.events(), []);
  t.is((await till.refusal('payment.capturePayment', { id: held.id, body: { items } })).rule, 'payment.capture.not_authorized');
  const { body: sold } = await till.call('payment.createCharge', { body: { customerId: 'CUST-008', amount: sgd(3), purpose: 'vas' } });
  t.is((await till.refusal('payment.voidPayment', { id: sold.id })).rule, 'payment.void.not_authorized');
  await t.throwsAsync(till.call('payment.voidPayment', { id: 'PAY-999' }), { instanceOf: NotFound });
});

test.serial('less than was authorised may be captured, more may not, and the items must add up', async (t) => {
  await till.customer('CUST-009');
  const { body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-009'), key: 'ORD-009:auth' });
  const take = (value: number, of: number) => ({ id: held.id, body: { amount: sgd(value), items: [{ description: 'x', amount: sgd(of) }] } });
  const over = await till.refusal('payment.capturePayment', take(10.01, 10.01));
  t.is(over.rule, 'payment.capture.amount_exceeds');
  t.is(over.context['limit'], 1000);
  t.is((await till.refusal('payment.capturePayment', take(9, 8))).rule, 'payment.charge.amount_invalid');
  t.is((await till.refusal('payment.capturePayment', { id: held.id, body: { amount: { unit: 'EUR', value: 9 }, items: [{ description: 'x', amount: { unit: 'EUR', value: 9 } }] } })).rule, 'payment.charge.currency_mismatch');
  const { body: taken } = await till.call('payment.capturePayment', take(9, 9));
  t.deepEqual(taken.capturedAmount, sgd(9));
  t.deepEqual(await till.broken(), []);
});

test.serial('what may not be charged leaves nothing behind', async (t) => {
  const mine = await till.customer('CUST-010');
  const theirs = await till.customer('CUST-011');
  till.customers.set('CUST-012', 'active');
  await till.events();
  const charge = (more: object, customerId = 'CUST-010') => till.refusal('payment.createCharge', { body: { customerId, amount: sgd(3), purpose: 'vas', ...more } });
  t.is((await charge({}, 'CUST-012')).rule, 'payment.charge.method_required');
  t.is((await charge({ paymentMethodId: theirs.method })).rule, 'payment.charge.method_not_owned');
  t.is((await charge({ amount: sgd(0) })).rule, 'payment.charge.amount_invalid');
  t.is((await charge({ amount: sgd(-1) })).rule, 'payment.charge.amount_invalid');
  t.is((await charge({ amount: sgd(1.005) })).rule, 'payment.charge.amount_invalid');
  t.is((await charge({ amount: { unit: 'EUR', value: 3 } })).rule, 'payment.charge.currency_mismatch');
  t.is((await charge({ items: [{ description: 'half', amount: sgd(1.5) }] })).rule, 'payment.charge.amount_invalid');
  const unknown = await charge({ paymentMethodId: 'PM-999' });
  t.is(unknown.rule, 'reference.id.unknown');
  t.like(unknown.context, { type: 'paymentMethod', id: 'PM-999' });
  t.is((await charge({}, 'CUST-999')).rule, 'reference.id.unknown');
  await till.addCard('CUST-010');
  await till.call('payment.deletePaymentMethod', { id: mine.method });
  t.is((await charge({ paymentMethodId: mine.method })).rule, 'payment.charge.method_inactive');
  t.deepEqual(types(await till.events()).filter((type) => type.startsWith('payment.')), []);
  t.deepEqual(till.gatewayCalls, []);
});

test.serial('a dry run asks the policies and neither the gateway nor the tables', async (t) => {
  await till.customer('CUST-013');
  const { body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-013'), key: 'ORD-013:auth' });
  await till.events();
  till.gatewayCalls.length = 0;
  const dry = { dryRun: true };
  await t.throwsAsync(till.call('payment.createCharge', { body: { customerId: 'CUST-013', amount: sgd(3), purpose: 'vas' }, as: dry }), { instanceOf: DryRunPassed });
  await t.throwsAsync(till.call('payment.capturePayment', { id: held.id, body: { items }, as: dry }), { instanceOf: DryRunPassed });
  await t.throwsAsync(till.call('payment.voidPayment', { id: held.id, as: dry }), { instanceOf: DryRunPassed });
  t.is((await till.refusal('payment.createCharge', { body: { customerId: 'CUST-013', amount: sgd(0), purpose: 'vas' }, as: dry })).rule, 'payment.charge.amount_invalid');
  t.deepEqual(await till.events(), []);
  t.deepEqual(till.gatewayCalls, []);
});

test.serial('an amount of zero is billed without payment, gateway or card', async (t) => {
  till.customers.set('CUST-014', 'active');
  const body = { customerId: 'CUST-014', orderId: 'ORD-014', items: [{ description: 'Lite, free', amount: sgd(0), offeringId: 'PLAN_S' }] };
  const { status, body: free } = await till.call('payment.createZeroCharge', { body, key: 'ORD-014:cap' });
  t.is(status, 201);
  t.deepEqual(types(await till.events()), ['rate.applied', 'bill.created']);
  t.is(free.rateIds.length, 1);
  t.deepEqual((await till.call('payment.createZeroCharge', { body, key: 'ORD-014:cap' })).body, free);
  t.deepEqual(await till.events(), []);
  t.deepEqual((await till.call('TMF678.retrieveCustomerBill', { id: free.billId })).body.appliedPayment, []);
  t.deepEqual(till.gatewayCalls, []);
  t.deepEqual(await till.broken(), []);
});

test.serial('the tax of a bill is the sum of its lines, and its receipt says so', async (t) => {
  await till.customer('CUST-015');
  const lines = [10, 20, 25].map((value) => ({ description: `Plan ${value}`, amount: sgd(value) }));
  const { body: sold } = await till.call('payment.createCharge', { body: { customerId: 'CUST-015', amount: sgd(55), purpose: 'renewal', items: lines } });
  const { body: receipt } = await till.call('billing.retrieveBillDocument', { id: sold.billId });
  t.deepEqual(receipt.lines.map((line: { tax: unknown }) => line.tax), [sgd(0.83), sgd(1.65), sgd(2.06)]);
  t.deepEqual([receipt.tax, receipt.total, receipt.taxExcludedTotal], [sgd(4.54), sgd(55), sgd(50.46)]);
  t.like(receipt, { customerName: 'Name of CUST-015', operatorName: 'BSS-CLI Mobile', last4: '4242', taxRateBp: 900, paymentId: sold.id });
  t.deepEqual(await till.broken(), []);
});

test.serial('the period of a bill spans its items, in UTC however they were written', async (t) => {
  await till.customer('CUST-021');
  const line = (periodStart: string, periodEnd: string) => ({ description: 'Plan', amount: sgd(5), periodStart, periodEnd });
  const lines = [line('2026-04-11T07:00:00+08:00', '2026-05-11T07:00:00+08:00'), line('2026-04-11T00:30:00Z', '2026-05-11T00:30:00.000Z')];
  const { body: sold } = await till.call('payment.createCharge', { body: { customerId: 'CUST-021', amount: sgd(10), purpose: 'renewal', items: lines } });
  const { body: bill } = await till.call('TMF678.retrieveCustomerBill', { id: sold.billId });
  t.deepEqual(bill.billingPeriod, { startDateTime: '2026-04-10T23:00:00.000Z', endDateTime: '2026-05-11T00:30:00.000Z' });
});

test.serial('a process that dies between two steps is taken up by the same call, charged once', async (t) => {
  await till.customer('CUST-016');
  await till.events();
  const ask = () => till.call('payment.createCharge', { body: { customerId: 'CUST-016', amount: sgd(3), purpose: 'vas', items: [{ description: 'Data', amount: sgd(3) }] }, key: 'VASP-016' });
  for (const step of ['authorize', 'capture']) {
    till.beforeGateway = (call) => {
      if (call.startsWith(step)) throw new Error('kill -9');
    };
    await t.throwsAsync(ask, { message: 'kill -9' });
  }
  till.beforeGateway = () => undefined;
  t.is((await ask()).body.status, 'captured');
  t.deepEqual(types(await till.events()), sale);
});

test.serial('history keeps every change of state with who made it', async (t) => {
  await till.customer('CUST-017');
  const { body } = await till.call('payment.createCharge', { body: { customerId: 'CUST-017', amount: sgd(3), purpose: 'vas' } });
  const rows = await till.sql('SELECT from_state, to_state, trigger, actor FROM payment.payment_history WHERE payment_id = $1 ORDER BY id', [body.id]);
  t.deepEqual(rows, [
    { from_state: null, to_state: 'pendingAuthorization', trigger: 'create', actor: 'alice' },
    { from_state: 'pendingAuthorization', to_state: 'authorized', trigger: 'approve', actor: 'alice' },
    { from_state: 'authorized', to_state: 'captured', trigger: 'capture', actor: 'alice' },
  ]);
});

test.serial('a capture whose caller never comes back is finished by the worker, with its bill', async (t) => {
  await till.customer('CUST-018');
  const { body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-018'), key: 'ORD-018:auth' });
  await till.events();
  till.afterGateway = () => {
    throw new Error('kill -9');
  };
  const take = () => till.call('payment.capturePayment', { id: held.id, body: { items }, key: 'ORD-018:cap' });
  await t.throwsAsync(take, { message: 'kill -9' });
  till.afterGateway = () => undefined;
  t.deepEqual(await till.events(), []);
  await till.restart();
  await till.as({}, () => resumeOpen(till.payment, till.gateway));
  const told = await till.events();
  t.deepEqual(types(told), ['payment.captured', 'rate.applied', 'bill.created']);
  t.true(told.every(({ payload }) => payload['subscriptionId'] === 'SUB-001'));
  t.is((await take()).body.status, 'captured');
  t.deepEqual(await till.events(), []);
});

test.serial('a payment is never both captured and voided, whoever is faster or dies', async (t) => {
  await till.customer('CUST-019');
  for (const dies of ['nobody', 'capture', 'void']) {
    const { body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-019'), key: `ORD-019:auth:${dies}` });
    till.afterGateway = (call) => {
      if (call.startsWith(dies)) throw new Error('kill -9');
    };
    const take = () => till.call('payment.capturePayment', { id: held.id, body: { items }, key: `ORD-019:cap:${dies}` });
    const drop = () => till.call('payment.voidPayment', { id: held.id, key: `ORD-019:void:${dies}` });
    await Promise.allSettled([take(), drop(), take(), drop()]);
    till.afterGateway = () => undefined;
    const [taken, dropped] = await Promise.allSettled([take(), drop()]);
    const refusal = [taken, dropped].find((one) => one.status === 'rejected');
    t.regex(refusal?.reason.rule, /^payment\.(capture|void)\.not_authorized$/, dies);
    const asked = ['capture', 'void'].map((call) => till.provider.has(`${call} ${held.id}:${call}`));
    t.deepEqual(asked, [taken.status === 'fulfilled', dropped.status === 'fulfilled'], dies);
  }
  t.deepEqual(await till.broken(), []);
});

test.serial('a capture of unknown end is ended before it may be voided', async (t) => {
  await till.customer('CUST-020');
  const { body: held } = await till.call('payment.authorizePayment', { body: authorization('CUST-020'), key: 'ORD-020:auth' });
  await till.events();
  till.beforeGateway = () => {
    throw new GatewayTimeout('mock');
  };
  await t.throwsAsync(till.call('payment.capturePayment', { id: held.id, body: { items }, key: 'ORD-020:cap' }), { instanceOf: GatewayTimeout });
  await t.throwsAsync(till.call('payment.voidPayment', { id: held.id }), { instanceOf: GatewayTimeout });
  till.beforeGateway = () => undefined;
  const refusal = await till.refusal('payment.voidPayment', { id: held.id });
  t.is(refusal.rule, 'payment.void.not_authorized');
  t.is(refusal.context['status'], 'captured');
  t.deepEqual(types(await till.events()), ['payment.captured', 'rate.applied', 'bill.created']);
});
