/** Parked messages as they are read: those still parked from their queue, resolved ones from the ledger. */
import type { Database, Tx } from '#db/database';
import type { Page } from '../resource/page.ts';

export interface Resolution {
  readonly state: 'replayed' | 'discarded';
  readonly at: Date;
  readonly by: string;
  readonly reason: string | null;
}

export interface MessageRow {
  /** Row of the queue; 0 once it has left it. */
  readonly queueId: number;
  readonly consumer: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly attempts: number;
  readonly error: string;
  /** Later events of the aggregate that wait behind it. */
  readonly heldBack: number;
  readonly traceId: string | null;
  readonly occurredAt: Date;
  readonly parkedAt: Date;
  readonly resolution: Resolution | null;
}

export interface MessageFilter {
  readonly consumers: readonly string[];
  readonly aggregateId: string | undefined;
  readonly eventType: string | undefined;
}

interface Found {
  readonly rows: readonly MessageRow[];
  readonly total: number;
}

const parkedColumns = `m.id AS queue_id, m.queue AS consumer, m.event_id, m.event_type, m.aggregate_type, m.aggregate_id, m.attempts,
  coalesce(m.last_error, '') AS error, d.trace_id, d.occurred_at, m.parked_at,
  (SELECT count(*) FROM integrations.queue_message l WHERE l.queue = m.queue AND l.aggregate_type = m.aggregate_type
     AND l.aggregate_id = m.aggregate_id AND l.aggregate_seq > m.aggregate_seq) AS held_back`;
const parkedTables = 'integrations.queue_message m JOIN audit.domain_event d ON d.event_id = m.event_id AND d.occurred_at = m.occurred_at';

/** The parked message of an event in a queue, locked; null when none is parked. */
export const findMessage = (tx: Tx, consumer: string, eventId: string): Promise<MessageRow | null> =>
  tx.one<MessageRow>(
    `SELECT ${parkedColumns} FROM ${parkedTables} WHERE m.queue = $1 AND m.event_id = $2 AND m.state = 'parked' FOR UPDATE OF m`, [consumer, eventId]);

/** The newest event about a message; null for one that was never parked. */
export async function lastEventType(tx: Tx, messageId: string): Promise<string | null> {
  const row = await tx.one<{ eventType: string }>(
    `SELECT event_type FROM audit.domain_event WHERE aggregate_type = 'platform' AND aggregate_id = $1 ORDER BY aggregate_seq DESC LIMIT 1`, [messageId]);
  return row?.eventType ?? null;
}

export async function listParked(database: Database, filter: MessageFilter, page: Page): Promise<Found> {
  const where = `m.state = 'parked' AND m.queue = ANY($1) AND ($2::text IS NULL OR m.aggregate_id = $2) AND ($3::text IS NULL OR m.event_type = $3)`;
  const values = [filter.consumers, filter.aggregateId ?? null, filter.eventType ?? null];
  const counted = await database.one<{ total: number }>(`SELECT count(*) AS total FROM integrations.queue_message m WHERE ${where}`, values);
  const rows = await database.read<MessageRow>(
    `SELECT ${parkedColumns} FROM ${parkedTables} WHERE ${where} ORDER BY m.position, m.queue LIMIT $4 OFFSET $5`, [...values, page.limit, page.offset]);
  return { rows, total: counted?.total ?? 0 };
}

interface ResolvedRow {
  readonly payload: Omit<MessageRow, 'parkedAt'> & { readonly parkedAt: string; readonly reason: string | null };
  readonly resolvedAt: Date;
  readonly resolvedBy: string;
  readonly traceId: string | null;
  readonly occurredAt: Date;
}

/** Messages whose newest event tells that they were replayed, or discarded. */
export async function listResolved(database: Database, state: 'replayed' | 'discarded', filter: MessageFilter, page: Page): Promise<Found> {
  const from = `audit.domain_event r JOIN audit.domain_event d ON d.event_id = (r.payload->>'eventId')::uuid
    WHERE r.aggregate_type = 'platform' AND r.event_type = $1 AND r.payload->>'consumer' = ANY($2)
      AND ($3::text IS NULL OR r.payload->>'aggregateId' = $3) AND ($4::text IS NULL OR r.payload->>'eventType' = $4)
      AND NOT EXISTS (SELECT 1 FROM audit.domain_event l WHERE l.aggregate_type = 'platform' AND l.aggregate_id = r.aggregate_id
        AND l.aggregate_seq > r.aggregate_seq)`;
  const values = [`message.${state}`, filter.consumers, filter.aggregateId ?? null, filter.eventType ?? null];
  const counted = await database.one<{ total: number }>(`SELECT count(*) AS total FROM ${from}`, values);
  const rows = await database.read<ResolvedRow>(
    `SELECT r.payload, r.occurred_at AS resolved_at, r.actor AS resolved_by, d.trace_id, d.occurred_at FROM ${from}
     ORDER BY r.position LIMIT $5 OFFSET $6`, [...values, page.limit, page.offset]);
  return { rows: rows.map((row) => resolvedMessage(row, state)), total: counted?.total ?? 0 };
}

function resolvedMessage({ payload, resolvedAt, resolvedBy, traceId, occurredAt }: ResolvedRow, state: Resolution['state']): MessageRow {
  return {
    ...payload, queueId: 0, heldBack: 0, traceId, occurredAt, parkedAt: new Date(payload.parkedAt),
    resolution: { state, at: resolvedAt, by: resolvedBy, reason: payload.reason },
  };
}
