import test from 'ava';
import type { RequestContext } from '#runtime/context';
import { BadRequest, DryRunPassed, PolicyViolation, PreconditionFailed } from '#runtime/errors';
import { renewalSweep } from '../../../handlers/subscription/renewal-run.ts';
import { declined, gb, mb, Shop } from './shop.ts';

/** DOMAIN §4 Pending change, §5 F2, §8 I9. */
let shop: Shop;

test.beforeEach(async () => {
  shop = await Shop.open();
});
test.afterEach.always(() => shop?.close());

const boundary = '2026-06-05T01:00:00.000Z';
const charge = 'POST /bss-api/payment/v1/charge';
const com = { serviceIdentity: 'com', role: 'system' } as const;

interface Wire {
  readonly id: string;
  readonly offeringId: string;
  readonly pendingChange: Readonly<Record<string, unknown>> | null;
  readonly [member: string]: unknown;
}

const choose = (id: string, offeringId: string, as: Partial<RequestContext> = {}, more: object = {}) =>
  shop.call<Wire>('subscription.schedulePlanChange', { params: { id }, body: { offeringId, ...more } }, as);
const cancel = (id: string, as: Partial<RequestContext> = {}, query: object = {}) => shop.call('subscription.cancelPlanChange', { params: { id }, query }, as);
const shown = async (id: string) => (await shop.call<Wire>('subscription.retrieveSubscription', { params: { id } })).body!;
const sweep = () => shop.sweep(renewalSweep);
const since = async (id: string) => (await shop.events(id)).slice(2);
const last = async (id: string) => (await shop.eventRows(id)).at(-1)!;

async function refusal(work: Promise<unknown>): Promise<PolicyViolation> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  if (error instanceof PolicyViolation) return error;
  throw error ?? new Error('nothing was refused');
}

test.serial('a plan is kept for the next boundary at the price it has now, and nothing is charged', async (t) => {
  const id = await shop.activeLine();
  const { body, headers } = await choose(id, 'PLAN_M');
  t.like(body, { offeringId: 'PLAN_S', price: { amount: { unit: 'SGD', value: 10 } } });
  t.deepEqual(body!.pendingChange, {
    kind: 'plan', offeringId: 'PLAN_M', offeringName: 'PLAN_M', price: { priceId: 'PRICE_PLAN_M', amount: { unit: 'SGD', value: 25 } }, effectiveAt: boundary,
    requestedAt: '2026-05-05T01:00:00.000Z', orderId: null, migrationId: null,
  });
  t.is(headers!['Location'], `http://subscription.local/bss-api/subscription/v1/subscription/${id}`);
  t.deepEqual(shop.calls.filter(({ call }) => call === charge), []);
  t.deepEqual(await since(id), ['subscription.plan_change_scheduled']);
  t.like((await last(id)).payload, { oldOfferingId: 'PLAN_S', newOfferingId: 'PLAN_M', priceId: 'PRICE_PLAN_M', amount: 2500, effectiveAt: boundary, from: null, to: 'scheduled' });

  shop.clock.freeze(new Date(boundary));
  await sweep();
  t.like(await shown(id), { offeringId: 'PLAN_M', offeringName: 'PLAN_M', pendingChange: null, state: 'active', price: { priceId: 'PRICE_PLAN_M', amount: { unit: 'SGD', value: 25 } } });
  t.is(await shop.left(id), 30 * gb);
  t.is(await shop.left(id, 'data_roaming'), 500 * mb);
  t.deepEqual((await since(id)).slice(1), ['subscription.renewed', 'subscription.plan_changed']);
  t.like((await last(id)).payload, { offeringId: 'PLAN_M', oldOfferingId: 'PLAN_S', newOfferingId: 'PLAN_M', amount: 2500, oldAmount: 1000, from: 'scheduled', to: 'applied', changeOrderId: null });
  t.like(shop.calls.find(({ call }) => call === charge)?.body as object, { amount: { unit: 'SGD', value: 25 }, description: 'PLAN_M' });
});

