import type { Database } from '#db/database';
import { sleep } from '#runtime/clock';

/** Places at the end of the ledger among which one may still be missing. */
const youngMax = 2000;
const looksMax = 40;
const lookMs = 5;

interface End {
  readonly last: number;
  /** Last place before the first gap among the young ones; null without a gap. */
  readonly beforeGap: number | null;
}

/**
 * Last place up to which the ledger can change no more. Places are given in order, but a transaction
 * with an earlier one may commit later: a reader that follows on must not step over it. A gap is
 * closed for good when everybody who was appending at that moment is done; that is waited for, a
 * fifth of a second at most, and else the ledger ends before the gap for now.
 */
export async function settledPosition(database: Database): Promise<number> {
  const end = await endOf(database);
  if (end.beforeGap === null) return end.last;
  let open = await appending(database);
  for (let look = 0; open.size > 0; look += 1) {
    if (look === looksMax) return end.beforeGap;
    await sleep(lookMs);
    const still = await appending(database);
    open = new Set([...open].filter((holder) => still.has(holder)));
  }
  return end.last;
}

async function endOf(database: Database): Promise<End> {
  const row = await database.one<End>(
    `SELECT coalesce(max(position), 0) AS last, min(position) FILTER (WHERE next > position + 1) AS before_gap
     FROM (SELECT position, lead(position) OVER (ORDER BY position) AS next
       FROM (SELECT position FROM audit.domain_event ORDER BY position DESC LIMIT ${youngMax}) young) y`);
  return row ?? { last: 0, beforeGap: null };
}

/** Transactions that have inserted into the ledger and not ended: they hold a lock on its table from before they get a place. */
async function appending(database: Database): Promise<Set<string>> {
  const rows = await database.read<{ holder: string }>(
    `SELECT DISTINCT virtualtransaction AS holder FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND relation = 'audit.domain_event'::regclass
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return new Set(rows.map(({ holder }) => holder));
}
