import test from 'ava';
import { forgetRefund, refundMachine, refundPaymentRequired, refundRules, refundStatuses, type RefundFacts } from '#policy/refund';
import { violations } from '#policy/rule';
import { PolicyViolation } from '#runtime/errors';

const facts: RefundFacts = {
  payment: { id: 'PAY-001', status: 'captured', customerId: 'CUST-001', capturedMinor: 2500, refundedMinor: 1000 }, amountMinor: 1500, reason: 'duplicate',
};

test('what is left of a captured payment can be given back', (t) => {
  t.deepEqual(violations([refundPaymentRequired, ...refundRules], facts), []);
});

test('a refund of more than is left is refused with the limit', (t) => {
  const [broken] = violations(refundRules, { ...facts, amountMinor: 1501 });
  t.is(broken?.rule, 'refund.create.amount_exceeds');
  t.is(broken?.context['limit'], 1500);
});

test('money that was never taken is not given back', (t) => {
  for (const status of ['pendingAuthorization', 'authorized', 'denied', 'failed', 'canceled'] as const) {
    const [broken] = violations(refundRules, { ...facts, payment: { ...facts.payment!, status } });
    t.is(broken?.rule, 'refund.create.not_captured');
    t.is(broken?.context['status'], status);
    t.is(broken?.fix[0]?.tool, 'payment.list_attempts');
  }
});

test('a refund says why', (t) => {
  for (const reason of [null, '', '  ']) t.is(violations(refundRules, { ...facts, reason })[0]?.rule, 'refund.create.reason_missing');
});

test('a refund without payment names what is missing', (t) => {
  const [broken] = violations([refundPaymentRequired], { ...facts, payment: null });
  t.is(broken?.rule, 'refund.create.payment_required');
  t.is(broken?.context['missing'], 'payment');
  t.truthy(broken?.fix[0]?.hint);
});

test('a refund moves exactly as DOMAIN §4 says', (t) => {
  const table: readonly [string | null, string, string, string][] = [
    [null, 'create', 'pendingAuthorization', 'refund.created'], ['pendingAuthorization', 'accept', 'done', 'refund.done'],
    ['pendingAuthorization', 'deny', 'denied', 'refund.denied'], ['pendingAuthorization', 'fail', 'failed', 'refund.failed'],
  ];
  for (const from of [null, ...refundStatuses]) {
    for (const trigger of ['create', 'accept', 'deny', 'fail'] as const) {
      const row = table.find((one) => one[0] === from && one[1] === trigger);
      if (!row) {
        t.is(t.throws(() => refundMachine.move({}, from, trigger, undefined), { instanceOf: PolicyViolation }).rule, 'refund.transition.invalid');
        continue;
      }
      const move = refundMachine.move({}, from, trigger, undefined);
      t.deepEqual([move.to as string, move.events], [row[2], [row[3]]]);
    }
  }
});

test('only a refund that was refused at intake is removed', (t) => {
  const refused = { refundId: 'RFND-001', status: 'denied', gatewayAttempts: 0, references: [] } as const;
  t.deepEqual(forgetRefund.check(refused), []);
  const kept = [...refundStatuses.filter((status) => status !== 'denied').map((status) => ({ status })), { gatewayAttempts: 1 }, { references: ['PAY-001'] }];
  for (const effect of kept) {
    const [broken] = forgetRefund.check({ ...refused, ...effect });
    t.is(broken?.rule, 'refund.delete.has_effects', JSON.stringify(effect));
    t.like(broken?.context, { refundId: 'RFND-001' });
    t.truthy(broken?.fix[0]?.hint);
  }
});
