import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Mark of a running process that a later process with the same number does not share: its start
 * time in clock ticks since boot on Linux, as `ps` prints it elsewhere. Undefined when no such
 * process runs; a zombie counts as gone.
 */
export function startMark(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return process.platform === 'linux' ? undefined : markFromPs(pid);
  }
}

function markFromPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined; // ps leaves with 1 when there is no such process
  }
}

/** Who did something: a process number with its start mark. */
export interface ProcessMark {
  readonly pid: number;
  readonly start: string;
}

/** @throws never: a process can always see itself */
export const ownMark = (): ProcessMark => ({ pid: process.pid, start: startMark(process.pid) ?? '' });

export const isRunning = (mark: ProcessMark): boolean => startMark(mark.pid) === mark.start;

/** Arguments of a running process, or [] when it is gone or hidden. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter((part) => part !== '');
  } catch {
    if (process.platform === 'linux') return [];
  }
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(' ');
  } catch {
    return []; // gone
  }
}

/**
 * Sends a signal; false when the process is already gone.
 * @throws the system error when the process belongs to somebody else
 */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
