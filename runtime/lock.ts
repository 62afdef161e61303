import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { elapsedMs, sleep } from './clock.ts';
import { isRunning, ownMark, type ProcessMark } from './process.ts';
import { SetupError, systemCode } from './setup-error.ts';

const pollMs = 25;

/**
 * Runs `work` while holding the lock file, so that two commands never do the same thing at once on
 * one machine. The file names its holder by process number and start time: a lock whose holder was
 * killed is taken over at once.
 * @param waitMsMax how long to wait for another holder
 * @throws SetupError (exit 5) when another living process keeps the lock for longer
 */
export async function withLock<T>(path: string, what: string, waitMsMax: number, work: () => Promise<T>): Promise<T> {
  await acquire(path, what, waitMsMax);
  try {
    return await work();
  } finally {
    release(path);
  }
}

/** The living process that holds the lock, or undefined. */
export function lockHolder(path: string): ProcessMark | undefined {
  const mark = readMark(path);
  return mark && isRunning(mark) ? mark : undefined;
}

async function acquire(path: string, what: string, waitMsMax: number): Promise<void> {
  const deadline = elapsedMs() + waitMsMax;
  while (!tryAcquire(path)) {
    const holder = lockHolder(path);
    if (!holder) {
      removeStale(path);
      continue;
    }
    if (elapsedMs() > deadline) throw new SetupError(`Process ${holder.pid} is already busy with ${what}; wait for it or stop it.`, 5);
    await sleep(pollMs);
  }
}

/** A link is created whole or not at all, so no other process ever reads half a lock. */
function tryAcquire(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(ownMark()), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(draft);
  }
}

function readMark(path: string): ProcessMark | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return undefined;
    return { pid: Number(value.pid), start: String(value.start) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Two waiters may both see a dead holder: the second must not remove the lock the first just took. */
function removeStale(path: string): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readMark(aside);
  try {
    if (moved && isRunning(moved)) linkSync(aside, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(path: string): void {
  if (readMark(path)?.pid === process.pid) rmSync(path, { force: true });
}
