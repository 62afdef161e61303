import type { Database } from './database.ts';
import { schemaOf } from './schemas.ts';
import { bookkeeping, type Tx } from './transaction.ts';

/** When an event is taken: `at` in business time for readers, `tickMs` of the machine for the purge. */
export interface Arrival {
  readonly at: Date;
  readonly tickMs: number;
}

/**
 * Takes an event into the inbox of a consumer, in the transaction of its effect (invariant I24).
 * @returns false when this consumer has had the event before: there is nothing to do
 */
export async function takeIntoInbox(tx: Tx, consumer: string, eventId: string, { at, tickMs }: Arrival): Promise<boolean> {
  const rows = await tx[bookkeeping](
    `INSERT INTO ${schemaOf(tx.service)}.inbox (consumer, event_id, received_at, received_ms) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING event_id`, [consumer, eventId, at, tickMs]);
  return rows.length === 1;
}

/**
 * How long an event is remembered, in milliseconds of the machine's clock: no bus delivers one again
 * that long after its effect, while business time may be moved by years in a minute.
 */
export const inboxMs = 7 * 24 * 3_600_000;
const purgedMax = 1000;

/** Forgets events that came before the retention, a batch at a time. @returns true when there may be more */
export async function purgeInbox(database: Database, batchMax = purgedMax): Promise<boolean> {
  const inbox = `${schemaOf(database.service)}.inbox`;
  const gone = await database[bookkeeping](
    `DELETE FROM ${inbox} WHERE (consumer, event_id) IN (
       SELECT consumer, event_id FROM ${inbox} WHERE received_ms < $1 ORDER BY received_ms LIMIT $2) RETURNING event_id`,
    [database.clock.tick() - inboxMs, batchMax]);
  return gone.length === batchMax;
}
