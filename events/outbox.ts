import type { Tx } from '#db/database';
import { bookkeeping } from '#db/transaction';
import type { OutboxEvent } from './bus.ts';

/** Columns of the ledger that make a DomainEvent. */
export const eventColumns = `d.position, d.event_id, d.event_type, d.aggregate_type, d.aggregate_id, d.aggregate_seq, d.occurred_at,
  d.actor, d.channel, d.service_identity, d.trace_id, d.span_id, d.payload`;

export interface EventRow extends Omit<OutboxEvent, 'occurredAt' | 'spanId'> {
  readonly occurredAt: Date;
  readonly spanId: string | null;
}

export const eventOf = (row: EventRow): OutboxEvent => ({ ...row, occurredAt: row.occurredAt.toISOString(), spanId: row.spanId ?? '0'.repeat(16) });

/** One relay at a time publishes, so that two batches cannot overtake each other. */
const relayLock = 7_622_001;

/**
 * Claims up to `most` unpublished events in the order of the ledger, until the transaction ends; none
 * while another relay is at it. Claiming, not "everything after the last position": a transaction
 * with a lower position may commit later.
 */
export async function claimOutbox(tx: Tx, most: number): Promise<OutboxEvent[]> {
  const rows = await tx.read<EventRow>(
    `WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($2) AS mine)
     SELECT ${eventColumns} FROM (SELECT event_id, occurred_at FROM audit.event_delivery
       WHERE published_ms IS NULL AND (SELECT mine FROM turn) ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED) o
     JOIN audit.domain_event d ON d.event_id = o.event_id AND d.occurred_at = o.occurred_at ORDER BY d.position`, [most, relayLock]);
  return rows.map(eventOf);
}

export const markPublished = (tx: Tx, events: readonly OutboxEvent[], atMs: number): Promise<unknown[]> =>
  tx[bookkeeping]('UPDATE audit.event_delivery SET published_ms = $2 WHERE position = ANY($1::bigint[])', [events.map((one) => one.position), atMs]);

/** Deletes outbox rows that were published before an instant; at most 10 000 at a time. */
export const purgePublished = (tx: Tx, beforeMs: number): Promise<unknown[]> =>
  tx[bookkeeping](
    `DELETE FROM audit.event_delivery WHERE position IN
       (SELECT position FROM audit.event_delivery WHERE published_ms < $1 ORDER BY position LIMIT 10000)`, [beforeMs]);
