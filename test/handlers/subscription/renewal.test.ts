import test from 'ava';
import { sleep } from '#runtime/clock';
import { DryRunPassed, PolicyViolation, Unavailable } from '#runtime/errors';
import type { RequestContext } from '#runtime/context';
import { expirySweep } from '../../../handlers/subscription/expiry.ts';
import { reminderSweep } from '../../../handlers/subscription/reminder.ts';
import { renewalSweep } from '../../../handlers/subscription/renewal-run.ts';
import { renewalWorker } from '../../../handlers/subscription/renewal-worker.ts';
import { declined, gb, Shop } from './shop.ts';

/** DOMAIN §4 Renewal, §5 F3, F10; SCENARIOS N6, automatic_renewal. Every story begins on 31 January, 10:00 in Singapore. */
let shop: Shop;

test.beforeEach(async () => {
  shop = await Shop.open();
  shop.clock.freeze(new Date('2026-01-31T02:00:00Z'));
});
test.afterEach.always(() => shop?.close());

const charge = 'POST /bss-api/payment/v1/charge';
const first = '2026-02-28T02:00:00.000Z';
const second = '2026-03-31T02:00:00.000Z';
const noCard = { status: 422, body: { ...declined.body, reason: 'payment.charge.method_required', context: {} } };

interface Wire {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly [member: string]: unknown;
}

const at = (time: string) => shop.clock.freeze(new Date(time));
const sweep = () => shop.sweep(renewalSweep);
const charges = () => shop.calls.filter((one) => one.call === charge);
const renew = (id: string, as: Partial<RequestContext> = {}) => shop.call<Wire>('subscription.renewSubscription', { params: { id } }, as);
const renewals = async (id: string) => (await shop.call<Wire[]>('subscription.listRenewal', { params: { id } })).body!;
const shown = async (id: string) => (await shop.call<Wire>('subscription.retrieveSubscription', { params: { id } })).body!;
const plan = (id: string, offeringId: string, as: Partial<RequestContext> = {}) => shop.call<Wire>('subscription.schedulePlanChange', { params: { id }, body: { offeringId } }, as);
const terminate = (id: string) => shop.call('subscription.terminateSubscription', { params: { id } }, { serviceIdentity: 'com' });
/** What happened after the line was activated. */
const since = async (id: string) => (await shop.events(id)).slice(2);
const tellOf = (eventType: 'payment_method.added' | 'payment_method.default_changed', isDefault: boolean) =>
  shop.deliver(eventType, 'payment_method', 'PM-002', { paymentMethodId: 'PM-002', customerId: 'CUST-001', isDefault });

async function refusal(work: Promise<unknown>): Promise<PolicyViolation> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  if (error instanceof PolicyViolation) return error;
  throw error ?? new Error('nothing was refused');
}

/** Lets pauses and leases be over, as time and a restart do. */
const wake = () => shop.query('UPDATE subscription.renewal SET next_run_ms = 0, lease_until_ms = NULL WHERE next_run_ms IS NOT NULL');

async function work(): Promise<void> {
  await wake();
  const worker = renewalWorker(shop.service);
  worker.start();
  await sleep(150); // one pass over what is due
  await worker.stop();
}

/** Holds every charge until it is let go; then it was taken. */
function gate(): { readonly reached: Promise<void>; open(): void } {
  let open = (): void => undefined;
  let reach = (): void => undefined;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  const reached = new Promise<void>((resolve) => { reach = resolve; });
  shop.script[charge] = async () => {
    reach();
    await opened;
    return { status: 201, body: { id: 'PAY-005', billId: 'BILL-005' } };
  };
  return { reached, open: () => open() };
}

