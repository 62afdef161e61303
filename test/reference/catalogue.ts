import { rules, type Rule } from '#policy/rule';
import type { RuleText } from '#tools-gen/recordings';

/** Every rule of the services that run here, by code. */
export const catalogue = (): RuleText[] =>
  rules().map((rule) => ({ code: rule.code, title: rule.title, when: rule.when, status: rule.status ?? 422, fix: fixesOf(rule) })).sort((a, b) => (a.code < b.code ? -1 : 1));

/**
 * The ways out as they read for any case: `{customerId}` stands for what the case brings. None for a
 * rule that words its ways out by the case.
 */
function fixesOf(rule: Rule<never>): string[] {
  try {
    const hints = rule.fix(placeholder('') as never).map(({ hint }) => hint); // a rule reads facts by name; each name answers
    return hints.every((hint) => !/undefined|\[object|function|NaN|\{\}| \.$/.test(hint)) ? hints : [];
  } catch {
    return []; // it calculates with what is no number here
  }
}

/** Facts of any shape: a member is its own name in braces, and so on below it. */
function placeholder(name: string): object {
  const text = (): string => `{${name}}`;
  return new Proxy({}, {
    get: (_, member) => (member === Symbol.toPrimitive || member === 'toString' ? text : typeof member === 'symbol' ? undefined : placeholder(member)),
  });
}
