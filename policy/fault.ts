import { action } from './action.ts';
import { rule } from './rule.ts';

/** Faults the simulated network plays (DOMAIN §3 "Fault rules"). */
export const faultKinds = ['fail_first_attempt', 'fail_always', 'stuck', 'slow'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultFacts {
  readonly faultRuleId: string;
  readonly probability: number;
  readonly enabled: boolean;
}

export const probabilityInvalid = rule<FaultFacts>({
  code: 'provisioning.fault.probability_invalid',
  title: 'A probability is a number from 0 to 1.',
  when: 'the probability is below 0, above 1 or no number',
  check: ({ probability }) => probability >= 0 && probability <= 1,
  context: ({ faultRuleId, probability, enabled }) => ({ faultRuleId, probability, state: enabled ? 'enabled' : 'disabled' }),
  fix: () => [{ hint: 'Give a share of tasks such as 0.3; 1 strikes every task.' }],
});

export const changeFault = action('provisioning.change_fault', [probabilityInvalid]);
