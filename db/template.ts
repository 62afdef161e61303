import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig, type Config, type Environment } from '#runtime/config';
import { randomHex, sha256 } from '#runtime/ids';
import { startEmbedded } from './embedded.ts';
import { installationUrl, migrate, roleUrl, seed, withClient } from './migrate.ts';
import { databaseRoles, type DatabaseRole } from './roles.ts';

/** A private database of one test file, cloned from the migrated and seeded template. */
export interface ClonedDatabase {
  /** Superuser URL of the clone. */
  readonly url: string;
  readonly config: Config;
  urlOf(role: DatabaseRole): string;
  drop(): Promise<void>;
}

const folder = fileURLToPath(new URL('../.cache/pg-test', import.meta.url));
const templateLock = 7_622_002;

/** A secret of test servers: known, strong in form, never used elsewhere. */
const testSecret = (name: string): string => sha256(`bss-cli test secret of ${name}`);

const services = ['catalog', 'crm', 'payment', 'billing', 'com', 'som', 'subscription', 'mediation', 'rating', 'provisioning_sim'];
const people = { cli: 'admin', portal_self_serve: 'customer', portal_csr: 'csr' };

const identity = (name: string, role: string): Environment =>
  ({ [`BSS_${name.toUpperCase()}_API_TOKEN`]: testSecret(name), [`BSS_${name.toUpperCase()}_API_ROLE`]: role });

/** Configuration of every test: the identities of a local installation, and no simulated network delays. */
export const testEnvironment: Environment = Object.freeze({
  BSS_API_TOKEN: testSecret('default'),
  BSS_PII_PEPPER: testSecret('pepper'),
  BSS_SIM_NETWORK: 'none',
  ...Object.assign({}, ...services.map((name) => identity(name, 'system'))),
  ...Object.assign({}, ...Object.entries(people).map(([name, role]) => identity(name, role))),
  ...Object.fromEntries(databaseRoles.map((role) => [`BSS_DB_${role.toUpperCase()}_PASSWORD`, testSecret(`database role ${role}`)])),
});

/** The template is made anew when a migration or a seed changes; old ones are dropped with their server. */
export async function cloneDatabase(environment: Environment = {}): Promise<ClonedDatabase> {
  const server = await startEmbedded({ dataDir: folder, port: 0, settings: { max_connections: '400' } });
  const config = loadConfig({ ...testEnvironment, ...environment });
  const template = `template_${(await fingerprint()).slice(0, 16)}`;
  const name = `test_${randomHex(6)}`;
  await withClient(server.adminUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]);
    try {
      const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
      if (found.rowCount === 0) await makeTemplate(server.adminUrl, template);
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [templateLock]);
    }
  });
  const url = at(server.adminUrl, name);
  return {
    url,
    config: { ...config, databaseUrl: url },
    urlOf: (role) => roleUrl(url, role, config.databasePasswords[role] ?? ''),
    drop: () => withClient(server.adminUrl, async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

const at = (adminUrl: string, database: string): string => {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
};

/** Built under another name and renamed when complete: a killed run leaves no half template. */
async function makeTemplate(adminUrl: string, template: string): Promise<void> {
  const building = `building_${randomHex(6)}`;
  const url = installationUrl(at(adminUrl, building));
  const config = loadConfig(testEnvironment);
  await migrate(url, config, adminUrl);
  await seed(url, config);
  await withClient(adminUrl, async (client) => void (await client.query(`ALTER DATABASE ${building} RENAME TO ${template}`)));
}

async function fingerprint(): Promise<string> {
  const parts: string[] = [];
  for (const [directory, ending] of [['migrations/', '.sql'], ['seed/', '.ts'], ['./', 'seed.ts'], ['./', 'roles.ts']] as const) {
    const path = fileURLToPath(new URL(directory, import.meta.url));
    for (const file of (await readdir(path)).filter((one) => one.endsWith(ending)).sort()) parts.push(file, await readFile(`${path}${file}`, 'utf8'));
  }
  return sha256(parts.join('\n'));
}
