import { PolicyViolation, type Fix } from '#runtime/errors';

/** What every rule's context carries besides its own keys: ids of the request and the current state. */
export type Context = Readonly<Record<string, unknown>>;

/** One row of DOMAIN §6: data plus a pure check. */
export interface Rule<Facts> {
  /** Stable code; CLI, agent, portal, tests and docs all name it. */
  readonly code: string;
  readonly title: string;
  /** The condition in words, "Refused when" of DOMAIN §6. */
  readonly when: string;
  /** 422 unless the catalogue shows another. */
  readonly status?: number;
  /** Outcome of work that was done and recorded, a declined charge for one: no `policy.refused` besides. */
  readonly recorded?: true;
  /** True when the effect may go on. */
  check(facts: Facts): boolean;
  context(facts: Facts): Context;
  /** What the person or tool can do next; never empty. */
  fix(facts: Facts): readonly Fix[];
  /** The sentence a person reads; `title` when absent. */
  message?(facts: Facts): string;
}

const catalogue = new Map<string, Rule<never>>();

/** Registers a rule under its code; a code names exactly one rule. */
export function rule<Facts>(definition: Rule<Facts>): Rule<Facts> {
  if (catalogue.has(definition.code)) throw new Error(`rule ${definition.code} is defined twice`);
  catalogue.set(definition.code, definition as Rule<never>); // contravariant: listed, never checked from here
  return Object.freeze(definition);
}

/** Every rule loaded so far, for docs, `bss doctor` and the check that each one has a test. */
export const rules = (): readonly Rule<never>[] => [...catalogue.values()];

export const violation = <Facts>(broken: Rule<Facts>, facts: Facts): PolicyViolation =>
  new PolicyViolation(broken.code, broken.message?.(facts) ?? broken.title, broken.context(facts), broken.fix(facts), broken.status, broken.recorded);

/** Every broken rule, in the order given; the first one is the answer, a dry run shows all. */
export const violations = <Facts>(list: readonly Rule<Facts>[], facts: Facts): PolicyViolation[] =>
  list.filter((one) => !one.check(facts)).map((one) => violation(one, facts));

/** Throws the first broken rule; for checks that allow no write by themselves. */
export function enforce<Facts>(list: readonly Rule<Facts>[], facts: Facts): void {
  const broken = list.find((one) => !one.check(facts));
  if (broken) throw violation(broken, facts);
}
