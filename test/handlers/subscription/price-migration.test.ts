import test from 'ava';
import { sleep } from '#runtime/clock';
import type { RequestContext } from '#runtime/context';
import { BadRequest, NotFound, PolicyViolation } from '#runtime/errors';
import { migrationWorker } from '../../../handlers/subscription/migration-worker.ts';
import { renewalSweep } from '../../../handlers/subscription/renewal-run.ts';
import { declined, gb, Shop } from './shop.ts';

/** DOMAIN §5 F2.4, §6 subscription.price_migration.*. Lines begin on 5 May, 09:00 in Singapore. */
let shop: Shop;

test.beforeEach(async () => {
  shop = await Shop.open();
});
test.afterEach.always(() => shop?.close());

interface Wire {
  readonly id: string;
  readonly [member: string]: unknown;
}

const migrate = (body: object = {}, as: Partial<RequestContext> = {}) =>
  shop.call<Wire>('subscription.createPriceMigration', { body: { offeringId: 'PLAN_S', priceId: 'PRICE_PLAN_S_2', ...body } }, as);
const linesOf = async (id: string, query: object = {}) => (await shop.call<Wire[]>('subscription.listPriceMigrationLine', { params: { id }, query })).body!;
const shown = async (id: string) => (await shop.call<Wire>('subscription.retrieveSubscription', { params: { id } })).body!;
const since = async (id: string) => (await shop.events(id)).slice(2);

async function refusal(work: Promise<unknown>): Promise<PolicyViolation> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  if (error instanceof PolicyViolation) return error;
  throw error ?? new Error('nothing was refused');
}

test.serial('every line of the plan is told, and moves at its first boundary after the notice', async (t) => {
  const [id, other] = [await shop.activeLine(), await shop.activeLine('PLAN_M', 25)];
  shop.clock.freeze(new Date('2026-05-10T00:00:00Z'));
  const { body, headers } = await migrate({ initiatedBy: 'Board' });
  t.like(body, {
    offeringId: 'PLAN_S', price: { priceId: 'PRICE_PLAN_S_2', amount: { unit: 'SGD', value: 12 } }, effectiveFrom: '2026-06-09T00:00:00.000Z', noticeDays: 30,
    state: 'done', scheduled: 1, skipped: 0, initiatedBy: 'Board', completedAt: '2026-05-10T00:00:00.000Z',
  });
  t.is(headers!['Location'], body!['href'] as string);
  t.like(await shown(id), { price: { amount: { value: 10 } }, pendingChange: { kind: 'price', offeringId: 'PLAN_S', effectiveAt: '2026-07-05T01:00:00.000Z', migrationId: body!.id } });
  t.is((await shown(other))['pendingChange'], null);
  t.deepEqual(await since(id), ['subscription.price_migration_scheduled']);
  const [notice] = await shop.query<{ payload: object }>("SELECT payload FROM audit.domain_event WHERE event_type = 'notification.requested'");
  t.like(notice?.payload, { template: 'price_change', medium: 'email', customerId: 'CUST-001', subscriptionId: id, amount: 1200, oldAmount: 1000, effectiveAt: '2026-07-05T01:00:00.000Z' });
  shop.clock.freeze(new Date('2026-06-05T01:00:00Z'));
  await shop.sweep(renewalSweep);
  t.like(await shown(id), { price: { amount: { value: 10 } }, pendingChange: { effectiveAt: '2026-07-05T01:00:00.000Z' } }, 'inside the notice the old price counts');
  shop.clock.freeze(new Date('2026-07-05T01:00:00Z'));
  await shop.sweep(renewalSweep);
  t.like(await shown(id), { offeringId: 'PLAN_S', price: { priceId: 'PRICE_PLAN_S_2', amount: { value: 12 } }, pendingChange: null });
  t.is(await shop.left(id), 5 * gb);
  t.is((await since(id)).at(-1), 'subscription.price_migrated');
});

test.serial('what a customer has chosen, and what was announced before, stands: those lines are listed as skipped', async (t) => {
  const [free, chosen] = [await shop.activeLine(), await shop.activeLine()];
  await shop.call('subscription.schedulePlanChange', { params: { id: chosen }, body: { offeringId: 'PLAN_M' } });
  const { body: one } = await migrate();
  t.like(one, { scheduled: 1, skipped: 1 });
  shop.script['GET /tmf-api/productCatalogManagement/v4/productOfferingPrice/PRICE_PLAN_S_3'] = () => ({ status: 200, body: {
    id: 'PRICE_PLAN_S_3', priceType: 'recurring', lifecycleStatus: 'Launched', price: { unit: 'SGD', value: 13 }, productOffering: { id: 'PLAN_S' } } });
  const { body: two } = await migrate({ priceId: 'PRICE_PLAN_S_3' });
  t.like(two, { scheduled: 0, skipped: 2 });
  t.deepEqual((await linesOf(two!.id)).map(({ subscriptionId, outcome, reason }) => [subscriptionId, outcome, reason]), [
    [free, 'skipped', 'price_change_pending'], [chosen, 'skipped', 'plan_change_pending'],
  ]);
  t.deepEqual((await linesOf(one!.id, { outcome: 'scheduled' })).map(({ id }) => id), [free]);
  t.deepEqual((await shop.call<Wire[]>('subscription.listPriceMigration', { query: { offeringId: 'PLAN_S' } })).body!.map(({ id }) => id).toSorted(), [one!.id, two!.id].toSorted());
  t.deepEqual((await shop.call<Wire>('subscription.retrievePriceMigration', { params: { id: one!.id } })).body, one);
  await t.throwsAsync(shop.call('subscription.retrievePriceMigration', { params: { id: 'MIG-999' } }), { instanceOf: NotFound });
});

