import test from 'ava';
import { macros } from '#cli/demo/expected-events';
import { ok, where } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import { startStack, type Stack } from '../support/stack.ts';
import { addCard, charged, customer, line, lineOf, megabytesLeft, topUp, unexpected, use } from '../support/story.ts';

/** Lines over months: SCENARIOS H5, N6, N7, automatic_renewal, change_meets_migration. */
const sale = macros.VAS.slice(0, -1);
const { CUST, ORDER, USE, BLOCK, UNBLOCK } = macros;
const REMIND = ['subscription.renewal_reminder', 'notification.requested'];
const RENEW = [...sale, 'subscription.renewed'];
const times = (count: number, types: readonly string[]): string[] => Array.from({ length: count }, () => types).flat();
/** The network learns of another plan: two tasks, no service changes its state. */
const MODIFY = UNBLOCK.slice(1).filter((type) => type !== 'service.state_changed');

async function advance(stack: Stack, to: string): Promise<void> {
  await ok(stack.clients.admin('subscription').POST('/clock/advance', { body: { to } }));
  await stack.settle();
}

/** Everything but the moves of the clock, and finished tasks that go after their days. */
const events = async (stack: Stack) => (await stack.events()).filter(({ type }) => !type.startsWith('clock.') && type !== 'provisioning.task_deleted');

async function refusal(work: Promise<unknown>): Promise<string | null> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  return error instanceof RemoteError ? error.rule : null;
}

/** Another price of a plan from now on; lines that are there keep theirs. */
function newPrice(stack: Stack, offeringId: string, id: string, value: number) {
  const body = { id, name: id, priceType: 'recurring', price: { unit: 'SGD', value }, productOffering: { id: offeringId }, retireCurrent: true };
  return ok(stack.clients.TMF620.POST('/productOfferingPrice', { body }));
}

const inPath = (id: string) => ({ params: { path: { id } } });
const planChange = (stack: Stack, id: string, offeringId: string) => ok(stack.clients.subscription.POST('/subscription/{id}/planChange', { ...inPath(id), body: { offeringId } }));
const renewals = (stack: Stack, id: string) => ok(stack.clients.subscription.GET('/subscription/{id}/renewal', inPath(id)));

test.serial('N7: a line of the 31st renews at the end of every month, and each renewal has its receipt', async (t) => {
  const stack = await startStack(t, { at: '2027-10-31T10:00:00Z' });
  const { id } = await line(stack, await customer(stack));
  await advance(stack, '2028-10-31T10:00:00Z');
  const rows = (await renewals(stack, id)).toReversed();
  t.deepEqual(rows.map(({ boundary }) => boundary), [
    '2027-11-30', '2027-12-31', '2028-01-31', '2028-02-29', '2028-03-31', '2028-04-30', '2028-05-31', '2028-06-30', '2028-07-31', '2028-08-31', '2028-09-30', '2028-10-31',
  ].map((day) => `${day}T10:00:00.000Z`));
  t.true(rows.every(({ state, attempt }) => state === 'captured' && attempt === 1));
  t.like(await lineOf(stack, id), { state: 'active', periodStart: '2028-10-31T10:00:00.000Z', periodEnd: '2028-11-30T10:00:00.000Z', anchor: '31 18:00:00.000' });
  t.deepEqual(await charged(stack), Array(13).fill(10));
  t.deepEqual(unexpected(await events(stack), [...CUST, ...ORDER, ...times(12, [...REMIND, ...RENEW])]), []);
  const bills = await ok(stack.clients.TMF678.GET('/customerBill', {}));
  const rates = await ok(stack.clients.TMF678.GET('/appliedCustomerBillingRate', {}));
  t.is(bills.length, 13);
  t.deepEqual(rates.map(({ periodCoverage, taxIncludedAmount }) => [periodCoverage?.startDateTime, periodCoverage?.endDateTime, taxIncludedAmount?.value]).toSorted().slice(1, 3), [
    ['2027-11-30T10:00:00.000Z', '2027-12-31T10:00:00.000Z', 10], ['2027-12-31T10:00:00.000Z', '2028-01-31T10:00:00.000Z', 10],
  ]);
  for (const { billId, periodStart, periodEnd } of rows) {
    const bill = bills.find((one) => one.id === billId);
    t.like(bill, { state: 'settled', billingPeriod: { startDateTime: periodStart, endDateTime: periodEnd } });
  }
  const by = await stack.sql<{ actor: string }>("SELECT DISTINCT actor FROM audit.domain_event WHERE event_type = 'subscription.renewed'");
  t.deepEqual(by, [{ actor: 'subscription' }], 'by the system, whoever moved the clock');
});

