import type { Database, Tx } from '#db/database';
import { bookkeeping } from '#db/transaction';
import type { OutboxEvent } from '../bus.ts';
import { eventColumns, eventOf, type EventRow } from '../outbox.ts';

/** A leased message and the incarnation of the database server it was leased from. */
export interface Held {
  readonly messageId: number;
  readonly incarnation: string;
}

export interface QueuedEvent extends OutboxEvent, Held {
  readonly queue: string;
  readonly attempts: number;
}

/** Keeps what a queue listens to, from now on exactly these types. */
export async function bindQueue(tx: Tx, queue: string, types: readonly string[]): Promise<void> {
  await tx[bookkeeping]('DELETE FROM integrations.queue_binding WHERE queue = $1 AND event_type <> ALL($2::text[])', [queue, types]);
  await tx[bookkeeping]('INSERT INTO integrations.queue_binding (queue, event_type) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING', [queue, types]);
}

/** Puts events into the queues bound to their types; a message that is there already stays as it is. */
export async function enqueue(tx: Tx, events: readonly OutboxEvent[]): Promise<void> {
  const columnOf = (pick: (event: OutboxEvent) => unknown): unknown[] => events.map(pick);
  await tx[bookkeeping](
    `INSERT INTO integrations.queue_message (queue, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq)
     SELECT b.queue, e.* FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::bigint[])
       AS e (position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq)
     JOIN integrations.queue_binding b ON b.event_type = e.event_type
     ON CONFLICT (queue, event_id) DO NOTHING`,
    [columnOf((e) => e.position), columnOf((e) => e.eventId), columnOf((e) => e.occurredAt),
      columnOf((e) => e.eventType), columnOf((e) => e.aggregateType), columnOf((e) => e.aggregateId), columnOf((e) => e.aggregateSeq)]);
}

export interface Turn {
  /** Messages whose effect is committed: they leave their queues, unless the server has crashed since. */
  readonly done: readonly Held[];
  /** Messages that were leased and not come to: they are given back. */
  readonly unused: readonly number[];
  /** Queues to look into. */
  readonly queues: readonly string[];
  readonly nowMs: number;
  readonly leaseUntilMs: number;
  /** Aggregates to take messages of. */
  readonly most: number;
}

const messagesMax = 200;
const confirmed = 'ARRAY(SELECT id FROM done WHERE is_kept)';

/**
 * Confirms messages, gives unused ones back and leases those that are due, in one statement. Of an
 * aggregate the first message of a queue is locked and those behind it come along: whoever holds the
 * first one holds the order. One that is put off or parked holds back all behind it.
 *
 * Effects do not wait for the disk. A crash of the server may have lost one whose message we, who live on, take for done: what was leased
 * from an earlier incarnation is not confirmed but given back, and its inbox tells whether the effect is there.
 */
export async function takeTurn(database: Database, { done, unused, queues, nowMs, leaseUntilMs, most }: Turn): Promise<QueuedEvent[]> {
  const rows = await database[bookkeeping]<EventRow & Held & { queue: string; attempts: number }>(
    `WITH present AS MATERIALIZED (SELECT integrations.incarnation() AS id),
     done AS MATERIALIZED (SELECT d.id, d.incarnation = present.id AS is_kept FROM unnest($1::bigint[], $7::uuid[]) AS d (id, incarnation), present),
     confirmed AS (DELETE FROM integrations.queue_message WHERE id = ANY(${confirmed})),
     given_back AS (UPDATE integrations.queue_message SET lease_until_ms = NULL WHERE id = ANY($6::bigint[] || ARRAY(SELECT id FROM done WHERE NOT is_kept))),
     first AS (
       SELECT m.id, m.queue, m.aggregate_type, m.aggregate_id, m.aggregate_seq FROM integrations.queue_message m
       WHERE m.queue = ANY($2::text[]) AND m.state = 'waiting' AND m.next_run_ms <= $3 AND coalesce(m.lease_until_ms, 0) <= $3 AND m.id <> ALL(${confirmed})
         AND NOT EXISTS (SELECT 1 FROM integrations.queue_message e WHERE e.queue = m.queue AND e.aggregate_type = m.aggregate_type
           AND e.aggregate_id = m.aggregate_id AND e.aggregate_seq < m.aggregate_seq AND e.id <> ALL(${confirmed}))
       ORDER BY m.position LIMIT $5 FOR UPDATE SKIP LOCKED),
     due AS (
       SELECT id FROM first UNION ALL
       (SELECT m.id FROM first f JOIN integrations.queue_message m ON m.queue = f.queue AND m.aggregate_type = f.aggregate_type
          AND m.aggregate_id = f.aggregate_id AND m.aggregate_seq > f.aggregate_seq
        WHERE m.state = 'waiting' AND m.next_run_ms <= $3 AND m.id <> ALL(${confirmed})
          AND NOT EXISTS (SELECT 1 FROM integrations.queue_message e WHERE e.queue = m.queue AND e.aggregate_type = m.aggregate_type
            AND e.aggregate_id = m.aggregate_id AND e.aggregate_seq < m.aggregate_seq AND (e.state <> 'waiting' OR e.next_run_ms > $3))
        ORDER BY m.position LIMIT ${messagesMax})),
     leased AS (
       UPDATE integrations.queue_message m SET lease_until_ms = $4 FROM due WHERE m.id = due.id
       RETURNING m.id AS message_id, m.queue, m.attempts, m.event_id, m.occurred_at)
     SELECT l.message_id, l.queue, l.attempts, present.id AS incarnation, ${eventColumns} FROM present, leased l
     JOIN audit.domain_event d ON d.event_id = l.event_id AND d.occurred_at = l.occurred_at ORDER BY d.position`,
    [done.map(({ messageId }) => messageId), queues, nowMs, leaseUntilMs, most, unused, done.map(({ incarnation }) => incarnation)]);
  return rows.map((row) => ({ ...eventOf(row), messageId: row.messageId, incarnation: row.incarnation, queue: row.queue, attempts: row.attempts }));
}

export const postpone = (tx: Tx, id: number, attempts: number, nextRunMs: number, error: string): Promise<unknown[]> =>
  tx[bookkeeping](
    'UPDATE integrations.queue_message SET attempts = $2, next_run_ms = $3, last_error = $4, lease_until_ms = NULL WHERE id = $1',
    [id, attempts, nextRunMs, error.slice(0, 2000)]);

export const parkMessage = (tx: Tx, id: number, attempts: number, at: Date, error: string): Promise<unknown[]> =>
  tx[bookkeeping](
    `UPDATE integrations.queue_message SET state = 'parked', attempts = $2, parked_at = $3, last_error = $4, lease_until_ms = NULL WHERE id = $1`,
    [id, attempts, at, error.slice(0, 2000)]);
