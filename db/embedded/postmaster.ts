import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { elapsedMs, sleep } from '#runtime/clock';
import { commandLine, signalProcess, startMark } from '#runtime/process';
import { systemCode } from '#runtime/setup-error';
import { runAs } from './account.ts';
import { type Binaries } from './binaries.ts';
import { DatabaseServerError, explain } from './error.ts';
import { clusterOf, logOf, type ServerRecord } from './place.ts';
import { serverSettings } from './settings.ts';

/** The server process of a cluster, as its own `postmaster.pid` tells it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const pollMs = 5;
const startMsMax = 60_000; // crash recovery of a full 512 MB of WAL on a slow disk
const logBytesMax = 1_000_000;

/** Longest socket path the smallest system takes (104 bytes with the end mark on macOS). */
const socketPathMax = 103;

/** Folder of the Unix socket, or '' when its path would be too long for one. */
export function socketFolder(place: string): string {
  const folder = join(place, 'socket');
  return `${folder}/.s.PGSQL.65535`.length <= socketPathMax ? folder : '';
}

/**
 * The living server of this cluster. A `postmaster.pid` left by `kill -9` or a power cut, whose
 * process number may belong to somebody else by now, counts as no server.
 */
export function findPostmaster(place: string): Postmaster | undefined {
  const lines = readPidFile(place);
  if (!lines) return undefined;
  const pid = Number(lines[0]);
  if (startMark(pid) === undefined || !commandLine(pid).includes(clusterOf(place))) return undefined;
  return { pid, port: Number(lines[3] ?? 0), ready: (lines[7] ?? '').trim() === 'ready' };
}

function readPidFile(place: string): string[] | undefined {
  try {
    return readFileSync(join(clusterOf(place), 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export type Launch = { readonly postmaster: Postmaster } | { readonly portTaken: true } | { readonly blockHeld: true };

/**
 * Starts the server detached, so that it outlives the command, and waits until it accepts
 * connections. Call only when `findPostmaster` found none.
 * @throws DatabaseServerError in one sentence when it does not come up
 */
export async function launch(
  dataDir: string, record: ServerRecord, binaries: Binaries, port: number, settings: Readonly<Record<string, string>>,
): Promise<Launch> {
  removeLeftovers(record);
  const log = openLog(logOf(dataDir));
  try {
    const child = spawnServer(record, binaries, port, settings, log.file);
    return await untilReady(child, record, () => readFrom(logOf(dataDir), log.size));
  } finally {
    closeSync(log.file);
  }
}

/**
 * Lock files of a killed server. PostgreSQL would remove them itself, but takes a process that
 * nobody reaped (containers whose first process is no init) for a living one.
 */
function removeLeftovers(record: ServerRecord): void {
  rmSync(join(clusterOf(record.place), 'postmaster.pid'), { force: true });
  const sockets = socketFolder(record.place);
  if (!sockets) return;
  rmSync(sockets, { recursive: true, force: true });
  mkdirSync(sockets, { mode: 0o700 });
  chownSync(sockets, record.account.uid, record.account.gid);
}

function spawnServer(
  record: ServerRecord, binaries: Binaries, port: number, settings: Readonly<Record<string, string>>, log: number,
): ChildProcess {
  const all = { ...serverSettings, ...settings, port: String(port), unix_socket_directories: socketFolder(record.place) };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawn(binaries.postgres, ['-D', clusterOf(record.place), ...args], {
    cwd: '/', detached: true, stdio: ['ignore', log, log], env: { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' }, ...runAs(record.account),
  });
}

async function untilReady(child: ChildProcess, record: ServerRecord, said: () => string): Promise<Launch> {
  let failure: Error | undefined;
  child.once('error', (error) => { failure = error; });
  child.unref();
  const deadline = elapsedMs() + startMsMax;
  for (;;) {
    if (failure) throw explain(String(failure), record.place);
    if (child.exitCode !== null || child.signalCode !== null) return whyExited(said(), record.place);
    const found = findPostmaster(record.place);
    if (found?.ready && found.pid === child.pid) return { postmaster: found };
    if (elapsedMs() > deadline) break;
    await sleep(pollMs);
  }
  child.kill('SIGQUIT');
  throw new DatabaseServerError(`PostgreSQL in ${record.place} did not accept connections within ${startMsMax / 1000} s: ${said().trim().split('\n').at(-1) ?? ''}`);
}

function whyExited(said: string, place: string): Launch {
  if (/could not bind|Address already in use|could not create any TCP/.test(said)) return { portTaken: true };
  if (/pre-existing shared memory block/.test(said)) return { blockHeld: true };
  throw explain(said, clusterOf(place));
}

/** Bounded: a log past its limit becomes `.1`, replacing the one before. */
function openLog(path: string): { file: number; size: number } {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytesMax) renameSync(path, `${path}.1`);
  return { file: openSync(path, 'a', 0o600), size: size > logBytesMax ? 0 : size };
}

function readFrom(path: string, start: number): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(16_384);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, start));
  } finally {
    closeSync(file);
  }
}

/** Server signals, gentlest first, each with the time it gets: fast, immediate, kill. */
const shutdown: readonly (readonly [signal: NodeJS.Signals, ms: number])[] = [
  ['SIGINT', 20_000], ['SIGQUIT', 5_000], ['SIGKILL', 2_000],
];

/**
 * Ends the server: open transactions are rolled back, everything committed is on disk.
 * @returns the signal that sufficed; anything but SIGINT means recovery at the next start
 */
export async function endPostmaster(pid: number): Promise<NodeJS.Signals> {
  const mark = startMark(pid);
  for (const [signal, ms] of shutdown) {
    if (mark === undefined || !signalProcess(pid, signal)) return signal;
    const deadline = elapsedMs() + ms;
    while (elapsedMs() < deadline) {
      if (startMark(pid) !== mark) return signal;
      await sleep(pollMs);
    }
  }
  throw new DatabaseServerError(`PostgreSQL (process ${pid}) does not end, not even by SIGKILL; it hangs in the operating system, most likely on its disk.`);
}
