import { isoTime } from '#runtime/clock';
import { toBase, type BaseUnit } from '#runtime/quantity';
import { action } from './action.ts';
import { idTaken } from './catalog.ts';
import { Machine } from './machine.ts';
import { rule, type Rule } from './rule.ts';
import type { SubscriptionState } from './subscription.ts';

/** Usage records (TMF635; DOMAIN §4 Usage, §5 F5). `rerated` belongs to a later milestone. */
export const usageStates = ['received', 'guided', 'rated', 'billed', 'rejected', 'recycled'] as const;
export type UsageState = (typeof usageStates)[number];
export type UsageTrigger = 'receive' | 'guide' | 'rate' | 'bill' | 'reject' | 'recycle';

export const usageKinds = ['data', 'voice', 'sms'] as const;
export type UsageKind = (typeof usageKinds)[number];

/** The unit each kind of use is counted in. */
export const unitOfKind: Readonly<Record<UsageKind, BaseUnit>> = { data: 'byte', voice: 'second', sms: 'message' };

/** Reported ahead of our clock by at most this is a clock that is off, not a use of tomorrow. */
const futureMsMax = 5 * 60_000;
const hourMs = 3_600_000;

/** A quantity as somebody wrote it, and what it comes to in base units. */
export interface Reported {
  readonly quantity: number | null;
  readonly unit: string | null;
  /** Base unit the unit belongs to; null when the unit is unknown. */
  readonly baseUnit: BaseUnit | null;
  /** Null when unknown or not whole. */
  readonly baseQuantity: number | null;
}

export const reported = (quantity: number | null, unit: string | null): Reported => ({
  quantity, unit, baseUnit: toBase(1, unit ?? '')?.unit ?? null, baseQuantity: toBase(quantity ?? Number.NaN, unit ?? '')?.quantity ?? null,
});

/** A record as it was reported; what could not be read is null. */
export interface RecordFacts {
  readonly usageId: string;
  readonly specificationId: string | null;
  readonly specificationKnown: boolean;
  readonly msisdn: string | null;
  readonly eventType: UsageKind | null;
  readonly reported: Reported;
  readonly eventTime: Date;
  readonly now: Date;
  /** When the record first came in: being recycled makes it no later. */
  readonly receivedAt: Date;
  /** BSS_USAGE_LATE_HOURS. */
  readonly lateHours: number;
}

export type QuantityFacts = Pick<RecordFacts, 'eventType' | 'reported'> & { readonly usageId?: string };

const missingOf = (facts: RecordFacts): string[] =>
  [
    facts.msisdn === null && 'msisdn', facts.eventType === null && 'eventType',
    facts.reported.quantity === null && 'quantity', facts.reported.unit === null && 'unit',
  ].filter((name) => name !== false);

export const specificationUnknown = rule<RecordFacts>({
  code: 'usage.record.specification_unknown',
  title: 'The record names no usage specification that is known here.',
  when: 'usageSpecification names nothing that is stored, or nothing at all',
  check: ({ specificationKnown }) => specificationKnown,
  context: ({ usageId, specificationId }) => ({ usageId, state: 'received', missing: 'usageSpecification', specificationId }),
  fix: () => [{ hint: 'Name a stored usage specification: USPEC_DATA, USPEC_VOICE or USPEC_SMS.' }],
});

export const characteristicMissing = rule<RecordFacts>({
  code: 'usage.record.characteristic_missing',
  title: 'The record lacks a characteristic that charging needs.',
  when: 'msisdn, eventType, quantity or unit is absent or cannot be read',
  check: (facts) => missingOf(facts).length === 0,
  context: (facts) => ({ usageId: facts.usageId, state: 'received', name: missingOf(facts)[0], missing: missingOf(facts) }),
  fix: (facts) => [{ hint: `Send the record again with ${missingOf(facts).join(', ')}.` }],
  message: (facts) => `The record lacks ${missingOf(facts).join(', ')}.`,
});