test.serial('H5: a line keeps its price, changes plan at the boundary, and follows a price after its notice', async (t) => {
  const stack = await startStack(t, { at: '2026-02-15T09:00:00Z' });
  const { subscription } = stack.clients;
  const { id } = await line(stack, await customer(stack), 'PLAN_M');
  await advance(stack, '2026-03-01T09:00:00Z');
  await events(stack);

  const pending = await planChange(stack, id, 'PLAN_L');
  t.like(pending.pendingChange, { kind: 'plan', offeringId: 'PLAN_L', price: { priceId: 'PRICE_PLAN_L', amount: { unit: 'SGD', value: 45 } }, effectiveAt: '2026-03-15T09:00:00.000Z' });
  t.is(await refusal(planChange(stack, id, 'PLAN_L')), 'subscription.plan_change.already_pending');
  await advance(stack, '2026-03-15T09:01:00Z');
  const changed = await lineOf(stack, id);
  t.like(changed, { state: 'active', offeringId: 'PLAN_L', pendingChange: null, periodEnd: '2026-04-15T09:00:00.000Z' });
  t.is(changed.price.amount.value, 45);
  t.is(megabytesLeft(changed), 150 * 1024);

  await newPrice(stack, 'PLAN_L', 'PRICE_PLAN_L_2', 50);
  const migrate = (noticeDays: number) => ok(subscription.POST('/priceMigration', { body: { offeringId: 'PLAN_L', priceId: 'PRICE_PLAN_L_2', noticeDays } }));
  t.is(await refusal(migrate(29)), 'subscription.price_migration.notice_too_short');
  t.is(await refusal(ok(subscription.POST('/priceMigration', { body: { offeringId: 'PLAN_M', priceId: 'PRICE_PLAN_L_2' } }))), 'subscription.price_migration.price_mismatch');
  const migration = await migrate(30);
  t.like(migration, { state: 'done', scheduled: 1, skipped: 0, effectiveFrom: '2026-04-14T09:01:00.000Z' });
  t.like((await lineOf(stack, id)).pendingChange, { kind: 'price', price: { amount: { value: 50 } }, effectiveAt: '2026-04-15T09:00:00.000Z', migrationId: migration.id });
  await advance(stack, '2026-04-15T09:01:00Z');
  const followed = await lineOf(stack, id);
  t.like(followed, { offeringId: 'PLAN_L', pendingChange: null, price: { priceId: 'PRICE_PLAN_L_2', amount: { unit: 'SGD', value: 50 } } });
  t.is(megabytesLeft(followed), 150 * 1024);
  t.deepEqual(await charged(stack), [25, 45, 50]);
  t.deepEqual(unexpected(await events(stack), [
    'subscription.plan_change_scheduled', ...times(2, [...REMIND, ...RENEW]), 'subscription.plan_changed', ...MODIFY,
    'catalog.price_created', 'catalog.price_changed', 'subscription.price_migration_scheduled', 'notification.requested', 'subscription.price_migrated',
    ...times(3, ['policy.refused']),
  ]), []);
});

test.serial('change_meets_migration: what a customer has chosen is never overwritten, and replaces a price that was announced', async (t) => {
  const stack = await startStack(t, { at: '2026-02-15T09:00:00Z' });
  const { subscription } = stack.clients;
  const ada = await customer(stack);
  const [chooser, follower] = [await line(stack, ada), await line(stack, ada)];
  await planChange(stack, chooser.id, 'PLAN_M');
  await newPrice(stack, 'PLAN_S', 'PRICE_PLAN_S_2', 12);
  const { id, scheduled, skipped } = await ok(subscription.POST('/priceMigration', { body: { offeringId: 'PLAN_S', priceId: 'PRICE_PLAN_S_2' } }));
  t.deepEqual([scheduled, skipped], [1, 1]);
  const lines = await ok(subscription.GET('/priceMigration/{id}/line', inPath(id)));
  t.deepEqual(lines.map(({ subscriptionId, outcome, reason }) => [subscriptionId, outcome, reason]), [
    [chooser.id, 'skipped', 'plan_change_pending'], [follower.id, 'scheduled', null],
  ]);
  t.is(await refusal(ok(subscription.DELETE('/subscription/{id}/planChange', inPath(follower.id)))), 'subscription.plan_change.none_pending', 'a price is not the customer\'s to cancel');
  await planChange(stack, follower.id, 'PLAN_L');
  t.like((await lineOf(stack, follower.id)).pendingChange, { kind: 'plan', offeringId: 'PLAN_L', effectiveAt: '2026-03-15T09:00:00.000Z' });
  await advance(stack, '2026-03-15T09:00:00Z');
  t.deepEqual((await Promise.all([chooser, follower].map((one) => lineOf(stack, one.id)))).map(({ offeringId, price }) => [offeringId, price.amount.value]), [['PLAN_M', 25], ['PLAN_L', 45]]);
  t.deepEqual((await charged(stack)).toSorted((a, b) => a - b), [10, 10, 25, 45]);
});

