import test from 'ava';
import {
  renewalMachine, renewInProgress, renewNotDue, renewPaymentDeclined, renewPaymentMethodRequired, renewRules, type RenewalFacts,
} from '#policy/renewal';
import { holds, walk, type Row } from './table.ts';

/** DOMAIN §4 Renewal, §6 subscription.renew.*. */
const rows: readonly Row[] = [
  ['–', 'fallDue', 'due', ''],
  ['due', 'claim', 'charging', ''],
  ['charging', 'delay', 'due', 'subscription.renewal_delayed'],
  ['charging', 'capture', 'captured', 'subscription.renewed'],
  ['charging', 'deny', 'declined', 'subscription.renewal_declined'],
  ['declined', 'retry', 'due', ''],
  ['due', 'skip', 'skipped', 'subscription.renewal_skipped'],
  ['charging', 'giveBack', 'skipped', 'subscription.renewal_skipped'],
];

test('a renewal moves along the table of its states and nowhere else', (t) => walk(t, renewalMachine, rows, undefined));

const noon = new Date('2026-05-05T12:00:00Z');
const good: RenewalFacts = {
  subscriptionId: 'SUB-001', customerId: 'CUST-001', state: 'active', blockReason: null, periodEnd: noon, now: noon, chargingId: null, hasPaymentMethod: true,
};

test('a line is renewed at its boundary and not before', (t) => {
  holds(t, renewNotDue, 'subscription.renew.not_due', good, { ...good, now: new Date(noon.getTime() - 1) }, { subscriptionId: 'SUB-001', boundary: '2026-05-05T12:00:00.000Z' });
  t.is(renewNotDue.fix(good)[0]?.tool, 'subscription.purchase_vas');
  t.false(renewNotDue.check({ ...good, periodEnd: null }));
});

test('one charge at a time', (t) => {
  holds(t, renewInProgress, 'subscription.renew.in_progress', good, { ...good, chargingId: 'REN-007' }, { subscriptionId: 'SUB-001', renewalId: 'REN-007' });
});

test('without a card nothing is charged', (t) => {
  holds(t, renewPaymentMethodRequired, 'subscription.renew.payment_method_required', good, { ...good, hasPaymentMethod: false }, { customerId: 'CUST-001', state: 'active' });
  t.is(renewPaymentMethodRequired.fix(good)[0]?.tool, 'payment.add_card');
});

test('a fact that nobody looked up refuses', (t) => {
  const { chargingId: _, hasPaymentMethod: __, ...looked } = good;
  t.deepEqual(renewRules.filter((rule) => !rule.check(looked)).map(({ code }) => code), ['subscription.renew.in_progress', 'subscription.renew.payment_method_required']);
});

test('a declined card says where to go', (t) => {
  const facts = { subscriptionId: 'SUB-001', customerId: 'CUST-001', renewalId: 'REN-001', paymentId: 'PAY-001', declineCode: 'card_declined', declined: false };
  holds(t, renewPaymentDeclined, 'subscription.renew.payment_declined', facts, { ...facts, declined: true }, { renewalId: 'REN-001', paymentId: 'PAY-001', declineCode: 'card_declined' });
  t.is(renewPaymentDeclined.fix(facts)[0]?.tool, 'payment.add_card');
  t.true(renewPaymentDeclined.recorded);
});
