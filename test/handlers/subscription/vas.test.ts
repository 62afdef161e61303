import test from 'ava';
import { sleep } from '#runtime/clock';
import { runWith, systemContext } from '#runtime/context';
import { DryRunPassed, PolicyViolation, PreconditionFailed, Unavailable } from '#runtime/errors';
import { expirySweep } from '../../../handlers/subscription/expiry.ts';
import { purchaseWorker } from '../../../handlers/subscription/purchase-worker.ts';
import { declined, gb, Shop } from './shop.ts';

/** DOMAIN §4 VAS purchase, §5 F4, F6; SCENARIOS H1.4–6, add_on_expiry. */
let shop: Shop;

test.before(async () => {
  shop = await Shop.open();
});
test.after.always(() => shop?.close());
test.afterEach.always(() => {
  shop.script['POST /bss-api/payment/v1/charge'] = () => paid;
  shop.calls.length = 0;
});

const paid = { status: 201, body: { id: 'PAY-002', billId: 'BILL-002' } };

interface Wire {
  readonly id: string;
  readonly state: string;
  readonly subscription: { readonly state: string; readonly balances: { readonly remaining: number | null }[] };
  readonly [member: string]: unknown;
}
const buy = (id: string, offeringId = 'VAS_DATA_1GB', as: object = {}, more: object = {}) =>
  shop.call<Wire>('subscription.createVasPurchase', { params: { id }, body: { offeringId, ...more } }, as);

const charges = () => shop.calls.filter((one) => one.call === 'POST /bss-api/payment/v1/charge');
const drain = async (): Promise<void> => {
  const worker = purchaseWorker(shop.service);
  worker.start();
  await sleep(100); // one pass over what is due
  await worker.stop();
};

test.serial('a top-up charges the card once and brings a line back that ran out', async (t) => {
  const id = await shop.activeLine();
  await shop.use(id, 5 * gb);
  const { body } = await buy(id);
  t.like(body, { state: 'applied', paymentId: 'PAY-002', billId: 'BILL-002', price: { priceId: 'PRICE_VAS_DATA_1GB', amount: { unit: 'SGD', value: 3 } } });
  t.is(body!.subscription.state, 'active');
  t.is(await shop.left(id), gb);
  t.deepEqual((await shop.events(id)).slice(-2), ['subscription.vas_purchased', 'subscription.unblocked']);
  const [purchased, unblocked] = (await shop.eventRows(id)).slice(-2);
  t.like(purchased!.payload, { purchaseId: body!.id, paymentId: 'PAY-002', billId: 'BILL-002', from: 'charging', to: 'applied' });
  t.like(unblocked!.payload, { from: 'blocked', to: 'active', trigger: 'topUp' });
  t.deepEqual(charges().map(({ key, body: sent }) => [key, (sent as { amount: unknown }).amount]), [[body!.id, { unit: 'SGD', value: 3 }]]);
});

test.serial('the same caller with the same key gets the same purchase, after any crash', async (t) => {
  const id = await shop.activeLine();
  const as = { idempotencyKey: 'k', serviceIdentity: 'portal' };
  const first = await buy(id, 'VAS_DATA_1GB', as);
  const second = await buy(id, 'VAS_DATA_1GB', as);
  t.deepEqual(second.body, first.body);
  t.is(charges().length, 1);
  t.is(await shop.left(id), 6 * gb);
  t.not((await buy(id, 'VAS_DATA_1GB', { ...as, serviceIdentity: 'cli' })).body!.id, first.body!.id);
});

