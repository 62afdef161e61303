import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

/** States and machine of a line (DOMAIN §4 Subscription). */
export const subscriptionStates = ['pending', 'active', 'blocked', 'terminated'] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

/** Why a blocked line is blocked; renewal or, for `exhausted` alone, a top-up brings it back (P3). */
export type BlockReason = 'exhausted' | 'payment_failed';

export type SubscriptionTrigger = 'create' | 'activate' | 'deny' | 'terminate' | 'exhaust' | 'renewalDenied' | 'topUp' | 'renew';

/** What a guard needs to know; a fact that was not looked up refuses. */
export interface SubscriptionFacts {
  readonly subscriptionId?: string;
  readonly state?: SubscriptionState;
  readonly orderId?: string;
  readonly msisdn?: string;
  readonly iccid?: string;
  /** Service order that holds the reservation of number and profile. */
  readonly serviceOrderId?: string | null;
  /** Live line that already has the number or the profile; null = none. */
  readonly holderId?: string | null;
  readonly paymentId?: string | null;
  /** Status of that payment in payment; null = no such payment, or none named. */
  readonly paymentStatus?: string | null;
  readonly billId?: string | null;
  /** Price of the first period in minor units; 0 needs a bill only. */
  readonly priceMinor?: number;
  /** Orders open on the line, besides the one whose step this is. */
  readonly openOrderIds?: readonly string[];
}

export const reservationMissing = rule<SubscriptionFacts>({
  code: 'subscription.create.reservation_missing',
  title: 'Number and eSIM profile are not reserved for the order.',
  when: 'no service order holds a reservation of the number and the profile for this order',
  check: (facts) => Boolean(facts.serviceOrderId && facts.msisdn && facts.iccid),
  context: ({ orderId, msisdn, iccid }) => ({ orderId, msisdn, iccid }),
  fix: () => [{ hint: 'Reserve number and profile through the service order, then name that service order.' }],
});

export const numberInUse = rule<SubscriptionFacts>({
  code: 'subscription.create.number_in_use',
  title: 'Another live line has this number or eSIM profile.',
  when: 'a line that is not terminated has the number or the profile (I1)',
  check: (facts) => facts.holderId === null,
  context: ({ orderId, msisdn, iccid, holderId }) => ({ orderId, msisdn, iccid, subscriptionId: holderId }),
  fix: () => [{ hint: 'Order the line with another number.', tool: 'inventory.msisdn.list_available', args: {} }],
});

/** P2: no service before the money is there. A price of zero needs its bill instead (I8). */
export const paymentMissing = rule<SubscriptionFacts>({
  code: 'subscription.activate.payment_missing',
  title: 'The first period is not paid.',
  when: 'there is no captured payment with its bill, or, for a price of zero, no bill',
  check: ({ billId, priceMinor, paymentStatus }) =>
    Boolean(billId) && (priceMinor === 0 || paymentStatus === 'captured' || paymentStatus === 'done'),
  context: ({ subscriptionId, state, paymentId, paymentStatus, billId }) => ({ subscriptionId, state, paymentId, paymentStatus, billId }),
  fix: () => [{ hint: 'Capture the payment of the order, then activate with its payment and bill id.' }],
});

export const orderOpen = rule<SubscriptionFacts>({
  code: 'subscription.terminate.order_open',
  title: 'An order is still open on the line.',
  when: 'an order on the line is not final, and this is not a step of it',
  check: (facts) => facts.openOrderIds?.length === 0,
  context: ({ subscriptionId, state, openOrderIds }) => ({ subscriptionId, state, orderIds: openOrderIds }),
  fix: ({ openOrderIds }) => [
    { hint: 'Wait until the order is done, or cancel it.', tool: 'order.wait_until', args: { order_id: openOrderIds?.[0] } },
  ],
});

export const subscriptionMachine = new Machine<'subscription', SubscriptionState, SubscriptionTrigger, SubscriptionFacts>({
  aggregate: 'subscription',
  area: 'subscription',
  states: subscriptionStates,
  final: ['terminated'],
  event: (to) => `subscription.${to}`,
  transitions: [
    { from: null, trigger: 'create', to: 'pending', guard: [reservationMissing, numberInUse], events: ['subscription.created'] },
    { from: ['pending'], trigger: 'activate', to: 'active', guard: [paymentMissing], events: ['subscription.activated'] },
    { from: ['pending'], trigger: 'deny', to: 'terminated' },
    { from: ['active', 'blocked'], trigger: 'terminate', to: 'terminated', guard: [orderOpen] },
    { from: ['active'], trigger: 'exhaust', to: 'blocked', events: ['subscription.exhausted', 'subscription.blocked'] },
    { from: ['active', 'blocked'], trigger: 'renewalDenied', to: 'blocked', events: ['subscription.renewal_declined', 'subscription.blocked'] },
    { from: ['blocked'], trigger: 'topUp', to: 'active', events: ['subscription.unblocked'] },
    { from: ['active', 'blocked'], trigger: 'renew', to: 'active', events: ['subscription.renewed'] },
  ],
});

/** What a top-up must find to bring a line back (DOMAIN §4, row "VAS applied"). */
export interface UnblockFacts {
  readonly state: SubscriptionState;
  readonly blockReason: BlockReason | null;
  readonly periodEnd: Date | null;
  readonly now: Date;
  /** Blocking allowances of which nothing is left. */
  readonly exhausted: readonly string[];
}

/** True when the line was blocked for exhaustion only and every blocking allowance has something left. */
export const unblocks = ({ state, blockReason, periodEnd, now, exhausted }: UnblockFacts): boolean =>
  state === 'blocked' && blockReason === 'exhausted' && periodEnd !== null && periodEnd > now && exhausted.length === 0;

/** Keeps the note of an open order, as com's events tell it; no line changes by it. */
export const noteOrder = action('subscription.note_order');