test.serial('N6: a declined renewal blocks the line and keeps its change; another card brings it back from that moment', async (t) => {
  const stack = await startStack(t, { at: '2026-01-31T02:00:00Z' });
  const ada = await customer(stack);
  const bought = await line(stack, ada);
  await planChange(stack, bought.id, 'PLAN_M');
  await addCard(stack, ada, '4000000000000002');
  await events(stack);
  await advance(stack, '2026-02-28T02:00:00Z');
  const blocked = await lineOf(stack, bought.id);
  t.like(blocked, { state: 'blocked', blockReason: 'payment_failed', offeringId: 'PLAN_S', periodEnd: '2026-02-28T02:00:00.000Z', pendingChange: { kind: 'plan' },
    lastRenewal: { state: 'declined', attempt: 1, declineCode: 'card_declined' } });
  t.deepEqual(unexpected(await events(stack), [
    ...REMIND, 'payment.created', 'payment.denied', 'subscription.renewal_declined', ...BLOCK.slice(1),
  ]), []);
  t.is(await refusal(topUp(stack, bought.id)), 'subscription.vas.renewal_overdue');
  t.is(await refusal(ok(stack.clients.subscription.POST('/subscription/{id}/renew', inPath(bought.id)))), 'subscription.renew.payment_declined');
  await advance(stack, '2026-03-05T06:30:00Z');
  await events(stack);

  await addCard(stack, ada, '4242424242424242');
  await stack.settle();
  const back = await lineOf(stack, bought.id);
  t.like(back, { state: 'active', offeringId: 'PLAN_M', periodStart: '2026-03-05T06:30:00.000Z', periodEnd: '2026-04-05T06:30:00.000Z', anchor: '05 14:30:00.000', pendingChange: null,
    lastRenewal: { state: 'captured', attempt: 3, boundary: '2026-02-28T02:00:00.000Z' } });
  t.is(megabytesLeft(back), 30 * 1024);
  t.deepEqual(unexpected(await events(stack), [
    'payment_method.added', 'payment_method.default_changed', ...RENEW, ...UNBLOCK, 'subscription.plan_changed', ...MODIFY,
  ]), []);
  t.deepEqual(await charged(stack), [10, 25]);
});

test.serial('an exhausted line renews like any other; top-ups end with their period; every charge has its receipt', async (t) => {
  const stack = await startStack(t, { at: '2026-04-11T09:00:00Z' });
  const ada = await customer(stack);
  const bought = await line(stack, ada);
  await use(stack, bought.msisdn, 5120);
  await topUp(stack, bought.id);
  await stack.settle();
  await use(stack, bought.msisdn, 1024);
  t.like(await lineOf(stack, bought.id), { state: 'blocked', blockReason: 'exhausted' });
  await topUp(stack, bought.id);
  await stack.settle();
  t.is(megabytesLeft(await lineOf(stack, bought.id)), 1024);
  await use(stack, bought.msisdn, 1024);
  await advance(stack, '2026-05-11T09:00:00Z');
  const renewed = await lineOf(stack, bought.id);
  t.like(renewed, { state: 'active', blockReason: null, periodStart: '2026-05-11T09:00:00.000Z' });
  t.is(megabytesLeft(renewed), 5120);
  t.deepEqual(unexpected(await events(stack), [
    ...CUST, ...ORDER, ...times(3, [...USE, ...BLOCK]), ...times(2, [...sale, 'subscription.vas_purchased', ...UNBLOCK]), ...REMIND, ...RENEW,
    ...times(2, ['subscription.vas_expired']), ...UNBLOCK,
  ]), []);
  t.deepEqual(await charged(stack), [10, 3, 3, 10]);
  const bills = await ok(stack.clients.TMF678.GET('/customerBill', { params: { query: { ...where({ 'relatedParty.id': ada }) } } }));
  t.deepEqual(bills.map(({ taxIncludedAmount, state }) => [taxIncludedAmount?.value, state]), [[10, 'settled'], [3, 'settled'], [3, 'settled'], [10, 'settled']]);
  const receipt = await ok(stack.clients.billing.GET('/customerBill/{id}/document', inPath(bills[0]?.id ?? '')));
  t.like(receipt, { customerId: ada });
});

test.serial('a gateway that answers only the third time charges the renewal once', async (t) => {
  const stack = await startStack(t, { at: '2026-04-11T09:00:00Z' });
  const ada = await customer(stack);
  const bought = await line(stack, ada);
  await addCard(stack, ada, '4000000000000119');
  await events(stack);
  await advance(stack, '2026-05-11T09:00:00Z');
  t.like(await lineOf(stack, bought.id), { state: 'active', periodStart: '2026-05-11T09:00:00.000Z', periodEnd: '2026-06-11T09:00:00.000Z' });
  t.deepEqual(unexpected(await events(stack), [...REMIND, ...RENEW]), []);
  t.deepEqual(await charged(stack), [10, 10]);
});
