import test from 'ava';
import { PolicyViolation } from '#runtime/errors';
import {
  numberInUse, orderOpen, paymentMissing, reservationMissing, subscriptionMachine, subscriptionStates, unblocks,
  type SubscriptionFacts, type SubscriptionState, type SubscriptionTrigger,
} from '#policy/subscription';
import { stillEligible, vasMachine, vasPaymentDeclined, vasRules, vasStates, type VasFacts, type VasState } from '#policy/vas';
import type { Rule } from '#policy/rule';

/** DOMAIN §4 Subscription and VAS purchase, §6 subscription. */
const goodFacts: SubscriptionFacts = {
  subscriptionId: 'SUB-001', state: 'active', orderId: 'ORD-001', msisdn: '90000001', iccid: '8965010000000000011', serviceOrderId: 'SO-001',
  holderId: null, paymentId: 'PAY-001', paymentStatus: 'captured', billId: 'BILL-001', priceMinor: 1000, openOrderIds: [],
};

const legal: Readonly<Record<string, SubscriptionState>> = {
  'null create': 'pending', 'pending activate': 'active', 'pending deny': 'terminated', 'active terminate': 'terminated',
  'blocked terminate': 'terminated', 'active exhaust': 'blocked', 'active renewalDenied': 'blocked', 'blocked renewalDenied': 'blocked',
  'blocked topUp': 'active', 'active renew': 'active', 'blocked renew': 'active',
};
const triggers: readonly SubscriptionTrigger[] = ['create', 'activate', 'deny', 'terminate', 'exhaust', 'renewalDenied', 'topUp', 'renew'];

test('a line moves along the table of its states and nowhere else', (t) => {
  let refused = 0;
  for (const from of [null, ...subscriptionStates]) {
    for (const trigger of triggers) {
      const want = legal[`${from} ${trigger}`];
      if (want) {
        t.is(subscriptionMachine.move({}, from, trigger, goodFacts).to, want, `${from} ${trigger}`);
        continue;
      }
      refused += 1;
      const error = t.throws(() => subscriptionMachine.move({}, from, trigger, goodFacts, { subscriptionId: 'SUB-001' }), { instanceOf: PolicyViolation });
      t.is(error?.rule, 'subscription.transition.invalid');
      t.like(error?.context, { subscriptionId: 'SUB-001', trigger, state: from });
    }
  }
  t.is(refused, 5 * 8 - Object.keys(legal).length);
});

test('a transition records the events of its row', (t) => {
  const events = (from: SubscriptionState | null, trigger: SubscriptionTrigger): readonly string[] => subscriptionMachine.move({}, from, trigger, goodFacts).events;
  t.deepEqual(events('active', 'exhaust'), ['subscription.exhausted', 'subscription.blocked']);
  t.deepEqual(events('blocked', 'topUp'), ['subscription.unblocked']);
  t.deepEqual(events('active', 'terminate'), ['subscription.terminated']);
});

const refusals: readonly (readonly [Rule<SubscriptionFacts>, string, SubscriptionFacts, object])[] = [
  [reservationMissing, 'subscription.create.reservation_missing', { ...goodFacts, serviceOrderId: null }, { orderId: 'ORD-001', msisdn: '90000001' }],
  [numberInUse, 'subscription.create.number_in_use', { ...goodFacts, holderId: 'SUB-007' }, { subscriptionId: 'SUB-007' }],
  [paymentMissing, 'subscription.activate.payment_missing', { ...goodFacts, paymentStatus: 'authorized' }, { paymentId: 'PAY-001', paymentStatus: 'authorized' }],
  [paymentMissing, 'subscription.activate.payment_missing', { ...goodFacts, billId: null }, { billId: null }],
  [paymentMissing, 'subscription.activate.payment_missing', { ...goodFacts, priceMinor: 0, billId: null, paymentStatus: null }, { paymentStatus: null }],
  [orderOpen, 'subscription.terminate.order_open', { ...goodFacts, openOrderIds: ['ORD-009'] }, { orderIds: ['ORD-009'] }],
];

for (const [rule, code, facts, context] of refusals) {
  test(`${code} refuses with what was looked at: ${JSON.stringify(context)}`, (t) => {
    t.is(rule.code, code);
    t.true(rule.check(goodFacts));
    t.false(rule.check(facts));
    t.like(rule.context(facts), context);
    t.true(rule.fix(facts).length > 0);
  });
}

test('a fact that nobody looked up refuses', (t) => {
  for (const rule of [reservationMissing, numberInUse, paymentMissing, orderOpen]) t.false(rule.check({}), rule.code);
});

