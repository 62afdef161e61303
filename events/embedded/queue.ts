import type { Tx } from '#db/database';
import { bookkeeping } from '#db/transaction';
import type { OutboxEvent } from '../bus.ts';
import { eventColumns, eventOf, type EventRow } from '../outbox.ts';

export interface QueuedEvent extends OutboxEvent {
  readonly messageId: number;
  readonly queue: string;
  readonly attempts: number;
}

/** Puts events into queues; a message that is there already stays as it is. */
export async function enqueue(tx: Tx, messages: readonly { queue: string; event: OutboxEvent }[]): Promise<void> {
  if (messages.length === 0) return;
  const columnOf = (pick: (event: OutboxEvent) => unknown): unknown[] => messages.map(({ event }) => pick(event));
  await tx[bookkeeping](
    `INSERT INTO integrations.queue_message (queue, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::bigint[])
     ON CONFLICT (queue, event_id) DO NOTHING`,
    [messages.map(({ queue }) => queue), columnOf((e) => e.position), columnOf((e) => e.eventId), columnOf((e) => e.occurredAt),
      columnOf((e) => e.eventType), columnOf((e) => e.aggregateType), columnOf((e) => e.aggregateId), columnOf((e) => e.aggregateSeq)]);
}

/**
 * Leases the messages of a queue that are due, at most one per aggregate: the one no earlier message
 * of the same aggregate stands before, whatever its state (a parked one holds the rest back).
 */
export async function claimMessages(tx: Tx, queue: string, nowMs: number, leaseUntilMs: number, most: number): Promise<QueuedEvent[]> {
  const rows = await tx[bookkeeping]<EventRow & { messageId: number; queue: string; attempts: number }>(
    `WITH due AS (
       SELECT m.id FROM integrations.queue_message m
       WHERE m.queue = $1 AND m.state = 'waiting' AND m.next_run_ms <= $2 AND coalesce(m.lease_until_ms, 0) <= $2
         AND NOT EXISTS (SELECT 1 FROM integrations.queue_message e WHERE e.queue = m.queue AND e.aggregate_type = m.aggregate_type
           AND e.aggregate_id = m.aggregate_id AND e.aggregate_seq < m.aggregate_seq)
       ORDER BY m.position LIMIT $4 FOR UPDATE SKIP LOCKED),
     leased AS (
       UPDATE integrations.queue_message m SET lease_until_ms = $3 FROM due WHERE m.id = due.id
       RETURNING m.id AS message_id, m.queue, m.attempts, m.event_id, m.occurred_at)
     SELECT l.message_id, l.queue, l.attempts, ${eventColumns} FROM leased l
     JOIN audit.domain_event d ON d.event_id = l.event_id AND d.occurred_at = l.occurred_at ORDER BY d.position`,
    [queue, nowMs, leaseUntilMs, most]);
  return rows.map((row) => ({ ...eventOf(row), messageId: row.messageId, queue: row.queue, attempts: row.attempts }));
}

export const acknowledge = (tx: Tx, ids: readonly number[]): Promise<unknown[]> =>
  tx[bookkeeping]('DELETE FROM integrations.queue_message WHERE id = ANY($1::bigint[])', [ids]);

export const postpone = (tx: Tx, id: number, attempts: number, nextRunMs: number, error: string): Promise<unknown[]> =>
  tx[bookkeeping](
    'UPDATE integrations.queue_message SET attempts = $2, next_run_ms = $3, last_error = $4, lease_until_ms = NULL WHERE id = $1',
    [id, attempts, nextRunMs, error.slice(0, 2000)]);

export const parkMessage = (tx: Tx, id: number, attempts: number, at: Date, error: string): Promise<unknown[]> =>
  tx[bookkeeping](
    `UPDATE integrations.queue_message SET state = 'parked', attempts = $2, parked_at = $3, last_error = $4, lease_until_ms = NULL WHERE id = $1`,
    [id, attempts, at, error.slice(0, 2000)]);
