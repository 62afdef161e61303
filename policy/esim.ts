import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

export const esimStates = ['available', 'reserved', 'downloaded', 'installed', 'enabled', 'disabled', 'deleted'] as const;
export type EsimState = (typeof esimStates)[number];
export type EsimTrigger = 'add' | 'reserve' | 'release' | 'download' | 'install' | 'enable' | 'disable' | 'delete';

export interface EsimFacts {
  readonly iccid: string;
  readonly orderId: string | null;
  readonly reservedBy: string | null;
  readonly eid: string | null;
  readonly eidValid: boolean;
}

export interface EsimRangeFacts {
  readonly count: number;
  /** Serial of the first profile. */
  readonly first: number;
}

export const esimRangeMax = 10_000;
/** An IMSI has ten digits for the serial. */
const serialMax = 9_999_999_999;

export const esimPoolEmpty = rule<{ readonly orderId: string; readonly iccid: string | null }>({
  code: 'esim.reserve.pool_empty',
  title: 'No eSIM profile is left.',
  when: 'none left',
  check: (facts) => facts.iccid !== null,
  context: (facts) => ({ orderId: facts.orderId, available: 0 }),
  fix: () => [{ hint: 'Add profiles.', tool: 'inventory.esim.add_range' }],
});

export const esimNotReserved = rule<EsimFacts>({
  code: 'esim.assign.not_reserved',
  title: 'The profile is not reserved by this order.',
  when: 'not reserved by this order',
  check: (facts) => facts.reservedBy !== null && facts.reservedBy === facts.orderId,
  context: (facts) => ({ iccid: facts.iccid, orderId: facts.orderId }),
  fix: () => [{ hint: 'Reserve a profile for the order first.' }],
});

export const esimRangeSize = rule<EsimRangeFacts>({
  code: 'esim.range.size_invalid',
  title: 'A range has 1 to 10000 profiles.',
  when: 'not 1–10000, or beyond the serials there are',
  check: (facts) => Number.isInteger(facts.count) && facts.count >= 1 && facts.count <= esimRangeMax && facts.first + facts.count - 1 <= serialMax,
  context: (facts) => ({ count: facts.count, firstSerial: facts.first }),
  fix: () => [{ hint: `Ask for 1 to ${esimRangeMax} profiles with serials up to ${serialMax}.` }],
});

export const activationNotIssued = rule<{ readonly iccid: string; readonly state: EsimState }>({
  code: 'esim.activation.not_issued',
  title: 'The profile has no activation code.',
  when: 'available or deleted',
  check: (facts) => facts.state !== 'available' && facts.state !== 'deleted',
  context: (facts) => ({ iccid: facts.iccid, state: facts.state }),
  fix: () => [{ hint: 'A profile has a code from its reservation until its deletion; look at the profile of a live line.', tool: 'inventory.esim.get' }],
});

export const eidInvalid = rule<EsimFacts>({
  code: 'esim.notification.eid_invalid',
  title: 'The EID is not valid.',
  when: 'EID check fails',
  check: (facts) => facts.eidValid,
  context: (facts) => ({ iccid: facts.iccid, eid: facts.eid }),
  fix: () => [{ hint: 'An EID has 32 digits, starts with 89 and leaves remainder 1 modulo 97.' }],
});

export const esimMachine = new Machine<'esim', EsimState, EsimTrigger, EsimFacts>({
  aggregate: 'esim',
  area: 'esim',
  states: esimStates,
  final: ['deleted'],
  event: (to) => `esim.${to}`,
  transitions: [
    { from: null, trigger: 'add', to: 'available', events: ['esim.range_added'] },
    { from: ['available'], trigger: 'reserve', to: 'reserved' },
    { from: ['reserved'], trigger: 'release', to: 'available', events: ['esim.released'] },
    { from: ['reserved'], trigger: 'download', to: 'downloaded' },
    { from: ['downloaded'], trigger: 'install', to: 'installed', guard: [eidInvalid] },
    { from: ['installed', 'disabled'], trigger: 'enable', to: 'enabled' },
    { from: ['enabled'], trigger: 'disable', to: 'disabled' },
    { from: ['reserved', 'downloaded', 'installed', 'enabled', 'disabled'], trigger: 'delete', to: 'deleted' },
  ],
});

/** Binds a reserved profile to a line; its state is the device's business. */
export const assignEsim = action<'esim.assign', EsimFacts>('esim.assign', [esimNotReserved]);
export const addEsimRange = action<'esim.add_range', EsimRangeFacts>('esim.add_range', [esimRangeSize]);
