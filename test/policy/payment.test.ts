import test from 'ava';
import {
  amountRequired, beginCapture, beginVoid, chargeDeclined, chargeRules, forgetPayment, paymentEndings, paymentMachine, paymentStatuses,
  type ChargeFacts, type EndingFacts, type PaymentFacts,
} from '#policy/payment';
import { violation, violations } from '#policy/rule';
import { PolicyViolation, type FixTool } from '#runtime/errors';

const facts: ChargeFacts = {
  customerId: 'CUST-001', requestedMethodId: 'PM-001', method: { id: 'PM-001', customerId: 'CUST-001', status: 'active' },
  amountMinor: 300, currency: 'SGD', expectedCurrency: 'SGD', itemsAddUp: true,
};

test('a charge of a whole positive amount on an own active card passes every rule', (t) => {
  t.deepEqual(violations(chargeRules, facts), []);
});

const refused: readonly [string, Partial<ChargeFacts>, string, FixTool | undefined][] = [
  ['without any card', { requestedMethodId: null, method: null }, 'payment.charge.method_required', 'payment.add_card'],
  ['with a card that is not ours', { requestedMethodId: 'card-7', method: null }, 'payment.charge.method_foreign', 'payment.list_methods'],
  ['with the card of another customer', { method: { id: 'PM-001', customerId: 'CUST-002', status: 'active' } }, 'payment.charge.method_not_owned', 'payment.list_methods'],
  ['with an expired card', { method: { id: 'PM-001', customerId: 'CUST-001', status: 'expired' } }, 'payment.charge.method_inactive', 'payment.list_methods'],
  ['with a removed card', { method: { id: 'PM-001', customerId: 'CUST-001', status: 'removed' } }, 'payment.charge.method_inactive', 'payment.list_methods'],
  ['in another currency', { currency: 'EUR' }, 'payment.charge.currency_mismatch', undefined],
  ['of nothing', { amountMinor: 0 }, 'payment.charge.amount_invalid', undefined],
  ['of less than nothing', { amountMinor: -1 }, 'payment.charge.amount_invalid', undefined],
  ['whose items do not add up', { itemsAddUp: false }, 'payment.charge.amount_invalid', undefined],
];

for (const [what, wrong, code, tool] of refused) {
  test(`a charge ${what} is refused: ${code}`, (t) => {
    const [first] = violations(chargeRules, { ...facts, ...wrong });
    t.is(first?.rule, code);
    t.true(Object.keys(first?.context ?? {}).includes('amountMinor'));
    t.is(first?.fix[0]?.tool, tool);
    t.truthy(first?.fix[0]?.hint);
  });
}

test('a charge has an upper end, in every currency', (t) => {
  const broken = (amountMinor: number, currency: string): boolean => violations(chargeRules, { ...facts, amountMinor, currency, expectedCurrency: currency }).length > 0;
  t.deepEqual([999_999_999, 1_000_000_000].map((minor) => broken(minor, 'SGD')), [false, true]);
  t.deepEqual([9_999_999, 10_000_000].map((minor) => broken(minor, 'JPY')), [false, true]);
});

test('a payment without an amount names what is missing', (t) => {
  const [broken] = violations([amountRequired], { ...facts, amountMinor: null });
  t.is(broken?.rule, 'payment.charge.amount_required');
  t.is(broken?.context['missing'], 'totalAmount.value');
  t.deepEqual(violations([amountRequired], facts), []);
});

test('a denial tells the payment, the decline code and the way to another card', (t) => {
  const told = violation(chargeDeclined, { paymentId: 'PAY-001', customerId: 'CUST-001', status: 'denied', declineCode: 'card_declined' });
  t.is(told.status, 422);
  t.is(told.context['paymentId'], 'PAY-001');
  t.is(told.context['declineCode'], 'card_declined');
  t.deepEqual(told.fix[0], { hint: 'Use another card.', tool: 'payment.add_card', args: { customer_id: 'CUST-001' } });
  t.true(chargeDeclined.check({ paymentId: 'PAY-001', customerId: 'CUST-001', status: 'captured', declineCode: '' }));
});

