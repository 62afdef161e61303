import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { randomHex, sha256 } from '#runtime/ids';
import { systemCode } from '#runtime/setup-error';
import { accountFor, isRoot, type Account } from './account.ts';
import { DatabaseServerError, explain } from './error.ts';

/** What is remembered of an embedded server between commands, in `<dataDir>/server.json` (mode 0600). */
export interface ServerRecord {
  /** Folder of programs, cluster and socket: the data folder itself, or one the server's user can enter. */
  readonly place: string;
  readonly account: Account;
  readonly password: string;
  /** Last port used; 0 before the first start. */
  readonly port: number;
}

const recordPath = (dataDir: string): string => join(dataDir, 'server.json');

export const clusterOf = (place: string): string => join(place, 'cluster');
export const logOf = (dataDir: string): string => join(dataDir, 'postgres.log');

/** @returns undefined when no server was ever prepared for this data folder */
export function readRecord(dataDir: string): ServerRecord | undefined {
  try {
    return parse(JSON.parse(readFileSync(recordPath(dataDir), 'utf8')), dataDir);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) throw damaged(dataDir);
    if (error instanceof DatabaseServerError) throw error;
    throw explain(String(error), dataDir);
  }
}

function parse(value: unknown, dataDir: string): ServerRecord {
  const record = value as Partial<ServerRecord> | null; // written by writeRecord only; checked below
  if (typeof record?.place !== 'string' || typeof record.password !== 'string' || typeof record.port !== 'number' || typeof record.account?.uid !== 'number') {
    throw damaged(dataDir);
  }
  return record as ServerRecord; // every field was checked
}

const damaged = (dataDir: string): DatabaseServerError =>
  new DatabaseServerError(`${recordPath(dataDir)} is damaged; without it the database cannot be opened: restore it, or delete ${dataDir} to start anew.`);

export function writeRecord(dataDir: string, record: ServerRecord): void {
  const draft = `${recordPath(dataDir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, recordPath(dataDir));
}

/**
 * Chooses where a new server lives. As root that is the first of these its user can enter: the data
 * folder, `/var/lib/bss-cli/<hash>`, the temporary folder; a clone below a home of mode 0700 is
 * shut to every other user (ARCHITECTURE §3).
 * @throws DatabaseServerError when no place can be made
 */
export function prepareRecord(dataDir: string): ServerRecord {
  makeFolder(dataDir, isRoot() ? 0o711 : 0o700);
  const account = accountFor(clusterOf(dataDir));
  const place = isRoot() ? candidates(dataDir).find((one) => isUsable(one, account)) : dataDir;
  if (!place) throw new DatabaseServerError(`User ${account.uid}, who runs PostgreSQL, can enter none of ${candidates(dataDir).join(', ')}; set BSS_HOME to a folder that others may enter.`);
  const record = { place, account, password: randomHex(32), port: 0 };
  writeRecord(dataDir, record);
  return record;
}

function candidates(dataDir: string): string[] {
  const hash = sha256(resolve(dataDir)).slice(0, 12);
  return [dataDir, join('/var/lib/bss-cli', hash), join(tmpdir(), `bss-cli-${hash}`)];
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { recursive: true, mode });
    chmodSync(path, mode);
  } catch (error) {
    throw explain(String(error), path);
  }
}

/** A folder somebody else made in our name (in /tmp) is not ours to trust. */
function isUsable(place: string, account: Account): boolean {
  try {
    const made = mkdirSync(dirname(place), { recursive: true });
    if (made) chmodSync(dirname(place), 0o755); // whatever the umask
    mkdirSync(place, { recursive: true, mode: 0o711 });
    const found = lstatSync(place);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    chmodSync(place, 0o711);
  } catch {
    return false; // read-only or shut: the next candidate
  }
  return canEnter(place, account);
}

/** Whether every folder on the way down may be entered by the account, by its mode bits. */
export function canEnter(path: string, account: Account): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