test.serial('at its boundary a line is charged once, by the system, and gets a full new period', async (t) => {
  const id = await shop.activeLine();
  await shop.use(id, 2 * gb);
  at('2026-02-28T01:59:59.999Z');
  t.like(await sweep(), { examined: 0, changed: 0 });
  t.deepEqual(await renewalSweep(shop.service).due(), new Date(first));
  at('2026-02-28T02:00:30Z');
  t.deepEqual(await sweep(), { examined: 1, changed: 1, failed: 0 });
  t.deepEqual(await sweep(), { examined: 0, changed: 0, failed: 0 });
  t.like(await shown(id), {
    state: 'active', periodStart: first, periodEnd: second, anchor: '31 10:00:00.000', pendingChange: null,
    lastRenewal: { boundary: first, attempt: 1, state: 'captured', declineCode: null },
  });
  t.is(await shop.left(id), 5 * gb);
  t.deepEqual(charges().map(({ key, body }) => [key, body]), [[`renew:${id}:${first}:1`, {
    customerId: 'CUST-001', subscriptionId: id, amount: { unit: 'SGD', value: 10 }, purpose: 'renewal', description: 'PLAN_S',
    items: [{ description: 'PLAN_S', amount: { unit: 'SGD', value: 10 }, subscriptionId: id, offeringId: 'PLAN_S', priceId: 'PRICE_PLAN_S', periodStart: first, periodEnd: second }],
  }]]);
  t.deepEqual((await since(id)).slice(1), ['subscription.renewed']);
  const renewed = (await shop.eventRows(id)).at(-1)!;
  t.like(renewed.payload, { boundary: first, attempt: 1, paymentId: 'PAY-002', billId: 'BILL-002', amount: 1000, period: { start: first, end: second }, from: 'active', to: 'active', trigger: 'renew' });
  t.deepEqual(await shop.query(`SELECT DISTINCT actor FROM audit.domain_event WHERE event_type = 'subscription.renewed'`), [{ actor: 'subscription' }]);
  t.deepEqual((await renewals(id)).map(({ state, paymentId, billId, periodStart, settledAt }) => [state, paymentId, billId, periodStart, settledAt]),
    [['captured', 'PAY-002', 'BILL-002', first, '2026-02-28T02:00:30.000Z']]);
  at(second);
  await sweep();
  t.like(await shown(id), { periodStart: second, periodEnd: '2026-04-30T02:00:00.000Z' });
});

test.serial('a plan without a price is billed, and no card is charged', async (t) => {
  const id = await shop.activeLine('PLAN_FREE', 0);
  at(first);
  await sweep();
  t.like((await renewals(id))[0], { state: 'captured', paymentId: null, billId: 'BILL-003', price: { amount: { unit: 'SGD', value: 0 } } });
  t.deepEqual(charges(), []);
});

test.serial('while payment is away the line goes on with what it has; it is told so once, and charged once from the old boundary', async (t) => {
  const id = await shop.activeLine();
  await shop.use(id, gb);
  shop.script[charge] = () => 'away';
  at(first);
  t.deepEqual(await sweep(), { examined: 1, changed: 0, failed: 1 });
  t.deepEqual(await sweep(), { examined: 0, changed: 0, failed: 0 }, 'not before its pause is over');
  for (let i = 0; i < 2; i += 1) {
    await wake();
    t.deepEqual(await sweep(), { examined: 1, changed: 0, failed: 1 });
  }
  t.like(await shown(id), { state: 'active', periodEnd: first, lastRenewal: { state: 'due', attempt: 1 } });
  await shop.use(id, gb);
  t.is(await shop.left(id), 3 * gb);
  t.like((await renewals(id))[0], { state: 'due', delayedAt: first });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-004', billId: 'BILL-004' } });
  at('2026-03-02T08:00:00Z');
  await work();
  t.like(await shown(id), { state: 'active', periodStart: first, periodEnd: second, anchor: '31 10:00:00.000' });
  t.deepEqual((await since(id)).filter((type) => type.startsWith('subscription.renew')), ['subscription.renewal_delayed', 'subscription.renewed']);
  t.is(new Set(charges().map(({ key, body }) => JSON.stringify([key, body]))).size, 1, 'every try is the same charge');
});

