import { isoTime } from '#runtime/clock';
import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';
import type { SubscriptionState } from './subscription.ts';

/** Pending changes of plan or price, applied by the renewal of their boundary (DOMAIN §4 Pending change, §5 F2). */
export const pendingStates = ['scheduled', 'applied', 'cancelled'] as const;
export type PendingState = (typeof pendingStates)[number];
export type PendingKind = 'plan' | 'price';
export type PendingTrigger = 'choosePlan' | 'migratePrice' | 'applyPlan' | 'applyPrice' | 'cancel';

/** A line and the plan it is to have; a fact that was not looked up refuses. */
export interface PlanChangeFacts {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly state: SubscriptionState;
  /** Plan of the line now. */
  readonly currentOfferingId: string;
  /** What is pending already; null = nothing. */
  readonly pendingKind: PendingKind | null;
  readonly pendingOfferingId: string | null;
  /** The plan asked for, and what the catalog says of it. */
  readonly offeringId?: string;
  readonly category?: string | null;
  readonly lifecycleStatus?: string | null;
  readonly validFor?: Readonly<Record<string, unknown>> | null;
  readonly sellable?: boolean;
}

const lineOf = ({ subscriptionId, customerId, state }: PlanChangeFacts) => ({ subscriptionId, customerId, state });

export const planChangeStateInvalid = rule<PlanChangeFacts>({
  code: 'subscription.plan_change.state_invalid',
  title: 'The plan of the line cannot be changed in its state.',
  when: 'the line is neither active nor blocked',
  check: ({ state }) => state === 'active' || state === 'blocked',
  context: lineOf,
  fix: ({ customerId }) => [{ hint: 'Choose a live line of the customer.', tool: 'subscription.list_for_customer', args: { customer_id: customerId } }],
});

export const planChangeSameOffering = rule<PlanChangeFacts>({
  code: 'subscription.plan_change.same_offering',
  title: 'The line has this plan already.',
  when: 'the plan asked for is the present one',
  check: ({ offeringId, currentOfferingId }) => offeringId !== undefined && offeringId !== currentOfferingId,
  context: (facts) => ({ ...lineOf(facts), offeringId: facts.offeringId }),
  fix: ({ subscriptionId, pendingKind }) => [pendingKind === 'plan'
    ? { hint: 'Cancel the change that is pending to keep the present plan.', tool: 'subscription.cancel_pending_plan_change', args: { subscription_id: subscriptionId } }
    : { hint: 'Choose another plan.', tool: 'catalog.list_active_offerings', args: {} }],
});

export const planChangeAlreadyPending = rule<PlanChangeFacts>({
  code: 'subscription.plan_change.already_pending',
  title: 'Another change of plan is pending.',
  when: 'the customer has chosen a plan that waits for the next boundary',
  check: ({ pendingKind }) => pendingKind !== 'plan',
  context: (facts) => ({ ...lineOf(facts), offeringId: facts.offeringId, pendingOfferingId: facts.pendingOfferingId }),
  fix: ({ subscriptionId }) => [
    { hint: 'Cancel the pending change first.', tool: 'subscription.cancel_pending_plan_change', args: { subscription_id: subscriptionId } },
  ],
});

export const planChangeNotSellable = rule<PlanChangeFacts>({
  code: 'subscription.plan_change.not_sellable',
  title: 'This is not a plan on sale.',
  when: 'the offering is no plan, not launched, not sold by itself (isSellable), outside its validity or without a price in force',
  check: ({ category, sellable }) => category === 'PLAN' && sellable === true,
  context: (facts) => ({
    ...lineOf(facts), offeringId: facts.offeringId, category: facts.category, lifecycleStatus: facts.lifecycleStatus, validFor: facts.validFor ?? null,
  }),
  fix: () => [{ hint: 'Choose a plan on sale.', tool: 'catalog.list_active_offerings', args: {} }],
});

export const planChangeNonePending = rule<PlanChangeFacts>({
  code: 'subscription.plan_change.none_pending',
  title: 'No change of plan is pending.',
  when: 'the customer has chosen no plan that waits; an announced change of price is the operator\'s',
  check: ({ pendingKind }) => pendingKind === 'plan',
  context: lineOf,
  fix: ({ subscriptionId }) => [{ hint: 'Look at the line: it keeps its plan.', tool: 'subscription.get', args: { subscription_id: subscriptionId } }],
});

/** In the order a customer should hear of them. */
export const planChangeRules = [planChangeStateInvalid, planChangeSameOffering, planChangeAlreadyPending, planChangeNotSellable] as const;

export const pendingMachine = new Machine<'pending_change', PendingState, PendingTrigger, PlanChangeFacts>({
  aggregate: 'pending_change',
  area: 'subscription',
  states: pendingStates,
  final: ['applied', 'cancelled'],
  event: (to) => `subscription.plan_change_${to}`,
  transitions: [
    { from: null, trigger: 'choosePlan', to: 'scheduled', guard: planChangeRules },
    // A customer's choice replaces an announced price, never the other way round (I9).
    { from: ['scheduled'], trigger: 'choosePlan', to: 'scheduled', guard: planChangeRules },
    { from: null, trigger: 'migratePrice', to: 'scheduled', events: ['subscription.price_migration_scheduled'] },
    { from: ['scheduled'], trigger: 'applyPlan', to: 'applied', events: ['subscription.plan_changed'] },
    { from: ['scheduled'], trigger: 'applyPrice', to: 'applied', events: ['subscription.price_migrated'] },
    { from: ['scheduled'], trigger: 'cancel', to: 'cancelled' },
  ],
});

/** A price migration and the price it names. */
export interface PriceMigrationFacts {
  readonly offeringId: string;
  readonly priceId: string;
  /** Offering the price belongs to; null = none. */
  readonly priceOfferingId: string | null;
  readonly noticeDays: number;
  /** BSS_PRICE_NOTICE_DAYS. */
  readonly noticeDaysMin: number;
  readonly now: Date;
}

export const priceMismatch = rule<PriceMigrationFacts>({
  code: 'subscription.price_migration.price_mismatch',
  title: 'The price belongs to another offering.',
  when: 'the price is not a launched recurring price of the plan',
  check: ({ offeringId, priceOfferingId }) => priceOfferingId === offeringId,
  context: ({ offeringId, priceId, priceOfferingId }) => ({ offeringId, priceId, priceOfferingId }),
  fix: ({ offeringId, priceId }) => [{ hint: 'Add the price to the plan first.', tool: 'catalog.add_price', args: { offering_id: offeringId, price_id: priceId } }],
});

const dayMs = 86_400_000;

export const noticeTooShort = rule<PriceMigrationFacts>({
  code: 'subscription.price_migration.notice_too_short',
  title: 'Customers must be told of a new price earlier.',
  when: 'fewer days of notice than BSS_PRICE_NOTICE_DAYS',
  check: ({ noticeDays, noticeDaysMin }) => noticeDays >= noticeDaysMin,
  context: ({ offeringId, priceId, noticeDays, noticeDaysMin, now }) =>
    ({ offeringId, priceId, noticeDays, noticeDaysMin, earliest: isoTime(new Date(now.getTime() + noticeDaysMin * dayMs)) }),
  fix: ({ noticeDaysMin }) => [{ hint: `Give at least ${noticeDaysMin} days of notice.` }],
});

/** Announces a price to the lines of a plan (DOMAIN §5 F2.4). */
export const migratePrice = action('price_migration.create', [priceMismatch, noticeTooShort]);

/** Takes the lease of a migration, notes how far it is, ends it. */
export const advanceMigration = action('price_migration.advance');
