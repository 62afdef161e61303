import type { Tx } from '#db/database';
import { recordRules, duplicateConflict, usageMachine } from '#policy/usage';
import { enforce, violations } from '#policy/rule';
import { isoTime } from '#runtime/clock';
import { requireContext } from '#runtime/context';
import { originOf } from '#runtime/origin';
import { recordMove } from '../transition.ts';
import { accept, split } from '../resource/document.ts';
import type { Document } from '../resource/resource.ts';
import { findResource, nextId } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { contentHash, readingColumns, readingOf, recordFacts, recordKeyOf, specificationIdOf, type RecordKey } from './reading.ts';
import { rejectUsage } from './rejection.ts';
import { findSpecification } from './specification.ts';
import { insertUsage } from './store.ts';
import { usageEvent, usages, type UsageRow } from './usage.ts';

export interface Recorded {
  readonly row: UsageRow;
  /** False for a record that was there already. */
  readonly isNew: boolean;
}

/** Stands where a record names no specification, which every usage has (TMF.md §3). */
const noSpecification = { id: 'UNSPECIFIED', name: 'None was named' };

/**
 * Records a usage as it was reported, once per source and reference (DOMAIN §5 F5.1, I19). One that a
 * rule forbids to charge is recorded too, and rejected at once (DOMAIN §1 "Wide intake").
 * @throws {PolicyViolation} usage.record.duplicate_conflict, 409
 */
export async function recordUsage(service: Service, body: unknown, onReceived: () => void): Promise<Recorded> {
  const posted = accept(usages, body);
  const now = service.clock.now();
  const attributes = { usageSpecification: noSpecification, ...posted, usageDate: posted['usageDate'] ?? isoTime(now) };
  const key = recordKeyOf(attributes, requireContext().serviceIdentity);
  const hash = contentHash(posted);
  return service.db.tx(async (tx) => {
    const earlier = await recordedBefore(tx, key, hash);
    if (earlier) return earlier;
    const row = await receive(tx, service, attributes, key, hash);
    if (row === null) return takenMeanwhile(tx, key, hash);
    if (row.status === 'received') tx.afterCommit(onReceived);
    return { row, isNew: true };
  });
}

async function recordedBefore(tx: Tx, { source, rawCdrRef }: RecordKey, hash: string): Promise<Recorded | null> {
  if (source === null || rawCdrRef === null) return null;
  const known = await tx.one<{ usageId: string; contentHash: string }>(
    'SELECT usage_id, content_hash FROM mediation.usage_key WHERE source = $1 AND raw_cdr_ref = $2', [source, rawCdrRef]);
  if (!known) return null;
  enforce([duplicateConflict], { usageId: known.usageId, source, rawCdrRef, same: known.contentHash === hash });
  const row = await findResource(tx, usages, known.usageId);
  return row && { row, isNew: false };
}

/** The record of the call that took the key while this one waited for it. */
async function takenMeanwhile(tx: Tx, key: RecordKey, hash: string): Promise<Recorded> {
  const earlier = await recordedBefore(tx, key, hash);
  if (!earlier) throw new Error(`the usage ${key.source} ${key.rawCdrRef} was taken and is gone`);
  return earlier;
}

async function receive(tx: Tx, service: Service, attributes: Document, key: RecordKey, hash: string): Promise<UsageRow | null> {
  const at = service.clock.now();
  const specificationId = specificationIdOf(attributes);
  const specification = await findSpecification(tx, specificationId);
  const reading = readingOf(attributes, specification, service.config);
  const id = await nextId(tx, usages);
  const move = usageMachine.move(tx, null, 'receive', null, { usageId: id });
  const { columns, document } = split(usages, attributes);
  const usageDate = new Date(String(attributes['usageDate']));
  const row = await insertUsage(tx, move, {
    ...key, id, usageDate, contentHash: hash, document,
    columns: { ...columns, ...readingColumns(reading), specificationId: specification?.id ?? null, ...originOf(), nextRunMs: service.clock.tick() },
  }, at);
  if (!row) return null;
  recordMove(tx, move, id, { ...usageEvent(row), specificationId });
  const facts = recordFacts(service, { usageId: id, specificationId, specification, reading, eventTime: usageDate, receivedAt: at });
  const [refusal] = violations(recordRules, facts);
  return refusal ? rejectUsage(tx, row, refusal, at) : row;
}