test.serial('a declined renewal blocks the line; renewing it later begins the period, and the anchor, at that moment', async (t) => {
  const id = await shop.activeLine();
  shop.script[charge] = () => declined;
  at(first);
  await sweep();
  t.like(await shown(id), { state: 'blocked', blockReason: 'payment_failed', periodEnd: first, lastRenewal: { state: 'declined', attempt: 1, declineCode: 'card_declined' } });
  t.deepEqual(await since(id), ['subscription.renewal_declined', 'subscription.blocked']);
  t.like(await sweep(), { examined: 0 });
  t.is(await renewalSweep(shop.service).due(), null);
  const late = await refusal(shop.call('subscription.createVasPurchase', { params: { id }, body: { offeringId: 'VAS_DATA_1GB' } }));
  t.is(late.rule, 'subscription.vas.renewal_overdue');
  t.deepEqual(late.fix[0]?.tool, 'subscription.renew_now');

  at('2026-03-03T05:00:00Z');
  const again = await refusal(renew(id));
  t.is(again.rule, 'subscription.renew.payment_declined');
  t.like(again.context, { subscriptionId: id, paymentId: 'PAY-009', declineCode: 'card_declined' });
  t.deepEqual((await since(id)).slice(2), ['subscription.renewal_declined'], 'it was blocked before');

  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  const { body } = await renew(id);
  const period = { periodStart: '2026-03-03T05:00:00.000Z', periodEnd: '2026-04-03T05:00:00.000Z' };
  t.like(body, { state: 'captured', attempt: 3, boundary: first, ...period, subscription: { state: 'active', blockReason: null, anchor: '03 13:00:00.000', ...period } });
  t.deepEqual((await since(id)).slice(3), ['subscription.renewed', 'subscription.unblocked']);
  t.deepEqual(charges().map(({ key }) => key), [1, 2, 3].map((attempt) => `renew:${id}:${first}:${attempt}`));
  t.is((charges().at(-1)!.body as { items: { periodStart: string }[] }).items[0]!.periodStart, period.periodStart);
  t.is((await refusal(renew(id))).rule, 'subscription.renew.not_due');
});

test.serial('without a card nothing can be renewed', async (t) => {
  const id = await shop.activeLine();
  shop.script[charge] = () => noCard;
  at(first);
  await sweep();
  t.like(await shown(id), { state: 'blocked', blockReason: 'payment_failed', lastRenewal: { declineCode: 'payment.charge.method_required' } });
  shop.script['GET /bss-api/payment/v1/paymentMethod'] = () => ({ status: 200, body: [] });
  const calls = charges().length;
  t.is((await refusal(renew(id))).rule, 'subscription.renew.payment_method_required');
  t.is(charges().length, calls);
});

test.serial('a line whose boundary is ahead, or that is not live, is not renewed', async (t) => {
  const id = await shop.activeLine();
  const early = await refusal(renew(id));
  t.is(early.rule, 'subscription.renew.not_due');
  t.is(early.context['boundary'], first);
  t.is((await refusal(renew(await shop.pendingLine()))).rule, 'subscription.transition.invalid');
  await terminate(id);
  t.is((await refusal(renew(id))).rule, 'subscription.transition.invalid');
  await t.throwsAsync(renew('SUB-999'));
  at(first);
  const live = await shop.activeLine();
  at(second);
  await t.throwsAsync(renew(live, { dryRun: true }), { instanceOf: DryRunPassed });
  t.deepEqual(await renewals(live), []);
});

test.serial('somebody who renews a line at its boundary does what the sweep would do, once per key', async (t) => {
  const id = await shop.activeLine();
  at('2026-03-01T00:00:00Z');
  const as = { idempotencyKey: 'k', serviceIdentity: 'portal' };
  const { body } = await renew(id, as);
  t.like(body, { state: 'captured', attempt: 1, periodStart: first, periodEnd: second });
  t.deepEqual((await renew(id, as)).body, body);
  t.is(charges().length, 1);
  t.like(await sweep(), { examined: 0 });
});

