import pg from 'pg';
import { checkInvariants } from '#db/invariants';
import { installationUrl, pendingMigrations, roleUrl } from '#db/migrate';
import { sleep } from '#runtime/clock';
import type { Config } from '#runtime/config';
import { fail, ok, warn, type Finding } from './check.ts';

const connectMsMax = 5_000;
const statementMsMax = 30_000;
/** How long the outbox gets to move before it counts as standing still. */
const lagWaitMs = 500;

/**
 * Server, migrations, invariants of DOMAIN §8 and outbox, read as bss_report, which can write nothing.
 * @param adminUrl of the server, as the embedded one or BSS_DATABASE_URL gives it
 */
export async function databaseChecks(adminUrl: string, config: Config): Promise<Finding[]> {
  const url = installationUrl(adminUrl);
  const pending = await pendingMigrations(url);
  if (pending.length > 0) return [fail('migrations', `not applied: ${pending.join(', ')}`, 'bss down, then bss up')];
  const client = new pg.Client({
    connectionString: roleUrl(url, 'report', config.databasePasswords['report'] ?? ''), application_name: 'bss-doctor',
    connectionTimeoutMillis: connectMsMax, statement_timeout: statementMsMax,
  });
  await client.connect();
  try {
    return [await serverCheck(client), ok('migrations', 'all applied'), await invariantCheck(client), await outboxCheck(client)];
  } finally {
    await client.end();
  }
}

async function serverCheck(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ version: string; fsync: string }>("SELECT split_part(version(), ' on ', 1) AS version, current_setting('fsync') AS fsync");
  const { version = 'PostgreSQL', fsync = 'on' } = rows[0] ?? {};
  return fsync === 'on' ? ok('database', version) : warn('database', `${version} without fsync: a power cut loses data`, 'set fsync = on');
}

async function invariantCheck(client: pg.Client): Promise<Finding> {
  const breaches = await checkInvariants(client);
  if (breaches.length === 0) return ok('invariants', 'all hold');
  const told = breaches.map(({ id, statement, rows }) => `${id} (${statement}): ${rows.map((row) => Object.values(row).join(' ')).join(', ')}`);
  return fail('invariants', `broken: ${told.join('; ')}`, 'keep the database as it is and look into the events of these ids: bss events list <id>');
}

/** Events wait in the outbox for a moment only: the oldest of them must move on. */
async function outboxCheck(client: pg.Client): Promise<Finding> {
  const before = await waiting(client);
  if (before.count === 0) return ok('outbox', 'every event is delivered');
  await sleep(lagWaitMs);
  const after = await waiting(client);
  if (after.count === 0 || after.oldest !== before.oldest) return ok('outbox', `${after.count} events under way`);
  return fail('outbox', `${after.count} events wait and the oldest does not move`, 'bss status; bss logs -n 50');
}

async function waiting(client: pg.Client): Promise<{ count: number; oldest: string | null }> {
  const { rows } = await client.query<{ count: number; oldest: string | null }>(
    'SELECT count(*)::int AS count, min(position)::text AS oldest FROM audit.event_delivery WHERE published_ms IS NULL');
  return rows[0] ?? { count: 0, oldest: null };
}
