import type { ExecutionContext } from 'ava';
import type { Machine } from '#policy/machine';
import { rules, type Rule } from '#policy/rule';
import { PolicyViolation } from '#runtime/errors';

/** from | trigger | to | events; from `–` is creation, no event = none. Literals of DOMAIN §4. */
export type Row = readonly [from: string, trigger: string, to: string, events: string];

/** Every state with every trigger: what is in the table goes through, all else is refused with the legal ones. */
export function walk<State extends string, Trigger extends string, Facts>(
  t: ExecutionContext, machine: Machine<string, State, Trigger, Facts>, rows: readonly Row[], facts: Facts,
): void {
  const { definition } = machine;
  const triggers = [...new Set(definition.transitions.map((row) => row.trigger))];
  for (const from of [null, ...definition.states]) {
    for (const trigger of triggers) {
      const row = rows.find((one) => one[0] === (from ?? '–') && one[1] === trigger);
      if (row) {
        const move = machine.move({}, from, trigger, facts);
        t.deepEqual([move.to, move.events.join()], [row[2], row[3]], `${from} ${trigger}`);
        continue;
      }
      const refusal = t.throws(() => machine.move({}, from, trigger, facts, { id: 'X-1' }), { instanceOf: PolicyViolation }, `${from} ${trigger}`);
      t.is(refusal.rule, `${definition.area}.transition.invalid`);
      t.like(refusal.context, { id: 'X-1', state: from, trigger, legal: machine.legal(from) });
      t.truthy(refusal.fix[0]?.hint);
    }
  }
  t.is(rows.length, definition.transitions.reduce((sum, row) => sum + (row.from?.length ?? 1), 0), 'the machine has no further row');
}

/** A rule passes the facts it is for, refuses the others with its code, shows the context and knows a way out. */
export function holds<Facts>(t: ExecutionContext, rule: Rule<Facts>, code: string, good: Facts, bad: Facts, context: Readonly<Record<string, unknown>>): void {
  t.is(rule.code, code);
  t.true(rules().some((one) => one.code === code), `${code} is in the catalogue`);
  t.true(rule.check(good), `${code} passes`);
  t.false(rule.check(bad), `${code} refuses`);
  t.like(rule.context(bad), context, code);
  const [fix] = rule.fix(bad);
  t.truthy(fix?.hint, `${code} says what to do`);
  t.true(rule.title.endsWith('.') && rule.when.length > 3, code);
}