test.serial('a charge that runs holds off others, and a key finds it when its process has died', async (t) => {
  const id = await shop.activeLine();
  at(first);
  const { reached, open } = gate();
  const as = { idempotencyKey: 'k', serviceIdentity: 'portal' };
  const running = renew(id, as);
  await reached;
  t.is((await refusal(renew(id))).rule, 'subscription.renew.in_progress');
  t.is((await refusal(renew(id, as))).rule, 'subscription.renew.in_progress');
  t.like(await sweep(), { examined: 0 });
  await wake(); // the process is gone
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-005', billId: 'BILL-005' } });
  t.like((await renew(id, as)).body, { state: 'captured', paymentId: 'PAY-005' });
  open();
  t.like((await running).body, { state: 'captured', paymentId: 'PAY-005' });
  t.deepEqual(await since(id), ['subscription.renewed']);
  t.is(new Set(charges().map(({ key }) => key)).size, 1);
});

test.serial('a process that dies between the charge and its effect loses nothing and doubles nothing', async (t) => {
  const id = await shop.activeLine();
  at(first);
  const { reached, open } = gate();
  const dying = sweep();
  await reached;
  t.like((await renewals(id))[0], { state: 'charging' });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-005', billId: 'BILL-005' } });
  await work();
  open();
  await dying;
  t.like(await shown(id), { state: 'active', periodStart: first });
  t.deepEqual(await since(id), ['subscription.renewed']);
  t.deepEqual([...new Set(charges().map(({ key }) => key))], [`renew:${id}:${first}:1`]);
});

test.serial('a charge that somebody else is at is theirs to end: no outage is told', async (t) => {
  const id = await shop.activeLine();
  at(first);
  shop.script[charge] = () => ({ status: 409, body: { code: 'CONFLICT', reason: 'idempotency.key.in_flight', '@type': 'Error' } });
  t.like(await sweep(), { failed: 1 });
  t.like((await renewals(id))[0], { state: 'charging', delayedAt: null });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  await work();
  t.deepEqual(await since(id), ['subscription.renewed']);
});

test.serial('sweeps that run at the same time charge each line once', async (t) => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => shop.activeLine()));
  at(first);
  const results = await Promise.all([sweep(), sweep(), sweep()]);
  t.is(results.reduce((sum, { failed }) => sum + failed, 0), 0);
  t.is(charges().length, 20);
  for (const id of ids) t.deepEqual(await since(id), ['subscription.renewed']);
});

test.serial('of several missed boundaries the newest is charged', async (t) => {
  const id = await shop.activeLine();
  at('2026-05-01T00:00:00Z');
  t.like(await sweep(), { changed: 1 });
  t.deepEqual((await renewals(id)).map(({ boundary, state, skipReason }) => [String(boundary).slice(0, 10), state, skipReason]), [
    ['2026-04-30', 'captured', null], ['2026-03-31', 'skipped', 'newer_boundary'], ['2026-02-28', 'skipped', 'newer_boundary'],
  ]);
  t.like(await shown(id), { state: 'active', periodStart: '2026-04-30T02:00:00.000Z', periodEnd: '2026-05-31T02:00:00.000Z' });
  t.deepEqual(await since(id), ['subscription.renewal_skipped', 'subscription.renewal_skipped', 'subscription.renewed']);
  t.is(charges().length, 1);
});

test.serial('a boundary that was delayed past the next one is skipped; what was taken for it after all goes back', async (t) => {
  const id = await shop.activeLine();
  shop.script[charge] = () => 'away';
  at(first);
  await sweep();
  at(second);
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-006', billId: 'BILL-006' } });
  await work();
  t.deepEqual((await renewals(id)).map(({ boundary, state }) => [boundary, state]), [[second, 'captured'], [first, 'skipped']]);
  t.deepEqual(await since(id), ['subscription.renewal_delayed', 'subscription.renewal_skipped', 'subscription.renewed']);
  const news = { paymentId: 'PAY-007', billId: 'BILL-007', purpose: 'renewal', key: `renew:${id}:${first}:1` };
  for (let i = 0; i < 2; i += 1) {
    await shop.deliver('payment.captured', 'payment', 'PAY-007', news);
    await work();
  }
  t.like((await renewals(id))[1], { state: 'skipped', paymentId: 'PAY-007', refundId: 'RFND-001' });
  const refunds = shop.calls.filter(({ call }) => call === 'POST /tmf-api/payment/v4/refund');
  t.deepEqual(refunds.map(({ key, body }) => [key, (body as { payment: object }).payment]), [[`renew:${id}:${first}:1:refund`, { id: 'PAY-007' }]]);
});

