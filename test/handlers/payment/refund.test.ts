import test from 'ava';
import { resumeOpen } from '#handlers/payment/worker';
import { GatewayTimeout } from '#handlers/payment/gateway';
import { DryRunPassed } from '#runtime/errors';
import { sgd, Till, types } from './till.ts';

/** DOMAIN §5 F10, §6 refund.create.*, §8 I11; SCENARIOS N8. */
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

const given = ['refund.created', 'refund.done', 'rate.applied', 'bill.created'];

/** A customer who has paid. */
async function sold(customerId: string, value = 25): Promise<string> {
  await till.customer(customerId);
  const { body } = await till.call('payment.createCharge', { body: { customerId, amount: sgd(value), purpose: 'renewal', subscriptionId: 'SUB-001' } });
  await till.events();
  till.gatewayCalls.length = 0;
  return body.id;
}

const refund = (paymentId: string, value: number | null = null, more: object = {}) => ({
  account: { id: 'any' }, paymentMethod: {}, payment: { id: paymentId }, description: 'duplicate', ...(value === null ? {} : { totalAmount: sgd(value) }), ...more,
});

// The document asks for an amount; an empty one stands for all that is left.
const whole = (paymentId: string) => refund(paymentId, null, { totalAmount: {} });

const refunded = async (paymentId: string): Promise<number> => {
  const [row] = await till.sql<{ minor: number }>('SELECT refunded_minor::int AS minor FROM payment.payment WHERE id = $1', [paymentId]);
  return row!.minor;
};

test.serial('part of a payment is given back with a credit note, then the rest, then nothing more', async (t) => {
  const payment = await sold('CUST-201');
  const { status, body: first } = await till.call('TMF676.createRefund', { body: refund(payment, 10), key: 'a' });
  t.is(status, 201);
  t.like(first, { status: 'done', totalAmount: sgd(10), description: 'duplicate' });
  t.is(first.payment.id, payment);
  const told = await till.events();
  t.deepEqual(types(told), given);
  t.like(told[0]!.payload, { refundId: first.id, paymentId: payment, customerId: 'CUST-201', subscriptionId: 'SUB-001', amount: 1000, currency: 'SGD', key: 'a' });
  t.like(told[1]!.payload, { from: 'pendingAuthorization', to: 'done' });
  t.like(told[2]!.payload, { amount: -1000, tax: -83, category: 'creditNote' });
  t.like(told[3]!.payload, { amount: -1000, tax: -83, category: 'creditNote', paymentId: payment, refundId: first.id });
  t.deepEqual(till.gatewayCalls, [`refund ${first.id}`]);

  const { body: note } = await till.call('TMF678.retrieveCustomerBill', { id: told[3]!.id });
  t.like(note, { category: 'creditNote', state: 'settled', taxIncludedAmount: sgd(-10), taxExcludedAmount: sgd(-9.17) });

  const { body: rest } = await till.call('TMF676.createRefund', { body: whole(payment) });
  t.deepEqual(rest.totalAmount, sgd(15));
  t.is(await refunded(payment), 2500);
  await till.events();
  const over = await till.refusal('TMF676.createRefund', { body: refund(payment, 0.01) });
  t.is(over.rule, 'refund.create.amount_exceeds');
  t.like(over.context, { paymentId: payment, status: 'captured', limit: 0 });
  t.deepEqual(await till.events(), []);
  t.deepEqual(await till.broken(), []);
});

test.serial('refunds of one payment at once never give back more than was taken', async (t) => {
  const payment = await sold('CUST-202');
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => till.call('TMF676.createRefund', { body: refund(payment, 10) })));
  const refused = outcomes.filter((one) => one.status === 'rejected');
  t.is(refused.length, 6);
  t.true(refused.every(({ reason }) => reason.rule === 'refund.create.amount_exceeds' && reason.context.limit === 500));
  t.is(await refunded(payment), 2000);
  t.is(till.gatewayCalls.length, 2);
  t.deepEqual(await till.broken(), []);
});

test.serial('the same key gives back once, also at the same time; for another amount it is refused', async (t) => {
  const payment = await sold('CUST-203');
  const ask = (value: number) => ({ body: refund(payment, value), key: 'once' });
  const answers = await Promise.all(Array.from({ length: 4 }, () => till.call('TMF676.createRefund', ask(10))));
  t.is(new Set(answers.map(({ body }) => body.id)).size, 1);
  t.deepEqual(types(await till.events()), given);
  t.is((await till.refusal('TMF676.createRefund', ask(9))).rule, 'idempotency.key.reused');
  t.is(await refunded(payment), 1000);
});