test.serial('every reason against a plan change is told, and nothing changes', async (t) => {
  const id = await shop.activeLine();
  t.is((await refusal(choose(id, 'PLAN_S'))).rule, 'subscription.plan_change.same_offering');
  t.is((await refusal(choose(id, 'VAS_DATA_1GB'))).rule, 'subscription.plan_change.not_sellable');
  t.is((await refusal(choose(id, 'PLAN_OLD'))).rule, 'subscription.plan_change.not_sellable');
  t.is((await refusal(choose(id, 'PLAN_NONE'))).rule, 'reference.id.unknown');
  shop.script['GET /bss-api/catalog/v1/offering/PLAN_M/tariff'] = () => ({ status: 422, body: { ...declined.body, reason: 'catalog.price.none_in_force', context: {} } });
  t.is((await refusal(choose(id, 'PLAN_M'))).rule, 'subscription.plan_change.not_sellable');
  t.is((await refusal(cancel(id))).rule, 'subscription.plan_change.none_pending');
  t.is((await refusal(choose(await shop.pendingLine(), 'PLAN_FREE'))).rule, 'subscription.plan_change.state_invalid');
  t.is((await refusal(choose(id, 'PLAN_FREE', { role: 'customer', onBehalfOf: 'CUST-002' }))).rule, 'auth.customer.not_owner');
  await t.throwsAsync(choose(id, 'PLAN_FREE', {}, { orderId: 'ORD-050' }), { instanceOf: BadRequest });
  await t.throwsAsync(choose(id, 'PLAN_FREE', { dryRun: true }), { instanceOf: DryRunPassed });
  await t.throwsAsync(shop.call('subscription.schedulePlanChange', { params: { id }, body: { offeringId: 'PLAN_FREE' }, headers: { 'if-match': 'W/"99"' } }), { instanceOf: PreconditionFailed });
  t.is((await shown(id)).pendingChange, null);
  t.deepEqual(await since(id), []);
});

test.serial('a choice is cancelled before another one is made', async (t) => {
  const id = await shop.activeLine();
  await choose(id, 'PLAN_M');
  t.like(await refusal(choose(id, 'PLAN_FREE')), { rule: 'subscription.plan_change.already_pending' });
  await cancel(id);
  t.is((await refusal(cancel(id))).rule, 'subscription.plan_change.none_pending');
  await choose(id, 'PLAN_FREE');
  t.deepEqual(await since(id), ['subscription.plan_change_scheduled', 'subscription.plan_change_cancelled', 'subscription.plan_change_scheduled']);
  shop.clock.freeze(new Date(boundary));
  await sweep();
  t.is((await shown(id)).offeringId, 'PLAN_FREE');
});

test.serial('the same key finds its change again, cancelled or applied', async (t) => {
  const id = await shop.activeLine();
  const as = { idempotencyKey: 'k', serviceIdentity: 'portal' };
  await choose(id, 'PLAN_M', as);
  await choose(id, 'PLAN_M', as);
  shop.clock.freeze(new Date(boundary));
  await sweep();
  t.like((await choose(id, 'PLAN_M', as)).body, { offeringId: 'PLAN_M', pendingChange: null });
  t.deepEqual((await since(id)).filter((type) => type === 'subscription.plan_change_scheduled').length, 1);
});

test.serial('an order asks for its change once, cancels its own only, and is told when it is applied', async (t) => {
  const id = await shop.activeLine();
  const asks = (orderId: string) => choose(id, 'PLAN_M', com, { orderId });
  t.like((await asks('ORD-0050')).body!.pendingChange, { orderId: 'ORD-0050' });
  t.like((await asks('ORD-0050')).body!.pendingChange, { orderId: 'ORD-0050' });
  t.is((await refusal(asks('ORD-0051'))).rule, 'subscription.plan_change.already_pending');
  t.is((await refusal(cancel(id, com, { orderId: 'ORD-0051' }))).rule, 'subscription.plan_change.none_pending');
  await cancel(id, com, { orderId: 'ORD-0050' });
  t.like((await last(id)).payload, { changeOrderId: 'ORD-0050', to: 'cancelled' });
  await asks('ORD-0052');
  shop.clock.freeze(new Date(boundary));
  await sweep();
  t.like((await last(id)).payload, { changeOrderId: 'ORD-0052', newOfferingId: 'PLAN_M' });
  t.like((await asks('ORD-0052')).body, { offeringId: 'PLAN_M', pendingChange: null }, 'a repeat after that finds it done');
  t.deepEqual((await since(id)).filter((type) => type === 'subscription.plan_change_scheduled').length, 2);
});

