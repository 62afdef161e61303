/** What a posted usage says, wherever in the document it says it (DOMAIN §3 "Usage specifications"). */
import { reported, usageKinds, type RecordFacts, type Reported, type UsageKind } from '#policy/usage';
import { sha256 } from '#runtime/ids';
import { nationalNumber, type NumberingPlan } from '#runtime/numbering';
import { isObject, listOf } from '../resource/json.ts';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import type { Specification } from './specification.ts';

/** A record as charging understands it; null where it cannot be read. */
export interface Reading {
  readonly msisdn: string | null;
  readonly eventType: UsageKind | null;
  readonly reported: Reported;
  readonly roaming: boolean;
}

/** Who reported a record under which reference (I19). */
export interface RecordKey {
  readonly source: string | null;
  readonly rawCdrRef: string | null;
}

const sourceMax = 64;
const referenceMax = 256;

export function readingOf(attributes: Document, specification: Specification | null, plan: NumberingPlan): Reading {
  const of = characteristics(attributes);
  const kind = specification?.eventType ?? textOf(of.get('eventType')) ?? textOf(attributes['usageType']);
  return {
    msisdn: nationalNumber(textOf(of.get('msisdn')) ?? '', plan),
    eventType: usageKinds.find((one) => one === kind) ?? null,
    reported: reported(numberOf(of.get('quantity')), textOf(of.get('unit'))),
    roaming: textOf(of.get('roaming')) === 'true',
  };
}

/** A source that does not name itself is the caller. */
export function recordKeyOf(attributes: Document, caller: string): RecordKey {
  const of = characteristics(attributes);
  const rawCdrRef = textOf(of.get('rawCdrRef'));
  const source = textOf(of.get('source')) ?? caller;
  return { source: bounded(source, sourceMax), rawCdrRef: rawCdrRef === null ? null : bounded(rawCdrRef, referenceMax) };
}

/** Id of the usage specification a record names. */
export function specificationIdOf({ usageSpecification }: Document): string | null {
  return isObject(usageSpecification) ? textOf(usageSpecification['id']) : null;
}

/** Columns of a reading, in base units. */
export const readingColumns = ({ msisdn, eventType, roaming, reported: { baseQuantity, baseUnit } }: Reading) =>
  ({ msisdn, eventType, roaming, quantity: baseQuantity, unit: baseUnit });

interface Judged {
  readonly usageId: string;
  readonly specificationId: string | null;
  readonly specification: Specification | null;
  readonly reading: Reading;
  readonly eventTime: Date;
  readonly receivedAt: Date;
}

/** What the verdict on a record is reached by. */
export const recordFacts = (service: Service, { specification, reading, ...more }: Judged): RecordFacts => ({
  ...more, specificationKnown: specification !== null, msisdn: reading.msisdn, eventType: reading.eventType, reported: reading.reported,
  now: service.clock.now(), lateHours: service.config.usageLateHours,
});

/** First value of each characteristic by its name. */
function characteristics({ usageCharacteristic }: Document): Map<string, unknown> {
  const all = listOf(usageCharacteristic);
  return new Map(all.toReversed().map(({ name, value }) => [String(name), value]));
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function numberOf(value: unknown): number | null {
  const number = Number(textOf(value) ?? Number.NaN);
  return typeof value !== 'boolean' && Number.isFinite(number) ? number : null;
}

/** What is too long for a key is told apart by its digest. */
const bounded = (text: string, max: number): string => (text.length <= max ? text : sha256(text));

/** Digest of what was reported: the same reference with other content is a conflict, in whatever order it is written. */
export const contentHash = (body: Document): string => sha256(JSON.stringify(ordered(body)));

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, ordered(member)]);
}
