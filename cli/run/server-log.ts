import { closeSync, copyFileSync, openSync, readSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Home } from '#runtime/home';

export const logBytesMax = 20_000_000;

export const logPath = (home: Home): string => join(home.log, 'bss.log');

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Opens the log for a new server; one past half its bound is kept as `.1`, replacing the one before. */
export function openServerLog(home: Home): number {
  const path = logPath(home);
  if (sizeOf(path) > logBytesMax / 2) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** Bounds the log of a running server, whose output is appended to an open file: copied aside, as far as there is room, then emptied. */
export function boundServerLog(home: Home): void {
  const path = logPath(home);
  if (sizeOf(path) <= logBytesMax) return;
  try {
    copyFileSync(path, `${path}.1`);
  } catch {
    // A full disk holds no copy; the log is emptied all the same, which gives room back.
    rmSync(`${path}.1`, { force: true, recursive: true });
  }
  truncateSync(path);
}

/** Up to `bytes` of a file from `start`. */
export function readBytes(path: string, start: number, bytes: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, start));
  } finally {
    closeSync(file);
  }
}

/** The last lines of a file, found by reading at most its last `bytesMax`. */
export function lastLines(path: string, count: number, bytesMax = 1_000_000): string[] {
  const size = sizeOf(path);
  const start = Math.max(0, size - bytesMax);
  const lines = size === 0 ? [] : readBytes(path, start, size - start).toString('utf8').split('\n');
  if (start > 0) lines.shift(); // cut in half
  return lines.filter((line) => line !== '').slice(-count);
}