test.serial('news of a charge whose answer was lost brings the renewal to its end without a pause', async (t) => {
  const id = await shop.activeLine();
  shop.script[charge] = () => 'away';
  at(first);
  await sweep();
  await shop.deliver('payment.captured', 'payment', 'PAY-008', { paymentId: 'PAY-008', billId: 'BILL-008', purpose: 'renewal', key: `renew:${id}:${first}:1` });
  await shop.deliver('payment.captured', 'payment', 'PAY-010', { paymentId: 'PAY-010', billId: 'BILL-010', purpose: 'vas', key: 'VASP-001' });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-008', billId: 'BILL-008' } });
  t.like(await sweep(), { examined: 1, changed: 1 });
  t.like((await renewals(id))[0], { state: 'captured', paymentId: 'PAY-008', refundId: null });
});

test.serial('money for a line that ended while its card was charged goes back', async (t) => {
  const id = await shop.activeLine();
  at(first);
  const { reached, open } = gate();
  const running = sweep();
  await reached;
  await terminate(id);
  open();
  await running;
  t.like((await renewals(id))[0], { state: 'skipped', skipReason: 'terminated', paymentId: 'PAY-005', billId: 'BILL-005', refundId: null });
  shop.script['POST /tmf-api/payment/v4/refund'] = () => 'away';
  await work();
  shop.script['POST /tmf-api/payment/v4/refund'] = () => ({ status: 201, body: { id: 'RFND-002' } });
  await work();
  t.like((await renewals(id))[0], { refundId: 'RFND-002' });
  t.deepEqual(await since(id), ['subscription.terminated', 'subscription.renewal_skipped']);
});

test.serial('a line that ends takes its due renewal and its pending change along', async (t) => {
  const id = await shop.activeLine();
  await plan(id, 'PLAN_M');
  shop.script[charge] = () => 'away';
  at(first);
  await sweep();
  await terminate(id);
  t.deepEqual(await since(id), [
    'subscription.plan_change_scheduled', 'subscription.renewal_delayed', 'subscription.plan_change_cancelled', 'subscription.renewal_skipped', 'subscription.terminated',
  ]);
  t.like(await shown(id), { state: 'terminated', pendingChange: null, lastRenewal: { state: 'skipped' } });
  await work();
  t.is(charges().length, 1);
});

test.serial('a new default card makes one attempt for each line that waits for it', async (t) => {
  const [id, paid] = [await shop.activeLine(), await shop.activeLine()];
  shop.script[charge] = (body) => ((body as { subscriptionId: string }).subscriptionId === id ? declined : { status: 201, body: { id: 'PAY-002', billId: 'BILL-002' } });
  at(first);
  await sweep();
  await tellOf('payment_method.added', false);
  await work();
  t.is(charges().length, 2, 'a card that is not the default one changes nothing');
  await tellOf('payment_method.default_changed', true);
  await tellOf('payment_method.added', true);
  await work();
  t.deepEqual(charges().slice(2).map(({ key }) => key), [`renew:${id}:${first}:2`], 'one attempt, and only for the line that waits');
  t.like((await renewals(id))[0], { state: 'declined', attempt: 2 });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  at('2026-03-10T00:00:00Z');
  await tellOf('payment_method.default_changed', true);
  await work();
  t.like(await shown(id), { state: 'active', periodStart: '2026-03-10T00:00:00.000Z' });
  t.like(await shown(paid), { state: 'active', periodStart: first });
});

test.serial('a card that comes while the old one is charged is kept for the retry', async (t) => {
  const id = await shop.activeLine();
  at(first);
  let refuse = (): void => undefined;
  const asked = new Promise<void>((reached) => {
    shop.script[charge] = () => new Promise((answer) => {
      refuse = () => answer(declined);
      reached();
    });
  });
  const running = sweep();
  await asked;
  await t.throwsAsync(tellOf('payment_method.default_changed', true), { message: /is being charged/ });
  refuse();
  await running;
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  await tellOf('payment_method.default_changed', true); // the bus delivers it again
  await work();
  t.like(await shown(id), { state: 'active', lastRenewal: { attempt: 2, state: 'captured' } });
});

