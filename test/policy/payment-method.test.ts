import test from 'ava';
import {
  addMethod, paymentMethodMachine, paymentMethodStatuses, setDefault, type AddMethodFacts, type MethodFacts,
} from '#policy/payment-method';
import { PolicyViolation } from '#runtime/errors';

const facts: AddMethodFacts = {
  customerId: 'CUST-001', customerStatus: 'active', token: 'good', expMonth: 4, expYear: 2026, thisMonth: { year: 2026, month: 4 },
  activeMethods: 4, limit: 5,
};

test('a card is still good in the month it expires', (t) => {
  t.deepEqual(addMethod.check(facts), []);
});

const refused: readonly [string, Partial<AddMethodFacts>, string, Record<string, unknown>][] = [
  ['without token', { token: 'missing' }, 'payment_method.add.token_missing', { customerId: 'CUST-001' }],
  ['with a token of somebody else', { token: 'unknown' }, 'payment_method.add.token_missing', { token: 'unknown' }],
  ['with a card number', { token: 'number' }, 'payment_method.add.token_missing', { token: 'number' }],
  ['with a mistyped card number', { token: 'number_invalid' }, 'payment_method.add.number_invalid', { customerId: 'CUST-001' }],
  ['that expired last month', { thisMonth: { year: 2026, month: 5 } }, 'payment_method.add.card_expired', { expMonth: 4, expYear: 2026 }],
  ['that expired last year', { thisMonth: { year: 2027, month: 1 } }, 'payment_method.add.card_expired', { expMonth: 4, expYear: 2026 }],
  ['beyond the limit', { activeMethods: 5 }, 'payment_method.add.limit_reached', { limit: 5 }],
  ['of a closed customer', { customerStatus: 'closed' }, 'payment_method.add.customer_closed', { status: 'closed' }],
];

for (const [what, wrong, code, context] of refused) {
  test(`a card ${what} is refused: ${code}`, (t) => {
    const [first] = addMethod.check({ ...facts, ...wrong });
    t.is(first?.rule, code);
    t.like(first?.context, context);
    t.truthy(first?.fix[0]?.hint);
  });
}

test('only an active card becomes the default', (t) => {
  const card = { methodId: 'PM-001', customerId: 'CUST-001' };
  t.deepEqual(setDefault.check({ ...card, status: 'active' }), []);
  for (const status of ['expired', 'removed'] as const) {
    const [broken] = setDefault.check({ ...card, status });
    t.is(broken?.rule, 'payment_method.default.not_active');
    t.is(broken?.context['status'], status);
    t.is(broken?.fix[0]?.tool, 'payment.list_methods');
  }
});

const method: MethodFacts = { methodId: 'PM-001', customerId: 'CUST-001', status: 'active', otherActive: 0, liveSubscriptionIds: [] };

test('the last active card stays while a line is live', (t) => {
  const live = { ...method, liveSubscriptionIds: ['SUB-001'] };
  const error = t.throws(() => paymentMethodMachine.move({}, 'active', 'remove', live), { instanceOf: PolicyViolation });
  t.is(error.rule, 'payment_method.remove.last_with_live_line');
  t.deepEqual(error.context['subscriptionIds'], ['SUB-001']);
  t.is(error.fix[0]?.tool, 'payment.add_card');
  t.is(paymentMethodMachine.move({}, 'active', 'remove', { ...live, otherActive: 1 }).to, 'removed');
  t.is(paymentMethodMachine.move({}, 'active', 'remove', method).to, 'removed');
  t.is(paymentMethodMachine.move({}, 'expired', 'remove', { ...live, status: 'expired' }).to, 'removed');
});

test('a card moves exactly as DOMAIN §4 says', (t) => {
  const table: readonly [string | null, string, string, string][] = [
    [null, 'add', 'active', 'payment_method.added'], ['active', 'expire', 'expired', 'payment_method.expired'],
    ['active', 'remove', 'removed', 'payment_method.removed'], ['expired', 'remove', 'removed', 'payment_method.removed'],
  ];
  for (const from of [null, ...paymentMethodStatuses]) {
    for (const trigger of ['add', 'expire', 'remove'] as const) {
      const row = table.find((one) => one[0] === from && one[1] === trigger);
      if (!row) {
        t.is(t.throws(() => paymentMethodMachine.move({}, from, trigger, method), { instanceOf: PolicyViolation }).rule, 'payment_method.transition.invalid');
        continue;
      }
      const move = paymentMethodMachine.move({}, from, trigger, method);
      t.deepEqual([move.to as string, move.events], [row[2], [row[3]]]);
    }
  }
});
