import type { Database } from '#db/database';
import { bookkeeping } from '#db/transaction';

/** Whether anybody is to be told of this API. */
export async function hasSubscribers(database: Database, api: string): Promise<boolean> {
  return (await database.one('SELECT 1 FROM integrations.hub WHERE api = $1 LIMIT 1', [api])) !== null;
}

/** Keeps what a resource looks like that is about to be deleted: afterwards nobody could render it. */
export const keepRemains = (database: Database, path: string, representation: object, atMs: number): Promise<unknown[]> =>
  database[bookkeeping](
    `INSERT INTO integrations.hub_remains (path, representation, kept_ms) VALUES ($1, $2::jsonb, $3)
     ON CONFLICT (path) DO UPDATE SET representation = excluded.representation, kept_ms = excluded.kept_ms`,
    [path, JSON.stringify(representation), atMs]);

export async function remainsOf(database: Database, path: string): Promise<Readonly<Record<string, unknown>> | null> {
  const row = await database.one<{ representation: Readonly<Record<string, unknown>> }>('SELECT representation FROM integrations.hub_remains WHERE path = $1', [path]);
  return row?.representation ?? null;
}
