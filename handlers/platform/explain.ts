import { rules } from '#policy/rule';

export interface RuleText {
  readonly code: string;
  readonly title: string;
  /** The condition in words. */
  readonly when: string;
  readonly status: number;
}

/** What `<base>/policies/<rule>` tells, the `referenceError` of a refusal (DOMAIN §10); null for no rule of this process. */
export function explain(code: string): RuleText | null {
  const found = rules().find((one) => one.code === code);
  if (found) return { code, title: found.title, when: found.when, status: found.status ?? 422 };
  // State machines refuse what their table has no row for; there is one such rule per area.
  if (!/^[a-z_]+\.transition\.invalid$/.test(code)) return null;
  return { code, title: 'Not possible in this state.', when: 'the state machine has no such transition from the current state', status: 422 };
}
