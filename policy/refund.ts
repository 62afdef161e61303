import { action } from './action.ts';
import { Machine, snake } from './machine.ts';
import type { PaymentStatus } from './payment.ts';
import { rule } from './rule.ts';

/** The states of TMF676 RefundStatusExampleType a refund takes. */
export const refundStatuses = ['pendingAuthorization', 'done', 'denied', 'failed'] as const;
export type RefundStatus = (typeof refundStatuses)[number];

export interface RefundFacts {
  /** null when the refund names no payment of ours. */
  readonly payment: {
    readonly id: string;
    readonly status: PaymentStatus;
    readonly customerId: string | null;
    readonly capturedMinor: number;
    readonly refundedMinor: number;
  } | null;
  /** Minor units to give back; null when not a positive whole number of them. */
  readonly amountMinor: number | null;
  readonly reason: string | null;
}

const refundContext = (facts: RefundFacts) => ({
  paymentId: facts.payment?.id ?? null, status: facts.payment?.status ?? null, customerId: facts.payment?.customerId ?? null, amountMinor: facts.amountMinor,
});

/** Minor units that can still be given back. */
export const refundable = (facts: RefundFacts): number => (facts.payment ? facts.payment.capturedMinor - facts.payment.refundedMinor : 0);

export const refundPaymentRequired = rule<RefundFacts>({
  code: 'refund.create.payment_required',
  title: 'A refund gives back a payment',
  when: 'refund without payment',
  check: (facts) => facts.payment !== null,
  context: (facts) => ({ ...refundContext(facts), missing: 'payment' }),
  fix: () => [{ hint: 'Name the payment to refund (PAY-…).', tool: 'payment.list_attempts' }],
});

export const refundReason = rule<RefundFacts>({
  code: 'refund.create.reason_missing',
  title: 'A refund has a reason',
  when: 'no reason',
  check: (facts) => facts.reason !== null && facts.reason.trim() !== '',
  context: refundContext,
  fix: () => [{ hint: 'Say why the money is given back.' }],
});

export const refundNotCaptured = rule<RefundFacts>({
  code: 'refund.create.not_captured',
  title: 'Only money that was taken can be given back',
  when: 'payment not captured or done',
  check: (facts) => facts.payment === null || facts.payment.status === 'captured' || facts.payment.status === 'done',
  context: refundContext,
  fix: (facts) => [{ hint: 'Choose a captured payment.', tool: 'payment.list_attempts', ...(facts.payment?.customerId ? { args: { customer_id: facts.payment.customerId } } : {}) }],
});

export const refundExceeds = rule<RefundFacts>({
  code: 'refund.create.amount_exceeds',
  title: 'No more is given back than is left of the payment',
  when: 'over the refundable amount',
  check: (facts) => facts.payment === null || (facts.amountMinor ?? 0) <= refundable(facts),
  context: (facts) => ({ ...refundContext(facts), limit: refundable(facts) }),
  fix: (facts) => [{ hint: `Give back at most ${refundable(facts)} minor units.` }],
});

/** What a refund with a payment must hold to; the first one alone decides the recorded verdict. */
export const refundRules = [refundReason, refundNotCaptured, refundExceeds];

type RefundTrigger = 'create' | 'accept' | 'deny' | 'fail';

/** DOMAIN §4 "Payment, refund", the refund's rows. */
export const refundMachine = new Machine<'refund', RefundStatus, RefundTrigger, void>({
  aggregate: 'refund',
  area: 'refund',
  states: refundStatuses,
  final: ['done', 'denied', 'failed'],
  event: (to) => `refund.${snake(to)}`,
  transitions: [
    { from: null, trigger: 'create', to: 'pendingAuthorization', events: ['refund.created'] },
    { from: ['pendingAuthorization'], trigger: 'accept', to: 'done' },
    { from: ['pendingAuthorization'], trigger: 'deny', to: 'denied' },
    { from: ['pendingAuthorization'], trigger: 'fail', to: 'failed' },
  ],
});

/** Takes an amount out of what is left of a payment, or puts it back when the refund came to nothing. */
export const reserveRefund = action('payment.reserve_refund');
export const countRefundAttempt = action('refund.attempt');

/** Takes over refunds that lost their process. */
export const resumeRefunds = action('refund.resume');

export interface ForgetRefundFacts {
  readonly refundId: string;
  readonly status: RefundStatus;
  /** Calls made to the gateway. */
  readonly gatewayAttempts: number;
  /** The payment it was to give back, and its credit note. */
  readonly references: readonly string[];
}

export const refundHasEffects = rule<ForgetRefundFacts>({
  code: 'refund.delete.has_effects',
  title: 'A refund that moved or tried to move money stays on record.',
  when: 'the refund was not refused at intake, a gateway was asked, or it has a payment or a credit note',
  check: ({ status, gatewayAttempts, references }) => status === 'denied' && gatewayAttempts === 0 && references.length === 0,
  context: ({ refundId, status, references }) => ({ refundId, status, references }),
  fix: () => [{ hint: 'Leave it: only refunds that were refused at intake are removed.' }],
});

/** Removes a refund that was recorded as refused and never reached a gateway. */
export const forgetRefund = action<'refund.forget', ForgetRefundFacts>('refund.forget', [refundHasEffects]);
