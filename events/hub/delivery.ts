/** Deliveries to hub subscribers as a queue: rendered once, sent in the order of their aggregate, tried again. */
import type { Database, Tx } from '#db/database';
import { bookkeeping } from '#db/transaction';

/** A notification that has no body yet. */
export interface Unrendered {
  readonly id: number;
  readonly api: string;
  readonly query: string | null;
  readonly eventId: string;
  readonly eventType: string;
  readonly eventName: string;
  readonly resource: string;
  readonly aggregateId: string;
  readonly occurredAt: Date;
  readonly traceId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Oldest first; each is left alone until its turn when its rendering has failed. */
export const unrendered = (database: Database, apis: readonly string[], nowMs: number, most: number): Promise<Unrendered[]> =>
  database.read<Unrendered>(
    `SELECT n.id, n.api, h.query, n.event_id, n.event_type, n.event_name, n.resource, n.aggregate_id, n.occurred_at, d.trace_id, d.payload
     FROM integrations.hub_delivery n JOIN integrations.hub h ON h.id = n.hub_id
     JOIN audit.domain_event d ON d.event_id = n.event_id AND d.occurred_at = n.occurred_at
     WHERE n.api = ANY($1::text[]) AND n.state = 'new' AND n.next_run_ms <= $2 ORDER BY n.position, n.id LIMIT $3`, [apis, nowMs, most]);

/** Gives a delivery its body; with null it was not asked for and leaves. */
export async function rendered(database: Database, id: number, body: string | null): Promise<void> {
  if (body === null) await database[bookkeeping]("DELETE FROM integrations.hub_delivery WHERE id = $1 AND state = 'new'", [id]);
  else await database[bookkeeping]("UPDATE integrations.hub_delivery SET body = $2, state = 'waiting', next_run_ms = 0 WHERE id = $1 AND state = 'new'", [id, body]);
}

export const renderLater = (database: Database, id: number, nextRunMs: number, error: string): Promise<unknown[]> =>
  database[bookkeeping]('UPDATE integrations.hub_delivery SET next_run_ms = $2, last_error = $3 WHERE id = $1', [id, nextRunMs, error]);

/** A delivery on its way. */
export interface Due {
  readonly id: number;
  readonly hubId: string;
  readonly callback: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly body: string;
  readonly attempts: number;
  readonly sinceMs: number;
}

export interface Claim {
  readonly apis: readonly string[];
  /** How much is on its way to each subscriber. */
  readonly busy: Readonly<Record<string, number>>;
  readonly nowMs: number;
  readonly leaseUntilMs: number;
  readonly most: number;
  /** To one subscriber at once. */
  readonly perHub: number;
}

/** Oldest deliveries of a subscriber that are looked at: one that is down for long costs no more than that. */
const windowMax = 500;

/** Leases what is due: per subscriber and aggregate the first only, which keeps their order. */
export const claimDue = (database: Database, { apis, busy, nowMs, leaseUntilMs, most, perHub }: Claim): Promise<Due[]> =>
  database[bookkeeping]<Due>(
    `WITH candidate AS (
       SELECT n.id, n.position FROM integrations.hub h CROSS JOIN LATERAL (
         SELECT w.id, w.position FROM (
           SELECT d.id, d.position, d.hub_id, d.aggregate_type, d.aggregate_id, d.aggregate_seq, d.next_run_ms, d.lease_until_ms
           FROM integrations.hub_delivery d WHERE d.hub_id = h.id AND d.state = 'waiting' ORDER BY d.position, d.id LIMIT ${windowMax}) w
         WHERE w.next_run_ms <= $3 AND coalesce(w.lease_until_ms, 0) <= $3
           AND NOT EXISTS (SELECT 1 FROM integrations.hub_delivery e WHERE e.hub_id = w.hub_id AND e.aggregate_type = w.aggregate_type
             AND e.aggregate_id = w.aggregate_id AND (e.aggregate_seq, e.id) < (w.aggregate_seq, w.id) AND e.state IN ('new', 'waiting'))
         ORDER BY w.position, w.id LIMIT greatest(0, $6 - coalesce(($2::jsonb->>h.id)::integer, 0))) n
       WHERE h.api = ANY($1::text[]) ORDER BY n.position LIMIT $5),
     first AS (
       SELECT n.id FROM integrations.hub_delivery n
       WHERE n.id IN (SELECT id FROM candidate)
         AND n.state = 'waiting' AND coalesce(n.lease_until_ms, 0) <= $3
       FOR UPDATE SKIP LOCKED)
     UPDATE integrations.hub_delivery n SET lease_until_ms = $4 FROM first, integrations.hub h WHERE n.id = first.id AND h.id = n.hub_id
     RETURNING n.id, n.hub_id, h.callback, n.event_id, n.event_name, n.body, n.attempts, n.since_ms`,
    [apis, JSON.stringify(busy), nowMs, leaseUntilMs, most, perHub]);

/** It has arrived: the subscriber works. */
export const delivered = (database: Database, { id, hubId }: Due, status: number, atMs: number): Promise<unknown[]> =>
  database[bookkeeping](
    `WITH hub AS (UPDATE integrations.hub SET state = 'active' WHERE id = $4 AND state = 'failing')
     UPDATE integrations.hub_delivery SET state = 'delivered', attempts = attempts + 1, last_status = $2, last_error = NULL, lease_until_ms = NULL, ended_ms = $3
     WHERE id = $1`, [id, status, atMs, hubId]);

export interface Failure {
  readonly status: number | null;
  readonly error: string;
}

export const tryLater = (database: Database, { id }: Due, { status, error }: Failure, nextRunMs: number): Promise<unknown[]> =>
  database[bookkeeping](
    `UPDATE integrations.hub_delivery SET attempts = attempts + 1, last_status = $2, last_error = $3, next_run_ms = $4, lease_until_ms = NULL WHERE id = $1`,
    [id, status, error, nextRunMs]);

/** Sets a delivery aside and marks its subscriber failing. @returns whether it still was there */
export async function park(tx: Tx, { id, hubId }: Due, { status, error }: Failure, atMs: number): Promise<boolean> {
  await tx[bookkeeping]("UPDATE integrations.hub SET state = 'failing' WHERE id = $1", [hubId]);
  const rows = await tx[bookkeeping](
    `UPDATE integrations.hub_delivery SET state = 'parked', attempts = attempts + 1, last_status = $2, last_error = $3, ended_ms = $4, lease_until_ms = NULL
     WHERE id = $1 RETURNING id`, [id, status, error, atMs]);
  return rows.length > 0;
}

/** Deletes deliveries that arrived, and remains that were kept, before a moment. */
export async function purge(database: Database, apis: readonly string[], beforeMs: number): Promise<void> {
  await database[bookkeeping](
    `DELETE FROM integrations.hub_delivery WHERE id IN (SELECT id FROM integrations.hub_delivery
       WHERE state = 'delivered' AND ended_ms < $1 AND api = ANY($2::text[]) ORDER BY ended_ms LIMIT 10000)`, [beforeMs, apis]);
  await database[bookkeeping]('DELETE FROM integrations.hub_remains WHERE kept_ms < $1', [beforeMs]);
}