export const quantityInvalid = rule<QuantityFacts>({
  code: 'usage.record.quantity_invalid',
  title: 'The quantity is not a positive whole number of base units.',
  when: 'the quantity is zero or negative, or not whole in byte, second or message',
  check: ({ reported: { quantity, baseUnit, baseQuantity } }) => quantity !== null && quantity > 0 && (baseUnit === null || baseQuantity !== null),
  context: ({ usageId, reported: { quantity, unit } }) => ({ usageId, name: 'quantity', quantity, unit, legal: 'above 0, whole in base units' }),
  fix: () => [{ hint: 'Report a quantity above zero that is whole in byte, second or message.' }],
});

const legalUnits: Readonly<Record<UsageKind, readonly string[]>> = {
  data: ['byte', 'KB', 'MB', 'GB'], voice: ['second', 'min'], sms: ['message'],
};

export const unitMismatch = rule<QuantityFacts>({
  code: 'usage.record.unit_mismatch',
  title: 'The unit does not fit what was used.',
  when: 'the unit is unknown or does not count this kind of use: data in bytes, voice in seconds, sms in messages',
  check: ({ eventType, reported: { baseUnit } }) => eventType !== null && baseUnit === unitOfKind[eventType],
  context: ({ usageId, eventType, reported: { unit } }) => ({ usageId, name: 'unit', unit, eventType, legal: legalUnits[eventType ?? 'data'] }),
  fix: ({ eventType }) => [{ hint: `Use one of ${legalUnits[eventType ?? 'data'].join(', ')}.` }],
});

export const inFuture = rule<RecordFacts>({
  code: 'usage.record.in_future',
  title: 'The use lies in the future.',
  when: 'the event time is more than 5 minutes ahead of the clock',
  check: ({ eventTime, now }) => eventTime.getTime() - now.getTime() <= futureMsMax,
  context: ({ usageId, eventTime, now }) => ({ usageId, state: 'received', eventTime: isoTime(eventTime), now: isoTime(now) }),
  fix: () => [{ hint: 'Correct the event time or the clock of the source.' }],
});

export const tooLate = rule<RecordFacts>({
  code: 'usage.record.too_late',
  title: 'The record came in too late.',
  when: 'the event time lies more than BSS_USAGE_LATE_HOURS before the record came in',
  check: ({ eventTime, receivedAt, lateHours }) => receivedAt.getTime() - eventTime.getTime() <= lateHours * hourMs,
  context: ({ usageId, eventTime, receivedAt, lateHours }) => ({
    usageId, state: 'received', eventTime: isoTime(eventTime), receivedAt: isoTime(receivedAt), limit: lateHours,
  }),
  fix: () => [{ hint: 'Late use is not charged; keep the record for the settlement with the source.' }],
});

/** Verdicts on a record, in the order they are reached (DOMAIN §1 "Wide intake, narrow effect"). */
export const recordRules: readonly Rule<RecordFacts>[] = [specificationUnknown, characteristicMissing, quantityInvalid, unitMismatch, inFuture, tooLate];

/** Quantity and unit alone, for a trial without a record. */
export const quantityRules: readonly Rule<QuantityFacts>[] = [quantityInvalid, unitMismatch];

export const duplicateConflict = rule<{ readonly usageId: string; readonly source: string; readonly rawCdrRef: string; readonly same: boolean }>({
  code: 'usage.record.duplicate_conflict',
  title: 'The source reported other content under this reference before.',
  when: 'a record with the same source and rawCdrRef but other content is stored (I19)',
  status: 409,
  check: ({ same }) => same,
  context: ({ usageId, source, rawCdrRef }) => ({ usageId, source, rawCdrRef }),
  fix: () => [{ hint: 'Give the record a reference of its own, or leave it: the first one counts.' }],
});

