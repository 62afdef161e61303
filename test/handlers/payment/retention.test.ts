import test, { type ExecutionContext } from 'ava';
import { forgetPayment } from '#policy/payment';
import { NotFound } from '#runtime/errors';
import { retentionSweep } from '../../../handlers/payment/retention.ts';
import type { SweepResult } from '../../../handlers/sweep.ts';
import { sgd, Till, types } from './till.ts';

const dayMs = 86_400_000;
/** Refused at intake: it names a card that is not ours. */
const foreign = { account: { id: 'x' }, paymentMethod: { id: 'their-card' }, totalAmount: sgd(5) };
const foreignRefund = { ...foreign, payment: { id: 'their-payment' } };

async function opened(t: ExecutionContext, environment: Readonly<Record<string, string>> = {}): Promise<Till> {
  const till = await Till.open(environment);
  t.teardown(() => till.close());
  return till;
}

const sweep = (till: Till): Promise<SweepResult> => till.as({}, () => retentionSweep(till.payment).run());
const due = async (till: Till): Promise<string | undefined> => (await retentionSweep(till.payment).due())?.toISOString();
const count = async (till: Till, table: string): Promise<number> => (await till.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n;

test.serial('what was refused at intake is removed after its days, and the ledger still tells of it', async (t) => {
  const till = await opened(t);
  t.is(await due(till), undefined);
  const { body: payment } = await till.call('TMF676.createPayment', { body: foreign });
  till.clock.advance(dayMs);
  const { body: refund } = await till.call('TMF676.createRefund', { body: foreignRefund });
  await till.events();
  t.is(await due(till), '2027-05-16T09:00:00.000Z', '400 days after the first of them');

  till.clock.advance(399 * dayMs - 1);
  t.deepEqual(await sweep(till), { examined: 0, changed: 0, failed: 0 });
  till.clock.advance(1);
  t.deepEqual(await sweep(till), { examined: 1, changed: 1, failed: 0 });
  await t.throwsAsync(till.call('TMF676.retrievePayment', { id: payment.id }), { instanceOf: NotFound });
  t.is((await till.call('TMF676.retrieveRefund', { id: refund.id })).body.id, refund.id);
  till.clock.advance(dayMs);
  t.deepEqual(await sweep(till), { examined: 1, changed: 1, failed: 0 });
  t.deepEqual(await sweep(till), { examined: 0, changed: 0, failed: 0 });
  t.is(await due(till), undefined);

  const told = await till.events();
  t.deepEqual(told.map(({ type, id }) => [type, id]), [['payment.deleted', payment.id], ['refund.deleted', refund.id]]);
  t.like(told[0]!.payload, { paymentId: payment.id, amount: 500, currency: 'SGD', declineCode: 'payment.charge.method_foreign' });
  for (const table of ['payment', 'payment_history', 'refund', 'refund_history']) t.is(await count(till, `payment.${table}`), 0, table);
  const [chain] = await till.sql<{ n: number }>('SELECT count(*)::int AS n FROM audit.domain_event WHERE aggregate_id = $1', [payment.id]);
  t.is(chain!.n, 3, 'created, denied, deleted');
  t.deepEqual(await till.broken(), []);
});

test.serial('what moved money, or tried to, is never removed', async (t) => {
  const till = await opened(t);
  const { method, account } = await till.customer('CUST-301');
  const poor = await till.customer('CUST-302', '4000000000009995');
  const body = { account: { id: account }, paymentMethod: { id: method }, totalAmount: sgd(5) };
  const { body: captured } = await till.call('TMF676.createPayment', { body });
  await till.call('TMF676.createRefund', { body: { ...body, totalAmount: sgd(1), payment: { id: captured.id }, description: 'goodwill' } });
  await till.refusal('TMF676.createPayment', { body: { ...body, account: { id: poor.account }, paymentMethod: { id: poor.method } } });
  await till.events();
  const before = [await count(till, 'payment.payment'), await count(till, 'payment.refund')];
  t.deepEqual(before, [2, 1]);
  till.clock.advance(3000 * dayMs);
  t.is(await due(till), undefined, 'a denial by the issuer is no refusal at intake');
  t.deepEqual(await sweep(till), { examined: 0, changed: 0, failed: 0 });
  t.deepEqual([await count(till, 'payment.payment'), await count(till, 'payment.refund')], before);
  t.deepEqual(types(await till.events()), []);
});

test.serial('one that cannot be removed holds up no other', async (t) => {
  const till = await opened(t);
  const { body: named } = await till.call('TMF676.createPayment', { body: foreign });
  await till.call('TMF676.createPayment', { body: foreign });
  await till.sql( // nothing of ours writes that: a refund of a refused payment
    `INSERT INTO payment.refund (id, created_at, updated_at, payment_id, status, status_date, currency, amount_minor, gateway_attempts)
     SELECT 'RFND-900', created_at, created_at, id, 'failed', created_at, 'SGD', 0, 1 FROM payment.payment WHERE id = $1`, [named.id]);
  till.clock.advance(400 * dayMs);
  t.deepEqual(await sweep(till), { examined: 3, changed: 1, failed: 2 }, 'looked at again after the other went, and left');
  t.is((await till.call('TMF676.retrievePayment', { id: named.id })).body.id, named.id);
  t.is(forgetPayment.check({ paymentId: named.id, status: 'denied', gatewayAttempts: 0, references: ['RFND-900'] })[0]?.rule, 'payment.delete.has_effects');
});

test.serial('0 days keep them for ever', async (t) => {
  const till = await opened(t, { BSS_REFUSED_PAYMENT_RETENTION_DAYS: '0' });
  await till.call('TMF676.createPayment', { body: foreign });
  till.clock.advance(3000 * dayMs);
  t.is(await due(till), undefined);
  t.deepEqual(await sweep(till), { examined: 0, changed: 0, failed: 0 });
  t.is(await count(till, 'payment.payment'), 1);
});

test.serial('more than one batch goes in one run', async (t) => {
  const till = await opened(t);
  await till.call('TMF676.createPayment', { body: foreign });
  await till.sql(`INSERT INTO payment.payment SELECT (jsonb_populate_record(p, jsonb_build_object('id', 'PAY-' || n))).* FROM payment.payment p, generate_series(1000, 1250) n`);
  till.clock.advance(400 * dayMs);
  t.deepEqual(await sweep(till), { examined: 252, changed: 252, failed: 0 });
});

test.serial('the key of a removed refusal is free, and still pays at most once', async (t) => {
  const till = await opened(t);
  const { method, account } = await till.customer('CUST-303');
  const { body: refused } = await till.call('TMF676.createPayment', { body: foreign, key: 'k' });
  const good = { account: { id: account }, paymentMethod: { id: method }, totalAmount: sgd(5) };
  t.is((await till.call('TMF676.createPayment', { body: foreign, key: 'k' })).body.id, refused.id, 'known while it is there');
  till.clock.advance(400 * dayMs);
  await sweep(till);
  const { body: first } = await till.call('TMF676.createPayment', { body: good, key: 'k' });
  const { body: again } = await till.call('TMF676.createPayment', { body: good, key: 'k' });
  t.is(again.id, first.id);
  t.deepEqual([...till.provider.values()].filter((minor) => minor === 500).length, 2, 'one authorisation, one capture');
});