test.serial('only money that was taken, for a reason and in its currency, is given back', async (t) => {
  const payment = await sold('CUST-204');
  const { body: held } = await till.call('payment.authorizePayment', { body: { customerId: 'CUST-204', amount: sgd(10), purpose: 'activation' } });
  await till.events();
  const refused = async (body: object) => (await till.refusal('TMF676.createRefund', { body })).rule;
  t.is(await refused(refund(held.id, 1)), 'refund.create.not_captured');
  t.is(await refused(refund(payment, 1, { description: ' ' })), 'refund.create.reason_missing');
  t.is(await refused(refund(payment, 0)), 'payment.charge.amount_invalid');
  t.is(await refused(refund(payment, -1)), 'payment.charge.amount_invalid');
  t.is(await refused(refund(payment, 1.001)), 'payment.charge.amount_invalid');
  t.is(await refused(refund(payment, 1, { totalAmount: { unit: 'EUR', value: 1 } })), 'payment.charge.currency_mismatch');
  t.is(await refused(refund('PAY-999', 1)), 'reference.id.unknown');
  await t.throwsAsync(till.call('TMF676.createRefund', { body: refund(payment, 1), as: { dryRun: true } }), { instanceOf: DryRunPassed });
  t.deepEqual(await till.events(), []);
  t.is(await refunded(payment), 0);
});

test.serial('a refund without a payment of ours is recorded as denied with its rule', async (t) => {
  const { status, body } = await till.call('TMF676.createRefund', { body: { account: { id: 'elsewhere' }, paymentMethod: { id: 'card-1' }, payment: { id: 'their-payment' }, totalAmount: sgd(5) } });
  t.is(status, 201);
  t.like(body, { status: 'denied', totalAmount: sgd(5) });
  t.is(body.policyViolation.reason, 'refund.create.payment_required');
  const told = await till.events();
  t.deepEqual(types(told), ['refund.created', 'refund.denied']);
  t.is(told[1]!.payload['rule'], 'refund.create.payment_required');
  t.deepEqual(till.gatewayCalls, []);
  t.is((await till.call('TMF676.retrieveRefund', { id: body.id })).body.account.id, 'elsewhere');
});

test.serial('a refund whose process dies is finished by the worker, once', async (t) => {
  const payment = await sold('CUST-205');
  till.beforeGateway = () => {
    throw new Error('kill -9');
  };
  await t.throwsAsync(till.call('TMF676.createRefund', { body: refund(payment, 10) }), { message: 'kill -9' });
  till.beforeGateway = () => undefined;
  t.deepEqual(types(await till.events()), ['refund.created']);
  t.is(await refunded(payment), 1000);
  await till.as({}, () => resumeOpen(till.payment, till.gateway));
  t.deepEqual(await till.events(), [], 'its lease has not lapsed');
  await till.restart();
  await till.as({}, () => resumeOpen(till.payment, till.gateway));
  t.deepEqual(types(await till.events()), given.slice(1));
  await till.restart();
  await till.as({}, () => resumeOpen(till.payment, till.gateway));
  t.deepEqual(await till.events(), []);
  t.is(await refunded(payment), 1000);
});

test.serial('a refund that gets no answer is told as such and answered by its key', async (t) => {
  const payment = await sold('CUST-206');
  till.beforeGateway = () => {
    throw new GatewayTimeout('mock');
  };
  const ask = () => till.call('TMF676.createRefund', { body: refund(payment, 10), key: 'late' });
  await t.throwsAsync(ask, { instanceOf: GatewayTimeout });
  till.beforeGateway = () => undefined;
  t.is((await ask()).body.status, 'done');
  t.deepEqual(types(await till.events()), given);
});

test.serial('what the issuer does not take back can be given back another time', async (t) => {
  const payment = await sold('CUST-207');
  await till.sql("UPDATE payment.payment_method SET token = 'tok_gone_0000_00000000' WHERE customer_id = 'CUST-207'");
  const { body } = await till.call('TMF676.createRefund', { body: refund(payment, 10) });
  t.is(body.status, 'failed');
  t.deepEqual(types(await till.events()), ['refund.created', 'refund.failed']);
  t.is(await refunded(payment), 0);
  t.deepEqual(await till.broken(), []);
});

test.serial('refunds are found by state, payment and account, with what every refund has', async (t) => {
  const payment = await sold('CUST-208');
  const { body: made } = await till.call('TMF676.createRefund', { body: refund(payment, 2) });
  const find = async (query: object) => (await till.call('TMF676.listRefund', { query })).body as { id: string }[];
  for (const query of [{ 'payment.id': payment }, { id: made.id }, { 'payment.id': payment, status: 'done', fields: 'status' }]) {
    t.deepEqual((await find(query)).map(({ id }) => id), [made.id], JSON.stringify(query));
  }
  t.deepEqual(await find({ 'payment.id': payment, status: 'failed' }), []);
  for (const row of await find({})) {
    for (const name of ['id', 'href', 'account', 'paymentMethod', 'totalAmount', 'status', 'paymentDate', '@type']) t.true(name in row, `${name} of ${row.id}`);
  }
});

test.serial('a customer is shown no refund of another', async (t) => {
  const payment = await sold('CUST-209');
  const { body } = await till.call('TMF676.createRefund', { body: refund(payment, 2) });
  const as = { role: 'customer', onBehalfOf: 'CUST-208' } as const;
  t.is((await till.refusal('TMF676.retrieveRefund', { id: body.id, as })).rule, 'auth.customer.not_owner');
  t.is((await till.refusal('TMF676.createRefund', { body: refund(payment, 2), as })).rule, 'auth.customer.not_owner');
  t.false((await till.call('TMF676.listRefund', { as })).body.some(({ id }: { id: string }) => id === body.id));
});