test.serial('a declined card buys nothing and says so', async (t) => {
  const id = await shop.activeLine();
  shop.script['POST /bss-api/payment/v1/charge'] = () => declined;
  const error = (await t.throwsAsync(buy(id, 'VAS_DATA_1GB', { idempotencyKey: 'd' }), { instanceOf: PolicyViolation }))!;
  t.is(error.rule, 'subscription.vas.payment_declined');
  t.like(error.context, { subscriptionId: id, paymentId: 'PAY-009', declineCode: 'card_declined' });
  t.is(await shop.left(id), 5 * gb);
  t.is((await shop.events(id)).at(-1), 'subscription.vas_declined');
  t.is((await t.throwsAsync(buy(id, 'VAS_DATA_1GB', { idempotencyKey: 'd' }), { instanceOf: PolicyViolation }))!.rule, 'subscription.vas.payment_declined');
  t.is(charges().length, 1);
});

test.serial('while payment is away the purchase waits, holds off others, and is finished by the worker in the name of the buyer', async (t) => {
  const id = await shop.activeLine();
  shop.script['POST /bss-api/payment/v1/charge'] = () => 'away';
  await t.throwsAsync(buy(id), { instanceOf: Unavailable });
  const other = (await t.throwsAsync(buy(id), { instanceOf: PolicyViolation }))!;
  t.is(other.rule, 'subscription.vas.in_progress');
  t.truthy(other.context['purchaseId']);
  shop.script['POST /bss-api/payment/v1/charge'] = () => paid;
  await sleep(550); // the pause after the first attempt
  await drain();
  t.is(await shop.left(id), 6 * gb);
  t.is((await shop.events(id)).filter((type) => type === 'subscription.vas_purchased').length, 1);
  const [row] = await shop.query<{ actor: string; channel: string }>(
    `SELECT actor, channel FROM audit.domain_event WHERE aggregate_id = '${id}' AND event_type = 'subscription.vas_purchased'`);
  t.deepEqual(row, { actor: 'alice', channel: 'cli' });
  const keys = new Set(charges().map((one) => one.key));
  t.is(keys.size, 1, 'every attempt under the same key');
});

test.serial('a purchase whose process died is taken over by the buyer with the same key', async (t) => {
  const id = await shop.activeLine();
  shop.script['POST /bss-api/payment/v1/charge'] = () => 'away';
  const as = { idempotencyKey: 'crash' };
  await t.throwsAsync(buy(id, 'VAS_DATA_1GB', as), { instanceOf: Unavailable });
  shop.script['POST /bss-api/payment/v1/charge'] = () => paid;
  t.is((await buy(id, 'VAS_DATA_1GB', as)).body!.state, 'applied');
  t.is(await shop.left(id), 6 * gb);
});

test.serial('money that comes after the line has ended goes back', async (t) => {
  const id = await shop.activeLine();
  shop.script['POST /bss-api/payment/v1/charge'] = async () => {
    await shop.call('subscription.terminateSubscription', { params: { id } });
    return paid;
  };
  const error = (await t.throwsAsync(buy(id), { instanceOf: PolicyViolation }))!;
  t.is(error.rule, 'subscription.vas.state_invalid');
  t.is((await shop.events(id)).at(-1), 'subscription.vas_refunded');
  t.like((await shop.eventRows(id)).at(-1)!.payload, { refundId: 'RFND-001', rule: 'subscription.vas.state_invalid', paymentId: 'PAY-002' });
  const refund = shop.calls.find((one) => one.call === 'POST /tmf-api/payment/v4/refund');
  t.like(refund?.body, { payment: { id: 'PAY-002' }, totalAmount: { unit: 'SGD', value: 3 } });
});

const refusals: readonly (readonly [string, string, () => Promise<unknown>])[] = [
  ['a plan is no top-up', 'subscription.vas.not_sellable', async () => buy(await shop.activeLine(), 'PLAN_M')],
  ['an offering that is not there', 'reference.id.unknown', async () => buy(await shop.activeLine(), 'VAS_NONE')],
  ['a line that is not active yet', 'subscription.vas.state_invalid', async () => buy(await shop.pendingLine())],
  ['a card that is not the customer\'s', 'subscription.vas.payment_method_required', async () => buy(await shop.activeLine(), 'VAS_DATA_1GB', {}, { paymentMethodId: 'PM-777' })],
];
for (const [what, rule, attempt] of refusals) {
  test.serial(`${what}: ${rule}, and nothing is charged`, async (t) => {
    t.is((await t.throwsAsync(attempt(), { instanceOf: PolicyViolation }))!.rule, rule);
    t.is(charges().length, 0);
  });
}

