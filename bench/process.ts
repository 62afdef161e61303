/** What a process has used so far: proc(5). */
import { readFileSync } from 'node:fs';

/** Processor time, utime and stime, which are in hundredths of a second. */
export const cpuMs = (pid: number): number => ticksOf(pid, 11) * 10;

/** The same of the processes it waited for, cutime and cstime. */
export const endedCpuMs = (pid: number): number => ticksOf(pid, 13) * 10;

/** Two neighbouring fields of a process's statistics, counted from its state on. */
function ticksOf(pid: number, field: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[field]) + Number(fields[field + 1]);
}

/** The line VmRSS counts in KiB. */
export const residentMiB = (pid: number): number =>
  Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