test.serial('an exhausted line renews; a day pass lives on over the boundary, other top-ups end with it', async (t) => {
  const id = await shop.activeLine();
  await shop.call('subscription.createVasPurchase', { params: { id }, body: { offeringId: 'VAS_DATA_1GB' } });
  await shop.use(id, 6 * gb);
  t.like(await shown(id), { state: 'blocked', blockReason: 'exhausted' });
  at('2026-02-27T12:00:00Z');
  await shop.call('subscription.createVasPurchase', { params: { id }, body: { offeringId: 'VAS_UNLIMITED_DAY' } });
  const before = (await since(id)).length;
  at(first);
  await sweep();
  t.deepEqual((await since(id)).slice(before), ['subscription.vas_expired', 'subscription.renewed']);
  const buckets = await shop.query<{ source: string; offering_id: string }>(
    `SELECT source, offering_id FROM subscription.bucket WHERE subscription_id = '${id}' AND allowance = 'data' AND closed_at IS NULL ORDER BY source`);
  t.deepEqual(buckets, [{ source: 'plan', offering_id: 'PLAN_S' }, { source: 'vas', offering_id: 'VAS_UNLIMITED_DAY' }]);
  await shop.use(id, 9 * gb);
  t.is(await shop.left(id), 5 * gb, 'the day pass is drawn first');
  at('2026-02-28T12:00:00Z');
  t.like(await shop.sweep(expirySweep), { changed: 1 });
  t.is((await shown(id)).state, 'active');
});

test.serial('a line that cannot be renewed does not hold up the others', async (t) => {
  const [broken, good] = [await shop.activeLine(), await shop.activeLine()];
  await shop.query(`UPDATE subscription.subscription SET anchor = 'nonsense' WHERE id = '${broken}'`);
  at(first);
  t.deepEqual(await sweep(), { examined: 2, changed: 1, failed: 1 });
  t.is((await shown(good))['periodStart'], first);
});

test.serial('somebody who renews while payment is away is told so; the renewal goes on by itself', async (t) => {
  const id = await shop.activeLine();
  at(first);
  shop.script[charge] = () => 'away';
  await t.throwsAsync(renew(id), { instanceOf: Unavailable });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  await work();
  t.like((await renewals(id))[0], { state: 'captured' });
  t.deepEqual(await shop.query(`SELECT DISTINCT actor FROM audit.domain_event WHERE event_type = 'subscription.renewed'`), [{ actor: 'alice' }], 'in the name of who asked');
});

test.serial('one reminder goes ahead of each boundary, with what will be charged', async (t) => {
  const id = await shop.activeLine();
  await plan(id, 'PLAN_M');
  const remind = () => shop.sweep(reminderSweep);
  t.deepEqual(await reminderSweep(shop.service).due(), new Date('2026-02-27T02:00:00Z'));
  at('2026-02-27T01:59:59Z');
  t.like(await remind(), { changed: 0 });
  at('2026-02-27T02:00:00Z');
  t.like((await Promise.all([remind(), remind()])).map(({ changed }) => changed).toSorted(), [0, 1]);
  for (let i = 0; i < 60; i += 1) t.like(await remind(), { changed: 0 });
  const rows = await shop.query<{ event_type: string; payload: object }>(
    `SELECT event_type, payload FROM audit.domain_event WHERE event_type IN ('subscription.renewal_reminder', 'notification.requested') ORDER BY event_type`);
  t.is(rows.length, 2);
  t.like(rows[0]?.payload, { template: 'renewal_reminder', medium: 'email', customerId: 'CUST-001', subscriptionId: id, boundary: first, amount: 2500, offeringName: 'PLAN_M' });
  t.like(rows[1]?.payload, { subscriptionId: id, boundary: first, amount: 2500, nextOfferingId: 'PLAN_M' });
  at(first);
  t.like(await remind(), { changed: 0 }, 'too late for a word ahead');
  await sweep();
  t.deepEqual(await reminderSweep(shop.service).due(), new Date('2026-03-30T02:00:00Z'));
});