test.serial('a line may end though the order of its plan change waits; any other open order holds it', async (t) => {
  const id = await shop.activeLine();
  const end = () => shop.call<Wire>('subscription.terminateSubscription', { params: { id } });
  await choose(id, 'PLAN_M', com, { orderId: 'ORD-0060' });
  for (const orderId of ['ORD-0060', 'ORD-0061']) await shop.deliver('order.acknowledged', 'order', orderId, { orderId, subscriptionId: id });
  const held = await refusal(end());
  t.is(held.rule, 'subscription.terminate.order_open');
  t.deepEqual(held.context['orderIds'], ['ORD-0061']);
  await shop.deliver('order.failed', 'order', 'ORD-0061', { orderId: 'ORD-0061', subscriptionId: id });
  t.like((await end()).body, { state: 'terminated', pendingChange: null });
  t.deepEqual((await since(id)).slice(1), ['subscription.plan_change_cancelled', 'subscription.terminated']);
  t.like((await shop.eventRows(id)).at(-2)!.payload, { changeOrderId: 'ORD-0060', reason: 'terminated' });
});

test.serial('a declined renewal keeps the change for the retry', async (t) => {
  const id = await shop.activeLine();
  await choose(id, 'PLAN_M');
  shop.script[charge] = () => declined;
  shop.clock.freeze(new Date(boundary));
  await sweep();
  t.like(await shown(id), { state: 'blocked', offeringId: 'PLAN_S', pendingChange: { offeringId: 'PLAN_M' } });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  shop.clock.freeze(new Date('2026-06-09T01:00:00Z'));
  await shop.call('subscription.renewSubscription', { params: { id } });
  t.like(await shown(id), { state: 'active', offeringId: 'PLAN_M', pendingChange: null, periodStart: '2026-06-09T01:00:00.000Z' });
});

test.serial('a blocked customer may choose a plan they can pay: it is what the retry charges', async (t) => {
  const id = await shop.activeLine('PLAN_M', 25);
  shop.script[charge] = () => declined;
  shop.clock.freeze(new Date(boundary));
  await sweep();
  shop.clock.freeze(new Date('2026-06-06T01:00:00Z'));
  t.like((await choose(id, 'PLAN_S')).body!.pendingChange, { effectiveAt: '2026-06-06T01:00:00.000Z' });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  await shop.call('subscription.renewSubscription', { params: { id } });
  t.like(await shown(id), { state: 'active', offeringId: 'PLAN_S', price: { amount: { value: 10 } } });
  t.like(shop.calls.findLast(({ call }) => call === charge)?.body as object, { amount: { unit: 'SGD', value: 10 } });
});

test.serial('what is being charged can no more be taken back, and what is chosen meanwhile is for the boundary after it', async (t) => {
  const [chosen, other] = [await shop.activeLine(), await shop.activeLine()];
  await choose(chosen, 'PLAN_M');
  shop.script[charge] = () => 'away';
  shop.clock.freeze(new Date(boundary));
  await sweep();
  t.is((await refusal(cancel(chosen))).rule, 'subscription.renew.in_progress');
  t.like((await choose(other, 'PLAN_M')).body!.pendingChange, { effectiveAt: '2026-07-05T01:00:00.000Z' });
  shop.script[charge] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  await shop.query('UPDATE subscription.renewal SET next_run_ms = 0');
  await sweep();
  t.like(await shown(chosen), { offeringId: 'PLAN_M', pendingChange: null });
  t.like(await shown(other), { offeringId: 'PLAN_S', pendingChange: { effectiveAt: '2026-07-05T01:00:00.000Z' } });
  shop.clock.freeze(new Date('2026-07-05T01:00:00Z'));
  await sweep();
  t.like(await shown(other), { offeringId: 'PLAN_M', pendingChange: null });
});

test.serial('of two who choose at once one is first', async (t) => {
  const id = await shop.activeLine();
  const results = await Promise.allSettled(['PLAN_M', 'PLAN_FREE', 'PLAN_M', 'PLAN_FREE'].map((offeringId) => choose(id, offeringId)));
  t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
  t.deepEqual(await since(id), ['subscription.plan_change_scheduled']);
});

test.serial('I9: the database itself keeps a customer\'s choice from a price', async (t) => {
  const id = await shop.activeLine();
  await choose(id, 'PLAN_M');
  const error = await t.throwsAsync<Error & { constraint?: string }>(shop.query(
    `UPDATE subscription.subscription SET pending_kind = 'price', pending_offering_id = offering_id, pending_migration_id = 'MIG-001' WHERE id = '${id}'`));
  t.is(error.constraint, 'subscription_plan_change_kept');
});
