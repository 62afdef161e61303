import { readdirSync, readFileSync } from 'node:fs';

/**
 * Memory of processes in bytes, pages shared between them counted once (proportional set size).
 * Undefined where the operating system does not tell.
 */
export function memoryOf(pids: readonly number[]): number | undefined {
  const sizes = pids.map(proportionalBytes);
  return sizes.every((size) => size !== undefined) ? sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) : undefined;
}

function proportionalBytes(pid: number): number | undefined {
  try {
    const line = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return line ? Number(line[1]) * 1024 : undefined;
  } catch {
    return undefined; // gone, another user's, or no /proc
  }
}

/** A process and its children: a database server and its backends. */
export function family(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter((one) => one !== '').map(Number));
    return [pid, ...children];
  } catch {
    return [pid]; // gone, or no /proc
  }
}
