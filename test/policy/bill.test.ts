import test from 'ava';
import { billMachine, billStates, onDemandMachine, onDemandStates } from '#policy/bill';
import { PolicyViolation } from '#runtime/errors';

test('a bill is settled when written, may be disputed and released, and nothing else', (t) => {
  const table: readonly [string | null, string, string, string][] = [
    [null, 'create', 'settled', 'bill.created'], ['settled', 'dispute', 'onHold', 'bill.state_changed'], ['onHold', 'release', 'settled', 'bill.state_changed'],
  ];
  for (const from of [null, ...billStates]) {
    for (const trigger of ['create', 'dispute', 'release'] as const) {
      const row = table.find((one) => one[0] === from && one[1] === trigger);
      if (!row) {
        t.is(t.throws(() => billMachine.move({}, from, trigger, undefined), { instanceOf: PolicyViolation }).rule, 'bill.transition.invalid');
        continue;
      }
      const move = billMachine.move({}, from, trigger, undefined);
      t.deepEqual([move.to as string, move.events], [row[2], [row[3]]]);
    }
  }
});

test('a bill on demand ends once, and only for an account of ours', (t) => {
  const known = { accountId: 'BA-001', accountKnown: true };
  t.deepEqual(onDemandMachine.move({}, null, 'create', known).events, []);
  t.is(onDemandMachine.move({}, 'inProgress', 'finish', known).to, 'done');
  t.is(onDemandMachine.move({}, 'inProgress', 'reject', known).to, 'rejected');
  t.is(onDemandMachine.move({}, 'inProgress', 'break_off', known).to, 'terminatedWithError');
  const error = t.throws(() => onDemandMachine.move({}, 'inProgress', 'finish', { accountId: 'x', accountKnown: false }), { instanceOf: PolicyViolation });
  t.is(error.rule, 'bill.on_demand.account_unknown');
  t.is(error.context['billingAccountId'], 'x');
  for (const from of onDemandStates.filter((one) => one !== 'inProgress')) {
    for (const trigger of ['finish', 'reject', 'break_off'] as const) {
      t.is(t.throws(() => onDemandMachine.move({}, from, trigger, known), { instanceOf: PolicyViolation }).rule, 'bill.transition.invalid');
    }
  }
});
