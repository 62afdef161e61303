/** Reading the ledger (DOMAIN §7). */
import type { Database } from '#db/database';
import type { components } from '#generated/types/audit';
import { BadRequest } from '#runtime/errors';
import type { Page } from '../resource/page.ts';
import { settledPosition } from './settled.ts';

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
  /** Only events up to this place. */
  readonly untilPosition?: number;
}

export interface LedgerRow extends Omit<components['schemas']['Event'], 'id' | 'href' | '@type' | 'occurredAt'> {
  readonly occurredAt: Date;
}

/** Counting goes no further: a whole ledger would take longer to count than anybody waits. */
const countMax = 100_000;

const columns = `d.event_id, d.event_type, d.aggregate_type, d.aggregate_id, d.aggregate_seq, d.occurred_at, d.actor, d.channel,
  d.service_identity, d.trace_id, d.schema_version, d.payload, d.prev_hash, d.hash`;

/** @throws {BadRequest} the id names no event */
export async function cursorPosition(database: Database, eventId: string): Promise<number> {
  const row = await database.one<{ position: number }>('SELECT position FROM audit.domain_event WHERE event_id = $1', [eventId]);
  if (!row) throw new BadRequest('after names no event of the ledger', [{ pointer: '/after', message: 'unknown event' }]);
  return row.position;
}

/** Newest first; oldest first, and only what is settled, for a reader that follows on. */
export async function listEvents(database: Database, filter: EventFilter, page: Page): Promise<LedgerRow[]> {
  const following = filter.since !== undefined || filter.afterPosition !== undefined;
  const { where, values } = conditionOf(following ? { ...filter, untilPosition: await settledPosition(database) } : filter);
  return database.read<LedgerRow>(
    `SELECT ${columns} FROM audit.domain_event d WHERE ${where} ORDER BY d.position ${following ? 'ASC' : 'DESC'}
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
  add((mark) => `d.position <= ${mark}`, filter.untilPosition);
  add((mark) => `d.trace_id = ${mark}`, filter.traceId);
  return { where: tests.join(' AND ') || 'true', values };
}
