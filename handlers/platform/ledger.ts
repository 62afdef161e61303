/** Reading the ledger (DOMAIN §7). */
import type { Database } from '#db/database';
import type { components } from '#generated/types/audit';
import { BadRequest } from '#runtime/errors';
import type { Page } from '../resource/page.ts';

export interface EventFilter {
  readonly eventId: string | undefined;
  readonly aggregateType: string | undefined;
  readonly aggregateId: string | undefined;
  /** `order.completed`, or all of an area as `order.*`. */
  readonly eventType: string | undefined;
  /** Business time. */
  readonly since: Date | undefined;
  /** Only events behind this place in the ledger. */
  readonly afterPosition: number | undefined;
  readonly traceId: string | undefined;
}

export interface LedgerRow extends Omit<components['schemas']['Event'], 'id' | 'href' | '@type' | 'occurredAt'> {
  readonly occurredAt: Date;
}

/** Counting goes no further: a whole ledger would take longer to count than anybody waits. */
export const countMax = 100_000;
/** Places at the end of the ledger among which a transaction may not have committed yet. */
const youngMax = 2000;

const columns = `d.event_id, d.event_type, d.aggregate_type, d.aggregate_id, d.aggregate_seq, d.occurred_at, d.actor, d.channel,
  d.service_identity, d.trace_id, d.schema_version, d.payload, d.prev_hash, d.hash`;

/**
 * Last place up to which the ledger cannot change any more: places are given in order, but a
 * transaction with an earlier one may commit later. Without a running transaction every gap is a
 * rolled-back one; a reader that follows on must not step over one that may still be filled.
 */
const settled = `(SELECT coalesce(min(y.position) FILTER (WHERE y.next > y.position + 1
      AND pg_snapshot_xmin(pg_current_snapshot()) < pg_snapshot_xmax(pg_current_snapshot())), max(y.position), 0)
    FROM (SELECT position, lead(position) OVER (ORDER BY position) AS next
      FROM (SELECT position FROM audit.domain_event ORDER BY position DESC LIMIT ${youngMax}) young) y)`;

/** @throws {BadRequest} the id names no event */
export async function cursorPosition(database: Database, eventId: string): Promise<number> {
  const row = await database.one<{ position: number }>('SELECT position FROM audit.domain_event WHERE event_id = $1', [eventId]);
  if (!row) throw new BadRequest('after names no event of the ledger', [{ pointer: '/after', message: 'unknown event' }]);
  return row.position;
}

/** Newest first; oldest first, and only what is settled, for a reader that follows on. */
export function listEvents(database: Database, filter: EventFilter, page: Page): Promise<LedgerRow[]> {
  const following = filter.since !== undefined || filter.afterPosition !== undefined;
  const { where, values } = conditionOf(filter);
  const until = following ? ` AND d.position <= ${settled}` : '';
  return database.read<LedgerRow>(
    `SELECT ${columns} FROM audit.domain_event d WHERE ${where}${until} ORDER BY d.position ${following ? 'ASC' : 'DESC'}
     LIMIT $${values.length + 1} OFFSET $${values.length + 2}`, [...values, page.limit, page.offset]);
}

/** Events that match, `countMax` at most. */
export async function countEvents(database: Database, filter: EventFilter): Promise<number> {
  const { where, values } = conditionOf(filter);
  const row = await database.one<{ total: number }>(
    `SELECT count(*) AS total FROM (SELECT 1 FROM audit.domain_event d WHERE ${where} LIMIT ${countMax}) counted`, values);
  return row?.total ?? 0;
}

/** Only what is asked for stands in the text, so that each filter finds its index. */
function conditionOf(filter: EventFilter): { where: string; values: unknown[] } {
  const tests: string[] = [];
  const values: unknown[] = [];
  const add = (test: (mark: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    tests.push(test(`$${values.length}`));
  };
  const area = filter.eventType?.endsWith('.*') ? filter.eventType.slice(0, -1) : undefined;
  add((mark) => `d.event_id = ${mark}`, filter.eventId);
  add((mark) => `d.aggregate_type = ${mark}`, filter.aggregateType);
  add((mark) => `d.aggregate_id = ${mark}`, filter.aggregateId);
  add((mark) => `d.event_type = ${mark}`, area === undefined ? filter.eventType : undefined);
  add((mark) => `starts_with(d.event_type, ${mark})`, area);
  add((mark) => `d.occurred_at >= ${mark}`, filter.since);
  add((mark) => `d.position > ${mark}`, filter.afterPosition);
  add((mark) => `d.trace_id = ${mark}`, filter.traceId);
  return { where: tests.join(' AND ') || 'true', values };
}
