import { PolicyViolation } from '#runtime/errors';
import { mint, type Permit } from './permit.ts';
import { enforce, type Context, type Rule } from './rule.ts';

/** One row of a state machine of DOMAIN §4. */
export interface Transition<State extends string, Trigger extends string, Facts> {
  /** null = creation. */
  readonly from: readonly State[] | null;
  readonly trigger: Trigger;
  readonly to: State;
  readonly guard?: readonly Rule<Facts>[];
  /** Event types this transition records; [] = none; absent = the machine's default for `to`. */
  readonly events?: readonly string[];
}

export interface MachineDefinition<Name extends string, State extends string, Trigger extends string, Facts> {
  /** Aggregate name; the permit's action is `<aggregate>.<trigger>`. */
  readonly aggregate: Name;
  /** What people call it, where that is not the aggregate's name. */
  readonly noun?: string;
  /** Area of the refusal `<area>.transition.invalid`. */
  readonly area: string;
  readonly states: readonly State[];
  readonly final: readonly State[];
  /** Default event type when a row names none. */
  event(to: State): string;
  readonly transitions: readonly Transition<State, Trigger, Facts>[];
}

/** What a legal transition gives: the key to write it, the new state and what to record. */
export interface Move<Action extends string, State extends string> {
  readonly permit: Permit<Action>;
  readonly from: State | null;
  readonly to: State;
  readonly trigger: string;
  readonly events: readonly string[];
}

export class Machine<Name extends string, State extends string, Trigger extends string, Facts> {
  readonly definition: MachineDefinition<Name, State, Trigger, Facts>;

  constructor(definition: MachineDefinition<Name, State, Trigger, Facts>) {
    this.definition = definition;
  }

  /** Triggers that are legal in a state; null asks for the creating ones. */
  legal(from: State | null): Trigger[] {
    return this.definition.transitions.filter((row) => matches(row.from, from)).map((row) => row.trigger);
  }

  isFinal(state: State): boolean {
    return this.definition.final.includes(state);
  }

  /** True when the trigger leads somewhere from this state, guards aside. */
  can(from: State | null, trigger: Trigger): boolean {
    return this.definition.transitions.some((row) => row.trigger === trigger && matches(row.from, from));
  }

  /**
   * Allows one transition in one transaction.
   * @param context ids of the request, shown with a refusal
   * @throws {PolicyViolation} `<area>.transition.invalid`, or the first broken guard
   */
  move<T extends Trigger>(transaction: object, from: State | null, trigger: T, facts: Facts, context: Context = {}): Move<`${Name}.${T}`, State> {
    const row = this.definition.transitions.find((one) => one.trigger === trigger && matches(one.from, from));
    if (!row) throw this.#refusal(from, trigger, context);
    enforce(row.guard ?? [], facts);
    return {
      permit: mint(`${this.definition.aggregate}.${trigger}` as const, transaction),
      from,
      to: row.to,
      trigger,
      events: row.events ?? [this.definition.event(row.to)],
    };
  }

  /**
   * The trigger that leads from one state to another that somebody wrote: TM Forum resources are moved by their state.
   * @param context ids of the request, shown with a refusal
   * @throws {PolicyViolation} `<area>.transition.invalid` where no trigger leads there
   */
  triggerTo(from: State, to: string, context: Context = {}): Trigger {
    const { area, aggregate, noun = aggregate, transitions } = this.definition;
    const ways = transitions.filter((row) => matches(row.from, from));
    const row = ways.find((one) => one.to === to);
    if (row) return row.trigger;
    const states = [...new Set(ways.map((way) => way.to))];
    const hint = states.length > 0 ? `From ${from} it can only become ${states.join(', ')}.` : `State ${from} is final.`;
    throw new PolicyViolation(
      `${area}.transition.invalid`, `The ${noun} is ${from} and cannot become ${to}.`,
      { ...context, state: from, wanted: to, trigger: null, legal: ways.map((way) => way.trigger) }, [{ hint }],
    );
  }

  #refusal(from: State | null, trigger: Trigger, context: Context): PolicyViolation {
    const { area, aggregate, noun = aggregate, transitions } = this.definition;
    const legal = this.legal(from);
    const isThere = transitions.some((row) => row.trigger === trigger && row.to === from);
    const hint = legal.length > 0 ? `In state ${from} only these are possible: ${legal.join(', ')}.` : `State ${from} is final.`;
    return new PolicyViolation(
      `${area}.transition.invalid`, isThere ? `The ${noun} is ${from} already.` : `The ${noun} is ${from}: ${trigger} is not possible.`, { ...context, state: from, trigger, legal }, [{ hint }],
    );
  }
}

const matches = <State extends string>(from: readonly State[] | null, state: State | null): boolean =>
  from === null ? state === null : state !== null && from.includes(state);

/** Snake case of a TMF state for event names: `inProgress` → `in_progress`. */
export const snake = (state: string): string =>
  state.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/[ -]/g, '_').toLowerCase();
