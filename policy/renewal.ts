import { isoTime } from '#runtime/clock';
import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';
import type { BlockReason, SubscriptionState } from './subscription.ts';

/** Renewals: one row per line and boundary, charged before the period begins (DOMAIN §4 Renewal, §5 F3). */
export const renewalStates = ['due', 'charging', 'captured', 'declined', 'skipped'] as const;
export type RenewalState = (typeof renewalStates)[number];
export type RenewalTrigger = 'fallDue' | 'claim' | 'delay' | 'capture' | 'deny' | 'retry' | 'skip' | 'giveBack';

/** Why a boundary is not charged: a later one has passed as well, or the line has ended. */
export type SkipReason = 'newer_boundary' | 'terminated';

/** The line as a renewal finds it; a fact that was not looked up refuses. */
export interface RenewalFacts {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly state: SubscriptionState;
  readonly blockReason: BlockReason | null;
  readonly periodEnd: Date | null;
  readonly now: Date;
  /** Renewal of this line that is being charged; null = none. */
  readonly chargingId?: string | null;
  /** The customer has an active default card; a price of zero needs none. */
  readonly hasPaymentMethod?: boolean;
}

export const renewNotDue = rule<RenewalFacts>({
  code: 'subscription.renew.not_due',
  title: 'The period of the line is not over yet.',
  when: 'the boundary is ahead',
  check: ({ periodEnd, now }) => periodEnd !== null && periodEnd <= now,
  context: ({ subscriptionId, customerId, state, periodEnd }) => ({ subscriptionId, customerId, state, boundary: periodEnd && isoTime(periodEnd) }),
  fix: ({ subscriptionId }) => [
    { hint: 'The line renews by itself at the boundary; until then a top-up adds what is missing.', tool: 'subscription.purchase_vas', args: { subscription_id: subscriptionId } },
  ],
});

export const renewInProgress = rule<RenewalFacts>({
  code: 'subscription.renew.in_progress',
  title: 'The renewal of this line is being charged.',
  when: 'the renewal of the line is charging',
  check: ({ chargingId }) => chargingId === null,
  context: ({ subscriptionId, customerId, state, chargingId }) => ({ subscriptionId, customerId, state, renewalId: chargingId }),
  fix: ({ subscriptionId }) => [
    { hint: 'Look at the line in a moment.', tool: 'subscription.get', args: { subscription_id: subscriptionId } },
  ],
});

export const renewPaymentMethodRequired = rule<RenewalFacts>({
  code: 'subscription.renew.payment_method_required',
  title: 'There is no active card to charge.',
  when: 'the customer has no active default card',
  check: ({ hasPaymentMethod }) => hasPaymentMethod === true,
  context: ({ subscriptionId, customerId, state, periodEnd }) => ({ subscriptionId, customerId, state, boundary: periodEnd && isoTime(periodEnd) }),
  fix: ({ customerId }) => [
    { hint: 'Put a card on file; a line whose renewal was declined is then renewed by itself.', tool: 'payment.add_card', args: { customer_id: customerId } },
  ],
});

/** How a renewal ended that the issuer denied, or for which there was no card. */
export interface RenewalDeclineFacts {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly renewalId: string;
  readonly paymentId: string | null;
  readonly declineCode: string | null;
  readonly declined: boolean;
}

export const renewPaymentDeclined = rule<RenewalDeclineFacts>({
  code: 'subscription.renew.payment_declined',
  recorded: true,
  title: 'The card was declined; the line stays blocked.',
  when: 'the issuer denied the charge',
  check: ({ declined }) => !declined,
  context: ({ subscriptionId, customerId, renewalId, paymentId, declineCode }) =>
    ({ subscriptionId, customerId, renewalId, paymentId, declineCode, state: 'declined' }),
  fix: ({ customerId }) => [{ hint: 'Put another card on file; the line is then renewed by itself.', tool: 'payment.add_card', args: { customer_id: customerId } }],
});

/** Before somebody renews a line at once, in the order they should hear of them. */
export const renewRules = [renewNotDue, renewInProgress, renewPaymentMethodRequired] as const;

export const renewalMachine = new Machine<'renewal', RenewalState, RenewalTrigger, void>({
  aggregate: 'renewal',
  area: 'subscription',
  states: renewalStates,
  final: ['captured', 'skipped'],
  event: (to) => `subscription.renewal_${to}`,
  transitions: [
    { from: null, trigger: 'fallDue', to: 'due', events: [] },
    { from: ['due'], trigger: 'claim', to: 'charging', events: [] },
    // Told once per renewal, however often payment stays away.
    { from: ['charging'], trigger: 'delay', to: 'due', events: ['subscription.renewal_delayed'] },
    { from: ['charging'], trigger: 'capture', to: 'captured', events: ['subscription.renewed'] },
    { from: ['charging'], trigger: 'deny', to: 'declined' },
    { from: ['declined'], trigger: 'retry', to: 'due', events: [] },
    { from: ['due'], trigger: 'skip', to: 'skipped' },
    // The line ended while its card was charged: the money goes back (F3.6, F10).
    { from: ['charging'], trigger: 'giveBack', to: 'skipped' },
  ],
});

/** Takes the lease of a renewal to go on with it; nothing else changes. */
export const leaseRenewal = action('renewal.lease');

/** Keeps what payment told of a charge, or that its money is back. */
export const noteRenewal = action('renewal.note');

/** Keeps that the customer was reminded of a boundary (I7). */
export const remindCustomer = action('renewal.remind');
