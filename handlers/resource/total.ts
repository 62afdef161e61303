/** How many rows match, exactly, and counted once for as long as nothing is committed anywhere. */
import type { Database } from '#db/database';

interface Total {
  /** What the count has seen. */
  readonly snapshot: string;
  readonly total: number;
}

/** A count under way, and the one that all who have asked since share. */
interface Count {
  readonly running: Promise<Total>;
  next: Promise<Total> | null;
}

interface Totals {
  readonly known: Map<string, Total>;
  readonly counts: Map<string, Count>;
}

const totalsOf = new WeakMap<Database, Totals>();
const totalsMax = 500;
const keyMax = 4000;

/**
 * Two statements whose snapshots read alike see the same rows: the text names every transaction that
 * is not yet over (PostgreSQL 16, "Transaction ID and Snapshot Information Functions"), the start time the server that counts them.
 */
export const snapshotSql = "pg_current_snapshot()::text || ' ' || pg_postmaster_start_time()::text";

/**
 * The `total` of a counting statement, as of a moment after the call. A table of 100,000 rows takes
 * some 5 to 10 ms to count in its index; a list that is read again and again while nobody writes
 * takes them once, and one that many read while others write is counted once at a time.
 * @param snapshot what the caller has just read in; asked for when not given
 */
export async function totalOf(db: Database, text: string, values: readonly unknown[], snapshot?: string): Promise<number> {
  const totals = totalsOf.get(db) ?? { known: new Map(), counts: new Map() };
  totalsOf.set(db, totals);
  const key = `${text} ${JSON.stringify(values)}`;
  const last = totals.known.get(key);
  const now = last && (snapshot ?? (await db.one<{ snapshot: string }>(`SELECT ${snapshotSql} AS snapshot`))?.snapshot);
  if (last && last.snapshot === now) return last.total;
  const counted = await shared(totals, key, () => count(db, text, values));
  if (key.length <= keyMax) keep(totals.known, key, counted);
  return counted.total;
}

async function count(db: Database, text: string, values: readonly unknown[]): Promise<Total> {
  const counted = await db.one<Total>(`SELECT counted.total, (SELECT ${snapshotSql}) AS snapshot FROM (${text}) counted`, values, false);
  return counted!; // an aggregate has a row
}

/** A count that began before a call may have missed what the caller has just written: it waits for the one after. */
function shared({ counts }: Totals, key: string, counting: () => Promise<Total>): Promise<Total> {
  const under = counts.get(key);
  if (!under) return begun(counts, key, counting());
  under.next ??= under.running.catch(() => undefined).then(() => begun(counts, key, counting()));
  return under.next;
}

function begun(counts: Map<string, Count>, key: string, running: Promise<Total>): Promise<Total> {
  const mine: Count = { running, next: null };
  counts.set(key, mine);
  const ended = (): void => { if (mine.next === null) counts.delete(key); };
  running.then(ended, ended);
  return running;
}

function keep(known: Map<string, Total>, key: string, total: Total): void {
  known.delete(key);
  if (known.size >= totalsMax) known.delete(known.keys().next().value!); // there is one: the longest unchanged
  known.set(key, total);
}
