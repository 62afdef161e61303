import { isoTime } from '#runtime/clock';
import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';
import type { BlockReason, SubscriptionState } from './subscription.ts';

/** Top-ups: bought, charged at once, applied or given back (DOMAIN §4 VAS purchase, §5 F4). */
export const vasStates = ['charging', 'applied', 'declined', 'refunded', 'expired'] as const;
export type VasState = (typeof vasStates)[number];
export type VasTrigger = 'buy' | 'capture' | 'deny' | 'refund' | 'expire';

/** The line as a top-up finds it: before the charge, and again after it. */
export interface VasFacts {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly state: SubscriptionState;
  readonly blockReason: BlockReason | null;
  readonly periodEnd: Date | null;
  readonly now: Date;
  /** The rest is known to a buyer only; a fact that was not looked up refuses. */
  readonly offeringId?: string;
  readonly category?: string;
  readonly lifecycleStatus?: string;
  readonly sellable?: boolean;
  /** Purchase of this line that is being charged; null = none. */
  readonly chargingId?: string | null;
  /** The card to charge is active and on file for the customer; a price of zero needs none. */
  readonly hasPaymentMethod?: boolean;
}

export const vasStateInvalid = rule<VasFacts>({
  code: 'subscription.vas.state_invalid',
  title: 'The line cannot be topped up in its state.',
  when: 'the line is pending or terminated',
  check: ({ state }) => state === 'active' || state === 'blocked',
  context: ({ subscriptionId, customerId, state }) => ({ subscriptionId, customerId, state }),
  fix: ({ customerId }) => [
    { hint: 'Top up another line of the customer.', tool: 'subscription.list_for_customer', args: { customer_id: customerId } },
  ],
});

export const vasRenewalOverdue = rule<VasFacts>({
  code: 'subscription.vas.renewal_overdue',
  title: 'The period of the line is over: renew it first.',
  when: 'the boundary has passed, or the line is blocked because its renewal was not paid',
  check: ({ blockReason, periodEnd, now }) => blockReason !== 'payment_failed' && (periodEnd === null || periodEnd > now),
  context: ({ subscriptionId, customerId, state, periodEnd }) => ({
    subscriptionId, customerId, state, boundary: periodEnd && isoTime(periodEnd),
  }),
  fix: ({ subscriptionId }) => [
    { hint: 'Renew the line; a card that can be charged makes the renewal go through.', tool: 'subscription.renew_now', args: { subscription_id: subscriptionId } },
  ],
});

export const vasNotSellable = rule<VasFacts>({
  code: 'subscription.vas.not_sellable',
  title: 'This is not a top-up on sale.',
  when: 'the offering is no VAS, not launched, not sold by itself (isSellable), outside its validity or without a price in force',
  check: ({ category, sellable }) => category === 'VAS' && sellable === true,
  context: ({ subscriptionId, state, offeringId, category, lifecycleStatus }) => ({ subscriptionId, state, offeringId, category, lifecycleStatus }),
  fix: () => [{ hint: 'Choose a top-up on sale.', tool: 'catalog.list_vas', args: {} }],
});

export const vasInProgress = rule<VasFacts>({
  code: 'subscription.vas.in_progress',
  title: 'Another top-up of this line is being charged.',
  when: 'a purchase of the line is charging',
  check: ({ chargingId }) => chargingId === null,
  context: ({ subscriptionId, state, offeringId, chargingId }) => ({ subscriptionId, state, offeringId, purchaseId: chargingId }),
  fix: ({ subscriptionId }) => [
    { hint: 'Look at the balance in a moment; try again if the top-up is still wanted.', tool: 'subscription.get_balance', args: { subscription_id: subscriptionId } },
  ],
});

export const vasPaymentMethodRequired = rule<VasFacts>({
  code: 'subscription.vas.payment_method_required',
  title: 'There is no active card to charge.',
  when: 'the customer has no active default card, or the card named is not active or not the customer\'s',
  check: ({ hasPaymentMethod }) => hasPaymentMethod === true,
  context: ({ subscriptionId, customerId, state, offeringId }) => ({ subscriptionId, customerId, state, offeringId }),
  fix: ({ customerId }) => [{ hint: 'Put a card on file.', tool: 'payment.add_card', args: { customer_id: customerId } }],
});

/** How a charge ended that the issuer denied. */
export interface DeclineFacts {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly purchaseId: string;
  readonly paymentId: string | null;
  readonly declineCode: string | null;
  readonly declined: boolean;
}

export const vasPaymentDeclined = rule<DeclineFacts>({
  code: 'subscription.vas.payment_declined',
  recorded: true,
  title: 'The card was declined; nothing was bought.',
  when: 'the issuer denied the charge',
  check: ({ declined }) => !declined,
  context: ({ subscriptionId, customerId, purchaseId, paymentId, declineCode }) => ({ subscriptionId, customerId, purchaseId, paymentId, declineCode, state: 'declined' }),
  fix: ({ customerId }) => [{ hint: 'Put another card on file and buy again.', tool: 'payment.add_card', args: { customer_id: customerId } }],
});

/** In the order a buyer should hear of them. */
export const vasRules = [vasStateInvalid, vasNotSellable, vasRenewalOverdue, vasInProgress, vasPaymentMethodRequired] as const;

/** What the line must still be when the money is there; otherwise it goes back (DOMAIN §5 F4.3). */
export const stillEligible = [vasStateInvalid, vasRenewalOverdue] as const;

export const vasMachine = new Machine<'vas', VasState, VasTrigger, VasFacts>({
  aggregate: 'vas',
  area: 'subscription',
  states: vasStates,
  final: ['declined', 'refunded', 'expired'],
  event: (to) => `subscription.vas_${to}`,
  transitions: [
    { from: null, trigger: 'buy', to: 'charging', guard: vasRules, events: [] },
    { from: ['charging'], trigger: 'capture', to: 'applied', guard: stillEligible, events: ['subscription.vas_purchased'] },
    { from: ['charging'], trigger: 'deny', to: 'declined' },
    { from: ['charging'], trigger: 'refund', to: 'refunded' },
    { from: ['applied'], trigger: 'expire', to: 'expired' },
  ],
});

/** Takes the lease of a purchase to go on with it; nothing else changes. */
export const leasePurchase = action('vas.lease');

/** Gives the lease back until the next attempt. */
export const postponePurchase = action('vas.postpone');

/** Keeps what the charge brought, while the money goes back. */
export const notePurchase = action('vas.note');