const payment: PaymentFacts = { paymentId: 'PAY-001', status: 'authorized', amountMinor: 300, authorizedMinor: 300 };

/** DOMAIN §4, typed once more by hand: from, trigger, to, events. */
const table: readonly [PaymentFacts['status'], 'create' | 'approve' | 'deny' | 'fail' | 'capture' | 'void', string, string[]][] = [
  [null, 'create', 'pendingAuthorization', ['payment.created']],
  ['pendingAuthorization', 'approve', 'authorized', ['payment.authorized']],
  ['pendingAuthorization', 'deny', 'denied', ['payment.denied']],
  ['authorized', 'deny', 'denied', ['payment.denied']],
  ['pendingAuthorization', 'fail', 'failed', ['payment.failed']],
  ['authorized', 'capture', 'captured', ['payment.captured']],
  ['authorized', 'void', 'canceled', ['payment.canceled']],
];

test('a payment moves exactly as DOMAIN §4 says', (t) => {
  for (const from of [null, ...paymentStatuses]) {
    for (const trigger of ['create', 'approve', 'deny', 'fail', 'capture', 'void'] as const) {
      const row = table.find((one) => one[0] === from && one[1] === trigger);
      if (!row) {
        const error = t.throws(() => paymentMachine.move({}, from, trigger, payment, { paymentId: 'PAY-001' }), { instanceOf: PolicyViolation });
        t.is(error.rule, 'payment.transition.invalid');
        continue;
      }
      const move = paymentMachine.move({}, from, trigger, payment);
      t.is(move.to, row[2] as typeof move.to);
      t.deepEqual(move.events, row[3]);
    }
  }
});

test('only an authorised payment is captured, and no more of it than was authorised', (t) => {
  const rulesBroken = (facts: EndingFacts): string[] => beginCapture.check(facts).map(({ rule }) => rule);
  t.deepEqual(rulesBroken({ ...payment, amountMinor: 299, begun: null }), []);
  t.deepEqual(rulesBroken({ ...payment, status: 'denied', begun: null }), ['payment.capture.not_authorized']);
  for (const begun of paymentEndings) t.deepEqual(rulesBroken({ ...payment, begun }), ['payment.capture.not_authorized']);
  const [over] = beginCapture.check({ ...payment, amountMinor: 301, begun: null });
  t.is(over!.rule, 'payment.capture.amount_exceeds');
  t.is(over!.context['limit'], 300);
  t.throws(() => paymentMachine.move({}, 'authorized', 'capture', { ...payment, amountMinor: 301 }), { instanceOf: PolicyViolation });
});

test('a captured payment is not voided but refunded', (t) => {
  t.deepEqual(beginVoid.check({ ...payment, begun: null }), []);
  const [error] = beginVoid.check({ ...payment, status: 'captured', begun: null });
  t.is(error!.rule, 'payment.void.not_authorized');
  t.deepEqual(error!.fix[0]?.args, { attempt_id: 'PAY-001' });
  t.like(beginVoid.check({ ...payment, begun: 'capture' })[0]!.context, { paymentId: 'PAY-001', status: 'authorized', begun: 'capture' });
});

test('only a payment that was refused at intake is removed', (t) => {
  const refused = { paymentId: 'PAY-001', status: 'denied', gatewayAttempts: 0, references: [] } as const;
  t.deepEqual(forgetPayment.check(refused), []);
  const kept = [...paymentStatuses.filter((status) => status !== 'denied').map((status) => ({ status })), { gatewayAttempts: 1 }, { references: ['BILL-001'] }];
  for (const effect of kept) {
    const [broken] = forgetPayment.check({ ...refused, ...effect });
    t.is(broken?.rule, 'payment.delete.has_effects', JSON.stringify(effect));
    t.like(broken?.context, { paymentId: 'PAY-001' });
    t.truthy(broken?.fix[0]?.hint);
  }
});
