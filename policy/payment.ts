import { action } from './action.ts';
import { Machine, snake } from './machine.ts';
import type { PaymentMethodStatus } from './payment-method.ts';
import { rule } from './rule.ts';
import { toWireMoney } from '#runtime/money';

/** TMF676 PaymentStatusExampleType. */
export const paymentStatuses = ['pendingAuthorization', 'authorized', 'captured', 'denied', 'failed', 'canceled', 'done'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export interface ChargeFacts {
  /** Who pays, as far as the request says; null in a TMF676 payment that names only a method. */
  readonly customerId: string | null;
  /** Method named by the request, or null for the default one. */
  readonly requestedMethodId: string | null;
  /** The method to charge; null when there is none. */
  readonly method: { readonly id: string; readonly customerId: string; readonly status: PaymentMethodStatus } | null;
  /** Minor units; null when the request holds no amount or not a whole one. */
  readonly amountMinor: number | null;
  readonly currency: string | null;
  /** The operator's currency. */
  readonly expectedCurrency: string;
  /** False when the bill items do not add up to the amount. */
  readonly itemsAddUp: boolean;
}

const chargeContext = (facts: ChargeFacts) => ({
  customerId: facts.customerId, paymentMethodId: facts.method?.id ?? facts.requestedMethodId,
  methodStatus: facts.method?.status ?? null, amountMinor: facts.amountMinor, currency: facts.currency,
});

const cardTool = (tool: 'payment.add_card' | 'payment.list_methods', hint: string, customerId: string | null) =>
  [{ hint, tool, ...(customerId === null ? {} : { args: { customer_id: customerId } }) }] as const;

export const methodRequired = rule<ChargeFacts>({
  code: 'payment.charge.method_required',
  title: 'A charge needs a card on file',
  when: 'payment without method; customer without default card',
  check: (facts) => facts.method !== null || facts.requestedMethodId !== null,
  context: (facts) => ({ ...chargeContext(facts), missing: 'paymentMethod' }),
  fix: (facts) => cardTool('payment.add_card', 'Put a card on file, or name one.', facts.customerId),
});

export const methodForeign = rule<ChargeFacts>({
  code: 'payment.charge.method_foreign',
  title: 'Only cards on file can be charged',
  when: 'payment with a method that is not one of ours',
  check: (facts) => facts.method !== null,
  context: (facts) => ({ ...chargeContext(facts), missing: 'paymentMethod' }),
  fix: (facts) => cardTool('payment.list_methods', 'Name a card on file (PM-…).', facts.customerId),
});

export const amountRequired = rule<ChargeFacts>({
  code: 'payment.charge.amount_required',
  title: 'A charge needs an amount',
  when: 'payment without amount',
  check: (facts) => facts.amountMinor !== null,
  context: (facts) => ({ ...chargeContext(facts), missing: 'totalAmount.value' }),
  fix: (facts) => [{ hint: `Name the amount in ${facts.expectedCurrency}.`, tool: 'payment.charge' }],
});

export const methodNotOwned = rule<ChargeFacts>({
  code: 'payment.charge.method_not_owned',
  title: 'A customer pays with a card of their own',
  when: 'method of another customer',
  check: (facts) => facts.method === null || facts.customerId === null || facts.method.customerId === facts.customerId,
  context: chargeContext,
  fix: (facts) => cardTool('payment.list_methods', 'Use a card of this customer.', facts.customerId),
});

export const methodInactive = rule<ChargeFacts>({
  code: 'payment.charge.method_inactive',
  title: 'Only an active card can be charged',
  when: 'expired, removed',
  check: (facts) => facts.method === null || facts.method.status === 'active',
  context: chargeContext,
  fix: (facts) => cardTool('payment.list_methods', 'Use an active card.', facts.method?.customerId ?? facts.customerId),
});

export const chargeCurrency = rule<Pick<ChargeFacts, 'amountMinor' | 'currency' | 'expectedCurrency'>>({
  code: 'payment.charge.currency_mismatch',
  title: 'Charges are made in the currency of the operator',
  when: 'not operator currency',
  check: (facts) => facts.currency === facts.expectedCurrency,
  context: ({ amountMinor, currency, expectedCurrency }) => ({ amountMinor, currency, expected: expectedCurrency }),
  fix: (facts) => [{ hint: `Name the amount in ${facts.expectedCurrency}.` }],
});

/** Largest amount of a charge, and of a line of its bill, in major units: what our own documents allow. */
const chargeMax = 9_999_999.99;

export const chargeable = (amountMinor: number, currency: string): boolean =>
  Number.isSafeInteger(amountMinor) && Math.abs(toWireMoney({ amountMinor, currency }).value) <= chargeMax;

export const chargeAmount = rule<Pick<ChargeFacts, 'amountMinor' | 'currency' | 'expectedCurrency' | 'itemsAddUp'>>({
  code: 'payment.charge.amount_invalid',
  title: 'A charge is a positive whole number of minor units',
  when: '≤ 0, not whole minor units, or above 9,999,999.99; items that do not add up to it',
  check: ({ amountMinor, currency, expectedCurrency, itemsAddUp }) =>
    amountMinor !== null && amountMinor > 0 && chargeable(amountMinor, currency ?? expectedCurrency) && itemsAddUp,
  context: ({ amountMinor, currency, itemsAddUp }) =>
    ({ amountMinor, currency, expected: itemsAddUp ? `> 0 and <= ${chargeMax}, whole minor units` : 'the sum of the items' }),
  message: ({ itemsAddUp }) => (itemsAddUp ? 'A charge is a positive whole number of minor units.' : 'The items do not add up to the amount.'),
  fix: (facts) => [{ hint: facts.itemsAddUp ? 'Name a positive amount with at most two decimals.' : 'Let the items add up to the amount.' }],
});

/** In the order in which they are answered: who pays with what comes before how much. */
export const chargeRules = [methodRequired, methodForeign, methodNotOwned, methodInactive, chargeCurrency, chargeAmount];

export interface DeclinedFacts {
  readonly paymentId: string;
  readonly customerId: string | null;
  readonly status: PaymentStatus;
  readonly declineCode: string;
}

/** Never stands in front of a write: the denial itself is recorded, then this tells the caller. */
export const chargeDeclined = rule<DeclinedFacts>({
  code: 'payment.charge.declined',
  recorded: true,
  title: 'The issuer approves the charge',
  when: 'issuer denied',
  check: (facts) => facts.status !== 'denied' && facts.status !== 'failed',
  context: ({ paymentId, customerId, status, declineCode }) => ({ paymentId, customerId, status, declineCode }),
  fix: (facts) => cardTool('payment.add_card', 'Use another card.', facts.customerId),
  message: ({ declineCode }) => `The card was declined (${declineCode.replaceAll('_', ' ')}). Nothing was charged.`,
});

export interface PaymentFacts {
  readonly paymentId: string;
  readonly status: PaymentStatus | null;
  readonly amountMinor: number;
  readonly authorizedMinor: number;
}

/** How an authorised payment is to end; written before the gateway is asked, so that it is never asked for both. */
export const paymentEndings = ['capture', 'void'] as const;
export type PaymentEnding = (typeof paymentEndings)[number];

export interface EndingFacts extends PaymentFacts {
  /** What another call has begun; null when nothing, or this very call. */
  readonly begun: PaymentEnding | null;
}

const paymentContext = ({ paymentId, status, amountMinor }: PaymentFacts) => ({ paymentId, status, amountMinor });

const endingContext = (facts: EndingFacts) => ({ ...paymentContext(facts), begun: facts.begun });

export const captureNotAuthorized = rule<EndingFacts>({
  code: 'payment.capture.not_authorized',
  title: 'Only an authorised payment can be captured',
  when: 'payment not authorized, or about to be voided or captured by another call',
  check: (facts) => facts.status === 'authorized' && facts.begun === null,
  context: endingContext,
  fix: ({ paymentId }) => [{ hint: 'Look at what became of the payment; authorise a new one.', tool: 'payment.get_attempt', args: { attempt_id: paymentId } }],
});

export const voidNotAuthorized = rule<EndingFacts>({
  code: 'payment.void.not_authorized',
  title: 'Only an authorised payment can be voided',
  when: 'payment not authorized, or about to be captured',
  check: (facts) => facts.status === 'authorized' && facts.begun === null,
  context: endingContext,
  fix: ({ paymentId }) => [{ hint: 'A captured payment is refunded instead.', tool: 'payment.refund', args: { attempt_id: paymentId } }],
});

export const captureExceeds = rule<PaymentFacts>({
  code: 'payment.capture.amount_exceeds',
  title: 'No more is captured than was authorised',
  when: 'over the authorised amount',
  check: (facts) => facts.amountMinor <= facts.authorizedMinor,
  context: (facts) => ({ ...paymentContext(facts), limit: facts.authorizedMinor }),
  fix: ({ authorizedMinor }) => [{ hint: `Capture at most ${authorizedMinor} minor units.` }],
});

type PaymentTrigger = 'create' | 'approve' | 'deny' | 'fail' | 'capture' | 'void';

/** DOMAIN §4 "Payment, refund", the payment's rows. Whoever may create one is asked by `chargeRules` first. */
export const paymentMachine = new Machine<'payment', PaymentStatus, PaymentTrigger, PaymentFacts>({
  aggregate: 'payment',
  area: 'payment',
  states: paymentStatuses,
  final: ['denied', 'failed', 'canceled', 'done'],
  event: (to) => `payment.${snake(to)}`,
  transitions: [
    { from: null, trigger: 'create', to: 'pendingAuthorization', events: ['payment.created'] },
    { from: ['pendingAuthorization'], trigger: 'approve', to: 'authorized' },
    { from: ['pendingAuthorization', 'authorized'], trigger: 'deny', to: 'denied' },
    { from: ['pendingAuthorization'], trigger: 'fail', to: 'failed' },
    { from: ['authorized'], trigger: 'capture', to: 'captured', guard: [captureExceeds] },
    { from: ['authorized'], trigger: 'void', to: 'canceled' },
  ],
});

/** Says that a payment is to be captured, before the gateway is asked. */
export const beginCapture = action<'payment.begin_capture', EndingFacts>('payment.begin_capture', [captureNotAuthorized, captureExceeds]);

/** Says that a payment is to be voided, before the gateway is asked. */
export const beginVoid = action('payment.begin_void', [voidNotAuthorized]);

/** Counts one more call to the gateway for the same payment. */
export const countAttempt = action('payment.attempt');

/** Takes over sales that lost their process. */
export const resumeSales = action('payment.resume');

export interface ForgetPaymentFacts {
  readonly paymentId: string;
  readonly status: PaymentStatus;
  /** Calls made to the gateway. */
  readonly gatewayAttempts: number;
  /** Refunds and bills that name the payment. */
  readonly references: readonly string[];
}

export const paymentHasEffects = rule<ForgetPaymentFacts>({
  code: 'payment.delete.has_effects',
  title: 'A payment that moved or tried to move money stays on record.',
  when: 'the payment was not refused at intake, a gateway was asked, or a refund or bill names it',
  check: ({ status, gatewayAttempts, references }) => status === 'denied' && gatewayAttempts === 0 && references.length === 0,
  context: ({ paymentId, status, references }) => ({ paymentId, status, references }),
  fix: () => [{ hint: 'Leave it: only payments that were refused at intake are removed.' }],
});

/** Removes a payment that was recorded as refused and never reached a gateway. */
export const forgetPayment = action<'payment.forget', ForgetPaymentFacts>('payment.forget', [paymentHasEffects]);