test.serial('a price of another plan, a top-up price, too short a notice and unknown ids are refused', async (t) => {
  const id = await shop.activeLine();
  t.is((await refusal(migrate({ priceId: 'PRICE_PLAN_M_2' }))).rule, 'subscription.price_migration.price_mismatch');
  t.is((await refusal(migrate({ offeringId: 'VAS_DATA_1GB', priceId: 'PRICE_VAS' }))).rule, 'subscription.price_migration.price_mismatch');
  const early = await refusal(migrate({ noticeDays: 29 }));
  t.is(early.rule, 'subscription.price_migration.notice_too_short');
  t.is(early.context['earliest'], '2026-06-04T01:00:00.000Z');
  t.is((await refusal(migrate({ priceId: 'PRICE_NONE' }))).rule, 'reference.id.unknown');
  t.is((await refusal(migrate({ offeringId: 'PLAN_NONE' }))).rule, 'reference.id.unknown');
  await t.throwsAsync(migrate({ effectiveFrom: '2099-01-01T00:00:00Z' }), { instanceOf: BadRequest });
  t.deepEqual(await since(id), []);
  t.deepEqual((await shop.call<Wire[]>('subscription.listPriceMigration', {})).body, []);
});

test.serial('a later date counts, the same key is the same migration, and a line that is moved is not met again', async (t) => {
  const id = await shop.activeLine();
  const as = { idempotencyKey: 'k', serviceIdentity: 'portal' };
  const { body } = await migrate({ effectiveFrom: '2026-08-05T01:00:00Z' }, as);
  t.deepEqual((await migrate({ effectiveFrom: '2026-08-05T01:00:00Z' }, as)).body, body);
  t.like(body, { effectiveFrom: '2026-08-05T01:00:00.000Z' });
  t.like((await shown(id))['pendingChange'] as object, { effectiveAt: '2026-08-05T01:00:00.000Z' });
  for (const month of ['06', '07', '08']) {
    shop.clock.freeze(new Date(`2026-${month}-05T01:00:00Z`));
    await shop.sweep(renewalSweep);
  }
  t.like(await shown(id), { price: { amount: { value: 12 } } });
  t.like((await migrate()).body, { scheduled: 0, skipped: 0 });
});

test.serial('an announced price follows the boundaries of a line whose anchor moves', async (t) => {
  const id = await shop.activeLine();
  shop.clock.freeze(new Date('2026-05-20T00:00:00Z'));
  await migrate();
  shop.script['POST /bss-api/payment/v1/charge'] = () => declined;
  shop.clock.freeze(new Date('2026-06-05T01:00:00Z'));
  await shop.sweep(renewalSweep);
  shop.script['POST /bss-api/payment/v1/charge'] = () => ({ status: 201, body: { id: 'PAY-003', billId: 'BILL-003' } });
  shop.clock.freeze(new Date('2026-06-12T03:00:00Z'));
  await shop.call('subscription.renewSubscription', { params: { id } });
  t.like(await shown(id), { price: { amount: { value: 10 } }, pendingChange: { effectiveAt: '2026-07-12T03:00:00.000Z' } });
});

test.serial('a customer who chooses a plan and thinks better of it pays the announced price all the same', async (t) => {
  const id = await shop.activeLine();
  shop.clock.freeze(new Date('2026-05-20T00:00:00Z'));
  const { body } = await migrate();
  await shop.call('subscription.schedulePlanChange', { params: { id }, body: { offeringId: 'PLAN_M' } });
  t.like(await shown(id), { pendingChange: { kind: 'plan', offeringId: 'PLAN_M' } });
  await shop.call('subscription.cancelPlanChange', { params: { id } });
  t.like(await shown(id), { pendingChange: { kind: 'price', offeringId: 'PLAN_S', effectiveAt: '2026-07-05T01:00:00.000Z', migrationId: body!.id } });
  t.deepEqual(await since(id), [
    'subscription.price_migration_scheduled', 'subscription.plan_change_scheduled', 'subscription.plan_change_cancelled', 'subscription.price_migration_scheduled',
  ]);
  for (const month of ['06', '07']) {
    shop.clock.freeze(new Date(`2026-${month}-05T01:00:00Z`));
    await shop.sweep(renewalSweep);
  }
  t.like(await shown(id), { price: { amount: { value: 12 } }, pendingChange: null });
  await shop.call('subscription.schedulePlanChange', { params: { id }, body: { offeringId: 'PLAN_M' } });
  await shop.call('subscription.cancelPlanChange', { params: { id } });
  t.is((await shown(id))['pendingChange'], null, 'what was applied does not come back');
});

test.serial('many lines are gone through in slices; a migration that was left half done goes on where it was', async (t) => {
  const ids = [];
  for (let i = 0; i < 5; i += 1) ids.push(await shop.activeLine());
  await shop.query(`INSERT INTO subscription.price_migration (id, offering_id, price_id, price_minor, currency, effective_from, notice_days, state, last_line_id, initiated_by, actor, channel,
    traceparent, created_at, next_run_ms) VALUES ('MIG-900', 'PLAN_S', 'PRICE_PLAN_S_2', 1200, 'SGD', '2026-06-04Z', 30, 'running', '${ids[1]}', 'alice', 'alice', 'cli', '-', '2026-05-05Z', 0)`);
  const worker = migrationWorker(shop.service);
  worker.start();
  await sleep(300); // one pass
  await worker.stop();
  t.like((await shop.call<Wire>('subscription.retrievePriceMigration', { params: { id: 'MIG-900' } })).body, { state: 'done', scheduled: 3 });
  t.deepEqual((await linesOf('MIG-900')).map(({ id }) => id), ids.slice(2));
});
