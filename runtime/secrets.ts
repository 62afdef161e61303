import { chmodSync, closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { randomHex } from './ids.ts';
import { serviceNames } from './services.ts';
import { SetupError, systemCode } from './setup-error.ts';

/** Database roles of DOMAIN §2 without their `bss_` prefix; billing works as payment. */
export const databaseRoles = [
  'catalog', 'crm', 'payment', 'com', 'som', 'subscription', 'mediation', 'rating', 'provisioning_sim', 'platform', 'report', 'portal', 'agent',
] as const;

const shout = (name: string): string => name.replaceAll('-', '_').toUpperCase();

/** Environment names the first run makes a secret for. */
export const secretNames: readonly string[] = [
  'BSS_API_TOKEN',
  ...serviceNames.map((name) => `BSS_${shout(name)}_API_TOKEN`),
  'BSS_CLI_API_TOKEN',
  'BSS_PORTAL_SELF_SERVE_API_TOKEN',
  'BSS_PORTAL_CSR_API_TOKEN',
  'BSS_PII_PEPPER',
  'BSS_HUB_SECRET',
  ...databaseRoles.map((role) => `BSS_DB_${shout(role)}_PASSWORD`),
];

/** Roles that differ from the default `csr`: the local command line is its operator's own hand. */
const localRoles = { BSS_CLI_API_ROLE: 'admin', BSS_PORTAL_SELF_SERVE_API_ROLE: 'customer' };

export type Secrets = Readonly<Record<string, string>>;

/**
 * The secrets of this installation, made on the first call and completed when a newer version
 * needs more. Two processes that start at once end with the same file: the first link wins.
 * @throws SetupError when others than the owner may read the file, or it is not ours to read
 */
export function ensureSecrets(path: string): Secrets {
  const found = readSecrets(path);
  if (!found) return create(path);
  const missing = secretNames.filter((name) => !(name in found));
  return missing.length === 0 ? found : write(path, { ...found, ...generate(missing) }, 'replace');
}

/** @returns undefined before the first run */
export function readSecrets(path: string): Secrets | undefined {
  try {
    refuseOpenFile(path);
    return Object.freeze(parse(path, readFileSync(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (systemCode(error) === 'EACCES') throw new SetupError(`${path} belongs to another user; run as that user, or set BSS_HOME to a folder of your own.`, 6, { cause: error });
    throw error;
  }
}

function refuseOpenFile(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new SetupError(`${path} has mode ${mode.toString(8).padStart(4, '0')}, so others may read its secrets; run: chmod 600 ${path}`, 6);
  }
}

function parse(path: string, text: string): Record<string, string> {
  const damaged = (): SetupError => new SetupError(`${path} is damaged; restore it, or run \`bss down\`, delete the folder it is in and start anew.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged();
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (entries.length !== Object.keys(value).length) throw damaged();
  return Object.fromEntries(entries);
}

const generate = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, randomHex(32)]));

const create = (path: string): Secrets => write(path, { ...generate(secretNames), ...localRoles }, 'create');

/** Whole or not at all: a draft of mode 0600 is synced, then linked or renamed into place. */
function write(path: string, secrets: Record<string, string>, how: 'create' | 'replace'): Secrets {
  const draft = `${path}.${process.pid}-${randomHex(4)}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${JSON.stringify(secrets, null, 2)}\n`);
    fsyncSync(file);
    chmodSync(draft, 0o600);
    if (how === 'replace') renameSync(draft, path);
    else linkSync(draft, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
  const settled = readSecrets(path);
  if (!settled) throw new SetupError(`${path} vanished while it was written; run the command again.`);
  return settled;
}