export const noLine = rule<{ readonly usageId: string; readonly msisdn: string; readonly eventTime: Date; readonly subscriptionId: string | null }>({
  code: 'usage.guide.no_line',
  title: 'Nobody held the number when it was used.',
  when: 'no line held the number at the event time',
  check: ({ subscriptionId }) => subscriptionId !== null,
  context: ({ usageId, msisdn, eventTime }) => ({ usageId, state: 'received', msisdn, eventTime: isoTime(eventTime) }),
  fix: () => [{ hint: 'Check number and event time at the source; recycle the record when the line is there.' }],
});

export const lineNotActive = rule<{ readonly usageId: string; readonly subscriptionId: string; readonly customerId: string; readonly state: SubscriptionState; readonly quantity: number }>({
  code: 'usage.apply.line_not_active',
  title: 'The line is not active: nothing was drawn from its balance.',
  when: 'the line is blocked or terminated when the use is charged',
  check: ({ state }) => state === 'active',
  context: ({ usageId, subscriptionId, customerId, state, quantity }) => ({ usageId, subscriptionId, customerId, state, unratedExcess: quantity }),
  fix: ({ subscriptionId }) => [
    { hint: 'A blocked line works again after a top-up or its renewal.', tool: 'subscription.get', args: { subscription_id: subscriptionId } },
  ],
});

export const notRejected = rule<{ readonly usageId: string; readonly state: UsageState }>({
  code: 'usage.recycle.not_rejected',
  title: 'Only a rejected record can be recycled.',
  when: 'the record is in another state than rejected',
  check: ({ state }) => state === 'rejected',
  context: ({ usageId, state }) => ({ usageId, state }),
  fix: () => [{ hint: 'Nothing to repair: look at the history of the number.', tool: 'usage.history', args: {} }],
});

export const hasEffects = rule<{ readonly type: string; readonly id: string; readonly references: readonly string[] }>({
  code: 'usage.delete.has_effects',
  title: 'Records or effects hang on it.',
  when: 'a line was found for the record or may still be, or usages name the specification',
  check: ({ references }) => references.length === 0,
  context: ({ type, id, references }) => ({ type, id, references }),
  fix: ({ type }) => [{ hint: type === 'usage' ? 'Keep the record: only one that was rejected before a line was found can go.' : 'Set lifecycleStatus to Retired instead.' }],
});

export const usageMachine = new Machine<'usage', UsageState, UsageTrigger, null>({
  aggregate: 'usage',
  area: 'usage',
  states: usageStates,
  final: ['billed'],
  event: (to) => `usage.${to}`,
  transitions: [
    { from: null, trigger: 'receive', to: 'received' },
    { from: ['received', 'recycled'], trigger: 'guide', to: 'guided' },
    { from: ['guided'], trigger: 'rate', to: 'rated' },
    { from: ['rated'], trigger: 'bill', to: 'billed' },
    { from: ['received', 'recycled', 'guided', 'rated'], trigger: 'reject', to: 'rejected' },
    { from: ['rejected'], trigger: 'recycle', to: 'recycled' },
  ],
});

/** Draws a use from the buckets of an active line; blocks it in the same statement when nothing is left (P3, F6). */
export const applyUsage = action('usage.apply', [lineNotActive]);

/** Keeps that a use could not be drawn: nothing moves, all of it is excess (I20). */
export const refuseUsage = action('usage.refuse');

/** Takes records that wait for their line; their state does not change. */
export const leaseUsage = action('usage.lease');

/** Keeps a claimed record for a later attempt; its state does not change. */
export const postponeUsage = action('usage.postpone');

/** Gives a month of usage its own partition. */
export const partitionUsage = action('usage.partition');

/** Changes what a record says, as far as nothing hangs on it. */
export const changeUsage = action('usage.change');

export const deleteUsage = action('usage.delete', [hasEffects]);

/** Like any reference data, it may have an id of the client's choice. */
export const createSpecification = action('usage_specification.create', [idTaken]);
export const changeSpecification = action('usage_specification.change');
export const deleteSpecification = action('usage_specification.delete', [hasEffects]);
