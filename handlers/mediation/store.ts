import { json, type RowValues, type Tx } from '#db/database';
import type { Move } from '#policy/machine';
import { leaseUsage, type UsageState } from '#policy/usage';
import type { Permit } from '#runtime/permit';
import type { Document, ResourceValues } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';
import type { RecordKey } from './reading.ts';
import type { UsageRow } from './usage.ts';

type UsageMove<Action extends string> = Move<Action, UsageState>;

export interface NewUsage extends RecordKey, ResourceValues {
  readonly id: string;
  readonly usageDate: Date;
  readonly contentHash: string;
  readonly columns: RowValues;
  readonly document: Document;
}

/**
 * Inserts a record under its key (I19).
 * @returns null when another call has recorded the key just now
 */
export async function insertUsage(tx: Tx, move: UsageMove<'usage.receive'>, usage: NewUsage, at: Date): Promise<UsageRow | null> {
  const { id, source, rawCdrRef, usageDate, contentHash, columns, document } = usage;
  const writer = tx.writer(move.permit);
  if (rawCdrRef !== null) {
    const taken = await writer.sql(
      `INSERT INTO mediation.usage_key (source, raw_cdr_ref, usage_id, usage_date, content_hash) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING usage_id`, [source, rawCdrRef, id, usageDate, contentHash]);
    if (taken.length === 0) return null;
  }
  const row = await writer.insert<UsageRow>('mediation.usage', {
    ...columns, id, source, rawCdrRef, usageDate, status: move.to, document: json(document), recycleCount: 0, attempts: 0, createdAt: at, updatedAt: at,
  });
  await keepHistory(writer, 'mediation.usage', { usageId: id }, move, at);
  return row;
}

/** What a transition may change besides the state. */
export interface UsageValues extends Partial<Pick<UsageRow, 'msisdn' | 'eventType' | 'quantity' | 'unit' | 'roaming' | 'specificationId' | 'subscriptionId' | 'customerId' | 'offeringId'
  | 'allowance' | 'consumed' | 'unratedExcess' | 'recycleCount' | 'attempts' | 'nextRunMs' | 'actor' | 'channel' | 'traceparent'>> {
  readonly policyViolation?: Document | null;
  readonly document?: Document;
}

/** Stores a transition of a locked record; what it was leased for is done. */
export async function moveUsage(tx: Tx, move: UsageMove<string>, row: UsageRow, values: UsageValues, at: Date, reason: string | null = null): Promise<UsageRow> {
  const writer = tx.writer(move.permit);
  const { document, ...columns } = values;
  const [stored] = await writer.update<UsageRow>('mediation.usage', { id: row.id, usageDate: row.usageDate }, {
    ...columns, ...(document ? { document: json(document) } : {}), status: move.to, leaseUntilMs: null, rev: row.rev + 1, updatedAt: at,
  });
  await keepHistory(writer, 'mediation.usage', { usageId: row.id }, move, at, reason);
  return stored!; // the row is locked by the caller
}

/** Changes what a locked record says. */
export async function updateUsage(tx: Tx, permit: Permit<'usage.change'>, row: UsageRow, { columns, document }: ResourceValues, at: Date): Promise<UsageRow> {
  const [stored] = await tx.writer(permit).update<UsageRow>('mediation.usage', { id: row.id, usageDate: row.usageDate },
    { ...columns, document: json(document), rev: row.rev + 1, updatedAt: at });
  return stored!; // the row is locked by the caller
}

/** Removes a record and its key: its source may report it again. */
export async function removeUsage(tx: Tx, permit: Permit<'usage.delete'>, { id, usageDate }: UsageRow): Promise<void> {
  const writer = tx.writer(permit);
  await writer.remove('mediation.usage', { id, usageDate });
  await writer.remove('mediation.usage_key', { usageId: id });
}

/** Leases at most `most` records that wait for their line, oldest first. */
export const claimUsages = (tx: Tx, tick: number, leaseMs: number, most: number): Promise<UsageRow[]> =>
  tx.writer(leaseUsage.permit(tx)).sql<UsageRow>(
    `UPDATE mediation.usage u SET lease_until_ms = $1 + $2::bigint
     FROM (SELECT id, usage_date FROM mediation.usage
       WHERE status IN ('received', 'recycled') AND next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms, id LIMIT $3 FOR UPDATE SKIP LOCKED) due
     WHERE u.id = due.id AND u.usage_date = due.usage_date RETURNING u.*`, [tick, leaseMs, most]);

/** Gives the lease back; the next attempt is due at `nextRunMs` of machine time. */
export async function postponeClaimed(tx: Tx, permit: Permit<'usage.postpone'>, { id, usageDate, recycleCount }: UsageRow, nextRunMs: number): Promise<void> {
  await tx.writer(permit).sql(
    `UPDATE mediation.usage SET lease_until_ms = NULL, next_run_ms = $4, attempts = attempts + 1
     WHERE id = $1 AND usage_date = $2 AND recycle_count = $3 AND status IN ('received', 'recycled')`, [id, usageDate, recycleCount, nextRunMs]);
}

/** Gives the month of a time (UTC) a partition of its own, unless it has one or its usage lies in the default one. */
export async function addMonth(tx: Tx, permit: Permit<'usage.partition'>, at: Date): Promise<void> {
  await tx.writer(permit).sql('SELECT mediation.add_month($1)', [at]);
}
