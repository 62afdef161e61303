import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { elapsedMs, sleep } from '#runtime/clock';
import { withLock } from '#runtime/lock';
import { SetupError } from '#runtime/setup-error';
import { isRoot } from './embedded/account.ts';
import { placeBinaries } from './embedded/binaries.ts';
import { ensureCluster, setClusterAside } from './embedded/cluster.ts';
import { DatabaseServerError, explain } from './embedded/error.ts';
import { logOf, prepareRecord, readRecord, writeRecord, type ServerRecord } from './embedded/place.ts';
import { portCandidates } from './embedded/port.ts';
import { endPostmaster, findPostmaster, launch, socketFolder, type Postmaster } from './embedded/postmaster.ts';

export { DatabaseServerError } from './embedded/error.ts';

/**
 * A real PostgreSQL 16 from npm on a data folder of ours: no Docker, no sudo, no system service.
 * It outlives the command that starts it and is found again through the folder alone.
 */
export interface EmbeddedOptions {
  /** Folder of the server's record, log and, where its user can enter, its data. */
  readonly dataDir: string;
  /** First port to try; 0 takes any free one; by default the last one, else 54329. */
  readonly port?: number;
  /** Server settings laid over `db/embedded/settings.ts`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer {
  readonly port: number;
  readonly pid: number;
  /** Superuser URL of the database `postgres`; holds the password: never print it. */
  readonly adminUrl: string;
  /** Folder of the Unix socket, or null when its path would be too long. */
  readonly socketFolder: string | null;
  /** Whether this call started the server or found it running. */
  readonly ownership: 'started' | 'attached';
  /** Whether this call made the cluster: its databases are empty. */
  readonly created: boolean;
  /** Duration of this call in milliseconds. */
  readonly ms: number;
}

export interface EmbeddedStatus {
  readonly state: 'absent' | 'stopped' | 'starting' | 'running';
  readonly port?: number;
  readonly pid?: number;
  readonly adminUrl?: string;
  readonly log: string;
}

const lockMsMax = 70_000; // one whole start of another process, crash recovery included
const blockMsMax = 5_000;
const retryMs = 100;

/**
 * Makes the cluster if there is none (0.5 s), starts its server (0.1 s) or finds it running.
 * @throws DatabaseServerError in one sentence that says what to do
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const begin = elapsedMs();
  const dataDir = resolve(options.dataDir);
  try {
    const known = readRecord(dataDir);
    const running = known && findPostmaster(known.place);
    if (known && running?.ready) return describe(known, running, 'attached', false, begin);
    mkdirSync(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
    return await withLock(`${dataDir}/start.lock`, 'starting the database', lockMsMax, () => startLocked(dataDir, options, begin));
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw explain(error instanceof Error ? error.message : String(error), dataDir);
  }
}

async function startLocked(dataDir: string, options: EmbeddedOptions, begin: number): Promise<EmbeddedServer> {
  const record = readRecord(dataDir) ?? (await prepareAnew(dataDir));
  const found = await settled(record.place);
  if (found) return describe(record, found, 'attached', false, begin);
  const binaries = placeBinaries(record.place);
  const created = await ensureCluster(record, binaries);
  const deadline = elapsedMs() + blockMsMax;
  for await (const port of portCandidates(options.port, record.port)) {
    let outcome = await launch(dataDir, record, binaries, port, options.settings ?? {});
    while ('blockHeld' in outcome) {
      if (elapsedMs() > deadline) throw explain('pre-existing shared memory block', record.place);
      await sleep(retryMs);
      outcome = await launch(dataDir, record, binaries, port, options.settings ?? {});
    }
    if ('portTaken' in outcome) continue;
    if (options.port !== 0) writeRecord(dataDir, { ...record, port });
    return describe(record, outcome.postmaster, 'started', created, begin);
  }
  throw new DatabaseServerError('No free port was found for PostgreSQL near 54329; end what listens there, or set BSS_DATABASE_URL to a server of your own.');
}

/** A cluster whose record is gone cannot be opened any more: it is kept once as `cluster.previous`. */
async function prepareAnew(dataDir: string): Promise<ServerRecord> {
  const record = prepareRecord(dataDir);
  const orphan = findPostmaster(record.place);
  if (orphan) await endPostmaster(orphan.pid);
  setClusterAside(record.place);
  return record;
}

/** A server that a killed command left starting, waited for until it is ready or gone. */
async function settled(place: string): Promise<Postmaster | undefined> {
  const deadline = elapsedMs() + lockMsMax;
  for (let found = findPostmaster(place); found; found = findPostmaster(place)) {
    if (found.ready) return found;
    if (elapsedMs() > deadline) throw new DatabaseServerError(`PostgreSQL (process ${found.pid}) has been starting for a minute; run \`bss down\`, then \`bss up\`.`);
    await sleep(retryMs / 4);
  }
  return undefined;
}

function describe(
  record: ServerRecord, postmaster: Postmaster, ownership: EmbeddedServer['ownership'], created: boolean, begin: number,
): EmbeddedServer {
  const { port, pid } = postmaster;
  return {
    port, pid, ownership, created, adminUrl: adminUrl(record, port),
    socketFolder: socketFolder(record.place) || null, ms: Math.round(elapsedMs() - begin),
  };
}

const adminUrl = (record: ServerRecord, port: number): string =>
  `postgresql://postgres:${record.password}@127.0.0.1:${port}/postgres`;

/**
 * Ends the server of this data folder, if one runs; what was committed stays.
 * @returns the process ended and how, or null when none ran
 */
export async function stopEmbedded(dataDir: string): Promise<{ pid: number; signal: NodeJS.Signals; ms: number } | null> {
  const begin = elapsedMs();
  const record = readRecord(resolve(dataDir));
  const found = record && findPostmaster(record.place);
  if (!found) return null;
  const signal = await endPostmaster(found.pid);
  return { pid: found.pid, signal, ms: Math.round(elapsedMs() - begin) };
}

/** Ends the server and deletes everything of it, also what lives outside the data folder. */
export async function removeEmbedded(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  const record = readRecord(folder);
  await stopEmbedded(folder);
  if (record) rmSync(record.place, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

/** Looks without touching anything. */
export function embeddedStatus(dataDir: string): EmbeddedStatus {
  const folder = resolve(dataDir);
  const log = logOf(folder);
  const record = readRecord(folder);
  if (!record) return { state: 'absent', log };
  const found = findPostmaster(record.place);
  if (!found) return { state: 'stopped', log };
  const { pid, port } = found;
  return { state: found.ready ? 'running' : 'starting', pid, port, adminUrl: adminUrl(record, port), log };
}
