import test, { type ExecutionContext } from 'ava';
import { kycMachine, type KycFacts } from '#policy/kyc';
import { orderMachine } from '#policy/order';
import { PolicyViolation } from '#runtime/errors';

const saidOf = (t: ExecutionContext, fire: () => unknown): string | undefined => t.throws(fire, { instanceOf: PolicyViolation })?.message;

test('what is in a state already is told so, everything else that it is not possible', (t) => {
  t.is(saidOf(t, () => orderMachine.move({}, 'completed', 'complete', null)), 'The order is completed already.');
  t.is(saidOf(t, () => orderMachine.move({}, 'completed', 'start', null)), 'The order is completed: start is not possible.');
});

const facts: KycFacts = {
  customerId: 'CUST-001', customerState: 'active', provider: 'prebaked', allowedProviders: ['prebaked'], tokenValid: true, documentType: 'national_id', missing: [], documentTakenBy: null,
};

test('a machine is called what people call it', (t) => {
  t.is(saidOf(t, () => kycMachine.move({}, 'verified', 'attest', facts)), 'The identity is verified already.');
});