test.serial('a dry run asks every policy and charges nothing', async (t) => {
  const id = await shop.activeLine();
  await t.throwsAsync(buy(id, 'VAS_DATA_1GB', { dryRun: true }), { instanceOf: DryRunPassed });
  t.is(charges().length, 0);
  t.is((await shop.query<{ n: number }>(`SELECT count(*)::int AS n FROM subscription.vas_purchase WHERE subscription_id = '${id}'`))[0]!.n, 0);
});

test.serial('If-Match of another version stops a purchase', async (t) => {
  const id = await shop.activeLine();
  const attempt = shop.call('subscription.createVasPurchase', { params: { id }, body: { offeringId: 'VAS_DATA_1GB' }, headers: { 'if-match': 'W/"1"' } });
  await t.throwsAsync(attempt, { instanceOf: PreconditionFailed });
  t.is(charges().length, 0);
});

test.serial('a day pass is drawn first, ends after 24 hours, and blocks when nothing else is left', async (t) => {
  const id = await shop.activeLine();
  await shop.use(id, 4 * gb);
  await buy(id, 'VAS_UNLIMITED_DAY');
  await shop.use(id, 50 * gb);
  t.is(await shop.left(id), gb, 'the counter rests');
  t.is((await shop.line(id))['state'], 'active');
  shop.clock.advance(24 * 3_600_000 - 1);
  t.deepEqual(await sweep(), nothingDue);
  shop.clock.advance(1);
  await shop.use(id, gb / 2);
  t.is(await shop.left(id), gb / 2, 'expired, though the sweep has not come by');
  t.deepEqual(await sweep(), { examined: 1, changed: 1, failed: 0 });
  t.deepEqual(await sweep(), nothingDue);
  t.is((await shop.events(id)).at(-1), 'subscription.vas_expired');
  t.is((await shop.line(id))['state'], 'active');

  const used = await shop.activeLine();
  await buy(used, 'VAS_UNLIMITED_DAY');
  await shop.query(`UPDATE subscription.bucket SET consumed = total WHERE subscription_id = '${used}' AND allowance = 'data' AND NOT unlimited`);
  const end = await expirySweep(shop.service).due();
  t.is(end?.getTime(), shop.clock.now().getTime() + 24 * 3_600_000);
  t.deepEqual(await sweep(), nothingDue);
  shop.clock.advance(24 * 3_600_000);
  t.deepEqual(await sweep(), { examined: 1, changed: 1, failed: 0 });
  t.is(await expirySweep(shop.service).due(), null);
  t.deepEqual((await shop.events(used)).slice(-3), ['subscription.vas_expired', 'subscription.exhausted', 'subscription.blocked']);
  t.like(await shop.line(used), { state: 'blocked', blockReason: 'exhausted' });
});

const nothingDue = { examined: 0, changed: 0, failed: 0 };
const sweep = (): Promise<object> => runWith(systemContext('subscription'), () => expirySweep(shop.service).run());

test.serial('after the boundary only a renewal helps', async (t) => {
  const id = await shop.activeLine();
  shop.clock.advance(40 * 24 * 3_600_000);
  const error = (await t.throwsAsync(buy(id), { instanceOf: PolicyViolation }))!;
  t.is(error.rule, 'subscription.vas.renewal_overdue');
  t.is(error.context['boundary'], ((await shop.line(id))['periodEnd'] as Date).toISOString());
  await shop.use(id, gb);
  t.is(await shop.left(id), 4 * gb, 'until the renewal is charged, balances stay in use');
});
