import { mint, type Permit } from './permit.ts';
import { enforce, violations, type Rule } from './rule.ts';
import type { PolicyViolation } from '#runtime/errors';

/** A write that is not a state transition (or creates an aggregate), with the rules in front of it. */
export interface Action<Name extends string, Facts> {
  readonly name: Name;
  readonly rules: readonly Rule<Facts>[];
  /** Every rule the facts break. */
  check(facts: Facts): PolicyViolation[];
  /**
   * Allows one write of this action in this transaction.
   * @throws {PolicyViolation} the first broken rule
   */
  permit(transaction: object, facts: Facts): Permit<Name>;
}

/** `action('order.create', [rule, …])`; an action without rules still has to be asked for. */
export function action<Name extends string, Facts = void>(name: Name, rules: readonly Rule<Facts>[] = []): Action<Name, Facts> {
  return {
    name,
    rules,
    check: (facts) => violations(rules, facts),
    permit(transaction, facts) {
      enforce(rules, facts);
      return mint(name, transaction);
    },
  };
}
