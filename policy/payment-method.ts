import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

/** States of a card on file (DOMAIN §4 "Payment method"). */
export const paymentMethodStatuses = ['active', 'expired', 'removed'] as const;
export type PaymentMethodStatus = (typeof paymentMethodStatuses)[number];

/** A month of the operator's calendar; cards expire at the end of one. */
export interface CalendarMonth {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

export const afterMonth = (a: CalendarMonth, b: CalendarMonth): boolean => a.year * 12 + a.month > b.year * 12 + b.month;

export interface AddMethodFacts {
  readonly customerId: string;
  /** null when the payment service knows no such customer. */
  readonly customerStatus: string | null;
  /** What came in the place of the token: nothing, a token, or a card number that must go no further. */
  readonly token: 'missing' | 'unknown' | 'number' | 'number_invalid' | 'good';
  readonly expMonth: number;
  readonly expYear: number;
  readonly thisMonth: CalendarMonth;
  readonly activeMethods: number;
  readonly limit: number;
}

const addCard = (facts: { readonly customerId: string | null }, hint: string) =>
  [{ hint, tool: 'payment.add_card', ...(facts.customerId === null ? {} : { args: { customer_id: facts.customerId } }) }] as const;

export const tokenMissing = rule<AddMethodFacts>({
  code: 'payment_method.add.token_missing',
  title: 'A card is put on file by its token',
  when: 'no token or raw number',
  check: (facts) => facts.token === 'good' || facts.token === 'number_invalid',
  context: (facts) => ({ customerId: facts.customerId, token: facts.token }),
  fix: (facts) => addCard(facts, 'Turn the card into a token first; card numbers are not accepted here.'),
  message: (facts) => facts.token === 'number'
    ? 'That is a card number. It was not stored; send the token of the card instead.'
    : 'The card needs a token from the tokeniser of the payment provider.',
});

export const numberInvalid = rule<AddMethodFacts>({
  code: 'payment_method.add.number_invalid',
  title: 'A card number has a valid check digit',
  when: 'Luhn fails',
  check: (facts) => facts.token !== 'number_invalid',
  context: (facts) => ({ customerId: facts.customerId }),
  fix: (facts) => addCard(facts, 'Check the digits of the card and turn it into a token.'),
  message: () => 'That is not the number of any card: its check digit is wrong. It was not stored.',
});

export const cardExpired = rule<AddMethodFacts>({
  code: 'payment_method.add.card_expired',
  title: 'A card on file is not expired',
  when: 'expiry month passed',
  check: (facts) => !afterMonth(facts.thisMonth, { year: facts.expYear, month: facts.expMonth }),
  context: ({ customerId, expMonth, expYear }) => ({ customerId, expMonth, expYear }),
  fix: (facts) => addCard(facts, 'Use a card that is still valid.'),
  message: ({ expMonth, expYear }) => `The card expired at the end of ${expMonth}/${expYear}.`,
});

export const methodLimit = rule<AddMethodFacts>({
  code: 'payment_method.add.limit_reached',
  title: 'A customer has a limited number of cards',
  when: 'BSS_MAX_PAYMENT_METHODS',
  check: (facts) => facts.activeMethods < facts.limit,
  context: ({ customerId, limit, activeMethods }) => ({ customerId, limit, activeMethods }),
  fix: () => [{ hint: 'Remove a card first.', tool: 'payment.remove_method' }],
  message: ({ limit }) => `There are already ${limit} cards on file.`,
});

export const methodCustomerClosed = rule<AddMethodFacts>({
  code: 'payment_method.add.customer_closed',
  title: 'A closed customer gets no card',
  when: 'customer closed',
  check: (facts) => facts.customerStatus !== 'closed',
  context: ({ customerId, customerStatus }) => ({ customerId, status: customerStatus }),
  fix: () => [{ hint: 'Create a new customer.', tool: 'customer.create' }],
});

export const addMethod = action('payment_method.add', [methodCustomerClosed, tokenMissing, numberInvalid, cardExpired, methodLimit]);

export interface DefaultFacts {
  readonly methodId: string;
  readonly customerId: string;
  readonly status: PaymentMethodStatus;
}

export const defaultNotActive = rule<DefaultFacts>({
  code: 'payment_method.default.not_active',
  title: 'Only an active card can be the default',
  when: 'method not active',
  check: (facts) => facts.status === 'active',
  context: ({ methodId, customerId, status }) => ({ paymentMethodId: methodId, customerId, status }),
  fix: ({ customerId }) => [{ hint: 'Choose one of the active cards.', tool: 'payment.list_methods', args: { customer_id: customerId } }],
});

export const setDefault = action('payment_method.set_default', [defaultNotActive]);

export interface MethodFacts {
  readonly methodId: string;
  readonly customerId: string;
  readonly status: PaymentMethodStatus;
  /** Other active cards of the customer. */
  readonly otherActive: number;
  readonly liveSubscriptionIds: readonly string[];
}

export const lastWithLiveLine = rule<MethodFacts>({
  code: 'payment_method.remove.last_with_live_line',
  title: 'A live line keeps a card that can pay for it',
  when: 'last active method',
  check: (facts) => facts.status !== 'active' || facts.otherActive > 0 || facts.liveSubscriptionIds.length === 0,
  context: (facts) => ({ paymentMethodId: facts.methodId, customerId: facts.customerId, status: facts.status, subscriptionIds: facts.liveSubscriptionIds }),
  fix: (facts) => addCard(facts, 'Add another card first.'),
  message: () => 'This is the last card while a line is live; the next renewal could not be paid.',
});

type MethodTrigger = 'add' | 'expire' | 'remove';

/** DOMAIN §4 "Payment method". */
export const paymentMethodMachine = new Machine<'payment_method', PaymentMethodStatus, MethodTrigger, MethodFacts>({
  aggregate: 'payment_method',
  area: 'payment_method',
  states: paymentMethodStatuses,
  final: ['removed'],
  event: (to) => `payment_method.${to}`,
  transitions: [
    { from: null, trigger: 'add', to: 'active', events: ['payment_method.added'] },
    { from: ['active'], trigger: 'expire', to: 'expired' },
    { from: ['active', 'expired'], trigger: 'remove', to: 'removed', guard: [lastWithLiveLine] },
  ],
});
