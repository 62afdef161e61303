import test from 'ava';
import {
  migratePrice, noticeTooShort, pendingMachine, planChangeAlreadyPending, planChangeNonePending, planChangeNotSellable, planChangeRules, planChangeSameOffering,
  planChangeStateInvalid, priceMismatch, type PlanChangeFacts, type PriceMigrationFacts,
} from '#policy/plan-change';
import { PolicyViolation } from '#runtime/errors';
import { holds, walk, type Row } from './table.ts';

/** DOMAIN §4 Pending change, §6 subscription.plan_change.*, subscription.price_migration.*. */
const rows: readonly Row[] = [
  ['–', 'choosePlan', 'scheduled', 'subscription.plan_change_scheduled'],
  ['scheduled', 'choosePlan', 'scheduled', 'subscription.plan_change_scheduled'],
  ['–', 'migratePrice', 'scheduled', 'subscription.price_migration_scheduled'],
  ['scheduled', 'applyPlan', 'applied', 'subscription.plan_changed'],
  ['scheduled', 'applyPrice', 'applied', 'subscription.price_migrated'],
  ['scheduled', 'cancel', 'cancelled', 'subscription.plan_change_cancelled'],
];

const good: PlanChangeFacts = {
  subscriptionId: 'SUB-001', customerId: 'CUST-001', state: 'active', currentOfferingId: 'PLAN_S', pendingKind: null, pendingOfferingId: null, offeringId: 'PLAN_M',
  category: 'PLAN', lifecycleStatus: 'Launched', sellable: true,
};

test('a pending change moves along the table of its states and nowhere else', (t) => walk(t, pendingMachine, rows, good));

test('a price is never announced over what is pending, a plan replaces an announced price (I9)', (t) => {
  t.throws(() => pendingMachine.move({}, 'scheduled', 'migratePrice', good), { instanceOf: PolicyViolation });
  t.is(pendingMachine.move({}, 'scheduled', 'choosePlan', { ...good, pendingKind: 'price', pendingOfferingId: 'PLAN_S' }).to, 'scheduled');
});

test('only a live line changes its plan', (t) => {
  holds(t, planChangeStateInvalid, 'subscription.plan_change.state_invalid', good, { ...good, state: 'terminated' }, { subscriptionId: 'SUB-001', state: 'terminated' });
  t.true(planChangeStateInvalid.check({ ...good, state: 'blocked' }));
  t.false(planChangeStateInvalid.check({ ...good, state: 'pending' }));
});

test('a plan that the line has is no change', (t) => {
  holds(t, planChangeSameOffering, 'subscription.plan_change.same_offering', good, { ...good, offeringId: 'PLAN_S' }, { offeringId: 'PLAN_S' });
  t.is(planChangeSameOffering.fix({ ...good, pendingKind: 'plan' })[0]?.tool, 'subscription.cancel_pending_plan_change', 'to keep it, cancel what is pending');
});

test('one choice at a time', (t) => {
  const pending = { ...good, pendingKind: 'plan', pendingOfferingId: 'PLAN_L' } as const;
  holds(t, planChangeAlreadyPending, 'subscription.plan_change.already_pending', good, pending, { pendingOfferingId: 'PLAN_L' });
  holds(t, planChangeNonePending, 'subscription.plan_change.none_pending', pending, good, { subscriptionId: 'SUB-001' });
  t.false(planChangeNonePending.check({ ...pending, pendingKind: 'price' }), 'a price is not the customer\'s to cancel');
});

test('only what is on sale can be chosen, and only a plan', (t) => {
  holds(t, planChangeNotSellable, 'subscription.plan_change.not_sellable', good, { ...good, sellable: false, lifecycleStatus: 'Retired' }, { offeringId: 'PLAN_M', lifecycleStatus: 'Retired' });
  t.false(planChangeNotSellable.check({ ...good, category: 'VAS' }));
});

test('a fact that nobody looked up refuses', (t) => {
  const { offeringId: _, category: __, sellable: ___, ...looked } = good;
  t.deepEqual(planChangeRules.filter((rule) => !rule.check(looked)).map(({ code }) => code), ['subscription.plan_change.same_offering', 'subscription.plan_change.not_sellable']);
});

const migration: PriceMigrationFacts = {
  offeringId: 'PLAN_M', priceId: 'PRICE_PLAN_M_2', priceOfferingId: 'PLAN_M', noticeDays: 30, noticeDaysMin: 30, now: new Date('2026-03-15T09:00:00Z'),
};

test('lines move to a price of their own plan, after the notice', (t) => {
  holds(t, priceMismatch, 'subscription.price_migration.price_mismatch', migration, { ...migration, priceOfferingId: 'PLAN_S' }, { priceId: 'PRICE_PLAN_M_2', priceOfferingId: 'PLAN_S' });
  t.false(priceMismatch.check({ ...migration, priceOfferingId: null }));
  holds(t, noticeTooShort, 'subscription.price_migration.notice_too_short', migration, { ...migration, noticeDays: 29 }, { noticeDays: 29, earliest: '2026-04-14T09:00:00.000Z' });
  t.is(migratePrice.rules.length, 2);
});
