import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import type { Config } from '#runtime/config';
import { ensureRoles } from './roles.ts';
import { seeds } from './seed.ts';
import { Clock } from '#runtime/clock';

const folder = fileURLToPath(new URL('migrations/', import.meta.url));

/** Database of an installation on the server of `adminUrl`; a URL that names one of its own keeps it. */
export function installationUrl(adminUrl: string): string {
  const url = new URL(adminUrl);
  if (url.pathname === '/postgres' || url.pathname === '/' || url.pathname === '') url.pathname = '/bss';
  return url.href;
}

/** The same database as another role. */
export function roleUrl(databaseUrl: string, role: string, password: string): string {
  const url = new URL(databaseUrl);
  url.username = `bss_${role}`;
  url.password = password;
  return url.href;
}

/**
 * Brings roles, database and schema up to date; forward only, safe to repeat and to interrupt
 * (each migration is one transaction).
 * @param serverUrl where to make the database when the one of `adminUrl` is not there yet
 * @throws {Error} a migration fails, or the database is newer than this code
 */
export async function migrate(adminUrl: string, config: Pick<Config, 'databasePasswords'>, serverUrl = adminUrl): Promise<void> {
  const url = installationUrl(adminUrl);
  await withClient(serverUrl, async (client) => {
    await ensureRoles(client, config.databasePasswords);
    await ensureDatabase(client, new URL(url).pathname.slice(1));
  });
  await applyMigrations(url);
}

/** Fills in the reference data of DOMAIN §3; what is there stays as it is. */
export async function seed(adminUrl: string, config: Config): Promise<void> {
  await withClient(installationUrl(adminUrl), async (client) => {
    const at = new Clock().now();
    for (const [name, plant] of Object.entries(seeds)) {
      await client.query('BEGIN');
      try {
        await plant(client, config, at);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw new Error(`the seed of ${name} failed`, { cause: error });
      }
    }
  });
}

/** Names of migrations not yet applied; none when the database is current. */
export async function pendingMigrations(url: string): Promise<string[]> {
  const all = await migrationSource.getMigrations([]);
  return withClient(url, async (client) => {
    const table = await client.query("SELECT to_regclass('public.schema_migration') AS name");
    if (table.rows[0].name === null) return all;
    const done = await client.query<{ name: string }>('SELECT name FROM public.schema_migration');
    const names = new Set(done.rows.map((row) => row.name));
    return all.filter((name) => !names.has(name));
  });
}

/**
 * In a stack of one process nobody else can hold a lease after a start: a killed run's leases end at once, and so do its pauses,
 * which a clock that was ahead may have made very long.
 */
export async function clearLeases(adminUrl: string): Promise<void> {
  await withClient(installationUrl(adminUrl), async (client) => {
    for (const name of await tablesWith(client, 'lease_until_ms')) await client.query(`UPDATE ${name} SET lease_until_ms = NULL WHERE lease_until_ms IS NOT NULL`);
    const nowMs = new Clock().tick();
    for (const name of await tablesWith(client, 'next_run_ms')) await client.query(`UPDATE ${name} SET next_run_ms = $1 WHERE next_run_ms > $1`, [nowMs]);
  });
}

async function tablesWith(client: pg.Client, column: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_attribute a
     JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attname = $1 AND NOT a.attisdropped`, [column]);
  return rows.map(({ name }) => name);
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'bss-migrate' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureDatabase(client: pg.Client, name: string): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE template0`);
}

/** Plain `.sql` files in name order; knex keeps which ran, under a lock. */
const migrationSource: Knex.MigrationSource<string> = {
  async getMigrations() {
    return (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  },
  getMigrationName: (name) => name,
  async getMigration(name) {
    const sql = await readFile(`${folder}${name}`, 'utf8');
    return {
      up: (knex) => knex.raw(sql.replaceAll('?', '\\?')),
      down: () => Promise.reject(new Error('migrations go forward only')),
    };
  },
};

async function applyMigrations(url: string): Promise<void> {
  if ((await pendingMigrations(url)).length === 0) return;
  const knex = knexModule({
    client: 'pg', connection: url, pool: { min: 0, max: 2 },
    migrations: { migrationSource, tableName: 'schema_migration' },
  });
  try {
    await knex.migrate.latest();
  } finally {
    await knex.destroy();
  }
}
