import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule, type Rule } from './rule.ts';

export const msisdnStates = ['available', 'reserved', 'assigned', 'quarantined', 'ported_out'] as const;
export type MsisdnState = (typeof msisdnStates)[number];
export type MsisdnTrigger = 'add' | 'reserve' | 'release' | 'release_provisioned' | 'assign' | 'deprovision' | 'recycle';

export interface MsisdnFacts {
  readonly msisdn: string;
  /** Order that asks. */
  readonly orderId: string | null;
  /** Order that holds the number. */
  readonly reservedBy: string | null;
}

export interface ReservationFacts {
  readonly orderId: string;
  /** Number as the customer wrote it; null without preference. */
  readonly preference: string | null;
  /** National digits of the preference, null when it is no number of the plan. */
  readonly preferred: string | null;
  /** Number found free: the preferred one, else the lowest. */
  readonly msisdn: string | null;
}

export interface MsisdnRangeFacts {
  readonly prefix: string;
  readonly count: number;
  readonly msisdnLength: number;
  /** First digits of the operator's numbers. */
  readonly plan: readonly string[];
}

export const msisdnRangeMax = 10_000;

export const numberNotAvailable = rule<ReservationFacts>({
  code: 'msisdn.reserve.not_available',
  title: 'The number is taken.',
  when: 'number taken',
  check: (facts) => facts.preferred === null || facts.msisdn !== null,
  context: (facts) => ({ orderId: facts.orderId, msisdn: facts.preferred }),
  fix: () => [{ hint: 'Choose a free number.', tool: 'inventory.msisdn.list_available' }],
});

export const numberFormatInvalid = rule<{ readonly preference: string | null; readonly preferred: string | null }>({
  code: 'msisdn.reserve.format_invalid',
  title: 'That is not a number of this operator.',
  when: 'not normalisable (§9)',
  check: (facts) => facts.preference === null || facts.preferred !== null,
  context: (facts) => ({ input: facts.preference }),
  fix: () => [{ hint: 'Write it as 90000042, 6590000042 or +65 9000 0042.' }],
});

export const msisdnPoolEmpty = rule<ReservationFacts>({
  code: 'msisdn.reserve.pool_empty',
  title: 'No number is left.',
  when: 'none left',
  check: (facts) => facts.msisdn !== null,
  context: (facts) => ({ orderId: facts.orderId, available: 0 }),
  fix: () => [{ hint: 'Add numbers.', tool: 'inventory.msisdn.add_range' }],
});

export const msisdnNotReserved = rule<MsisdnFacts>({
  code: 'msisdn.assign.not_reserved',
  title: 'The number is not reserved by this order.',
  when: 'not reserved by this order',
  check: (facts) => facts.reservedBy !== null && facts.reservedBy === facts.orderId,
  context: (facts) => ({ msisdn: facts.msisdn, orderId: facts.orderId }),
  fix: () => [{ hint: 'Reserve a number for the order first.' }],
});

export const quarantineLineLive = rule<{ readonly msisdn: string; readonly liveLines: readonly string[] }>({
  code: 'msisdn.quarantine.line_live',
  title: 'A line uses the number.',
  when: 'line not terminated',
  check: (facts) => facts.liveLines.length === 0,
  context: (facts) => ({ msisdn: facts.msisdn, subscriptionIds: facts.liveLines }),
  fix: (facts) => facts.liveLines.map((id) => ({ hint: `Terminate ${id}.`, tool: 'subscription.terminate', args: { subscription_id: id } })),
});

export const msisdnRangeSize = rule<MsisdnRangeFacts>({
  code: 'msisdn.range.size_invalid',
  title: 'A range has 1 to 10000 numbers.',
  when: 'not 1–10000',
  check: (facts) => Number.isInteger(facts.count) && facts.count >= 1 && facts.count <= msisdnRangeMax,
  context: (facts) => ({ prefix: facts.prefix, count: facts.count }),
  fix: () => [{ hint: `Ask for 1 to ${msisdnRangeMax} numbers.` }],
});

export const msisdnRangeOutsidePlan = rule<MsisdnRangeFacts>({
  code: 'msisdn.range.outside_plan',
  title: 'The range does not fit the numbering plan.',
  when: 'prefix or length off plan',
  check: ({ prefix, count, msisdnLength, plan }) =>
    prefix.length <= msisdnLength && plan.some((first) => prefix.startsWith(first)) && count <= 10 ** (msisdnLength - prefix.length),
  context: (facts) => ({ prefix: facts.prefix, count: facts.count, plan: { firstDigits: facts.plan, digits: facts.msisdnLength } }),
  fix: (facts) => [{ hint: `Numbers have ${facts.msisdnLength} digits and start with ${facts.plan.join(' or ')}; a prefix leaves room for as many as are asked for.` }],
});

export const msisdnMachine = new Machine<'msisdn', MsisdnState, MsisdnTrigger, MsisdnFacts>({
  aggregate: 'msisdn',
  area: 'msisdn',
  states: msisdnStates,
  final: [],
  event: (to) => `msisdn.${to}`,
  transitions: [
    { from: null, trigger: 'add', to: 'available', events: ['msisdn.range_added'] },
    { from: ['available'], trigger: 'reserve', to: 'reserved' },
    { from: ['reserved'], trigger: 'release', to: 'available', events: ['msisdn.released'] },
    { from: ['reserved'], trigger: 'release_provisioned', to: 'quarantined' },
    { from: ['reserved'], trigger: 'assign', to: 'assigned', guard: [msisdnNotReserved] },
    { from: ['assigned'], trigger: 'deprovision', to: 'quarantined' },
    { from: ['quarantined'], trigger: 'recycle', to: 'available', events: ['msisdn.recycled'] },
  ],
});

/** A free number was found: the preferred one, or any. */
export const reservationRules: readonly Rule<ReservationFacts>[] = [numberFormatInvalid, numberNotAvailable, msisdnPoolEmpty];
export const addMsisdnRange = action<'msisdn.add_range', MsisdnRangeFacts>('msisdn.add_range', [msisdnRangeSize, msisdnRangeOutsidePlan]);
/** Takes back all numbers whose quarantine is over, set-wise. */
export const recycleMsisdns = action('msisdn.recycle');
/** Bookkeeping that goes with the moves of number and profile. */
export const keepReservation = action('msisdn.keep_reservation');
export const watchPool = action('msisdn.watch_pool');