test('a free period needs its bill and no payment', (t) => {
  t.true(paymentMissing.check({ billId: 'BILL-001', priceMinor: 0, paymentStatus: null }));
});

const noon = new Date('2026-05-05T12:00:00Z');
const later = new Date('2026-05-05T12:00:01Z');

test('a top-up brings back a line that ran out, once every blocking allowance has something left', (t) => {
  const facts = { state: 'blocked', blockReason: 'exhausted', periodEnd: later, now: noon, exhausted: [] } as const;
  t.true(unblocks(facts));
  t.false(unblocks({ ...facts, exhausted: ['data'] }));
  t.false(unblocks({ ...facts, blockReason: 'payment_failed' }));
  t.false(unblocks({ ...facts, periodEnd: noon }));
  t.false(unblocks({ ...facts, state: 'active', blockReason: null }));
});

const buyer: VasFacts = {
  subscriptionId: 'SUB-001', customerId: 'CUST-001', state: 'active', blockReason: null, periodEnd: later, now: noon,
  offeringId: 'VAS_DATA_1GB', category: 'VAS', lifecycleStatus: 'Launched', sellable: true, chargingId: null, hasPaymentMethod: true,
};
const vasRefusals: readonly (readonly [string, Partial<VasFacts>, object])[] = [
  ['subscription.vas.state_invalid', { state: 'pending' }, { state: 'pending' }],
  ['subscription.vas.state_invalid', { state: 'terminated' }, { state: 'terminated' }],
  ['subscription.vas.not_sellable', { category: 'PLAN' }, { offeringId: 'VAS_DATA_1GB' }],
  ['subscription.vas.not_sellable', { sellable: false, lifecycleStatus: 'Retired' }, { lifecycleStatus: 'Retired' }],
  ['subscription.vas.renewal_overdue', { periodEnd: noon }, { boundary: '2026-05-05T12:00:00.000Z' }],
  ['subscription.vas.renewal_overdue', { state: 'blocked', blockReason: 'payment_failed' }, { state: 'blocked' }],
  ['subscription.vas.in_progress', { chargingId: 'VASP-004' }, { purchaseId: 'VASP-004' }],
  ['subscription.vas.payment_method_required', { hasPaymentMethod: false }, { customerId: 'CUST-001' }],
];

for (const [code, change, context] of vasRefusals) {
  test(`${code} refuses a top-up when ${JSON.stringify(change)}`, (t) => {
    const error = t.throws(() => vasMachine.move({}, null, 'buy', { ...buyer, ...change }), { instanceOf: PolicyViolation });
    t.is(error?.rule, code);
    t.like(error?.context, { subscriptionId: 'SUB-001', ...context });
    t.true((error?.fix.length ?? 0) > 0);
  });
}

test('a buyer with nothing in the way buys', (t) => {
  t.is(vasMachine.move({}, null, 'buy', buyer).to, 'charging');
  t.is(vasRules.length, 5);
});

test('money that comes for a line which ended meanwhile is not applied', (t) => {
  const gone: VasFacts = { ...buyer, state: 'terminated' };
  t.is(t.throws(() => vasMachine.move({}, 'charging', 'capture', gone), { instanceOf: PolicyViolation })?.rule, 'subscription.vas.state_invalid');
  t.is(vasMachine.move({}, 'charging', 'refund', gone).to, 'refunded');
  t.true(stillEligible.every((rule) => rule.check(buyer)));
});

test('a purchase moves along the table of its states and nowhere else', (t) => {
  const table: Readonly<Record<string, VasState>> = {
    'null buy': 'charging', 'charging capture': 'applied', 'charging deny': 'declined', 'charging refund': 'refunded', 'applied expire': 'expired',
  };
  for (const from of [null, ...vasStates]) {
    for (const trigger of ['buy', 'capture', 'deny', 'refund', 'expire'] as const) {
      const want = table[`${from} ${trigger}`];
      t.is(vasMachine.can(from, trigger), want !== undefined, `${from} ${trigger}`);
      if (want) t.is(vasMachine.move({}, from, trigger, buyer).to, want);
    }
  }
});

test('a declined card says where to go', (t) => {
  const facts = { subscriptionId: 'SUB-001', customerId: 'CUST-001', purchaseId: 'VASP-001', paymentId: 'PAY-001', declineCode: 'card_declined', declined: true };
  t.false(vasPaymentDeclined.check(facts));
  t.true(vasPaymentDeclined.check({ ...facts, declined: false }));
  t.like(vasPaymentDeclined.context(facts), { paymentId: 'PAY-001', declineCode: 'card_declined' });
  t.is(vasPaymentDeclined.fix(facts)[0]?.tool, 'payment.add_card');
});
