/** Load at a constant rate, and what its latencies amount to. */
import { elapsedMs, sleep } from '#runtime/clock';

export interface Summary {
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Starts `call` at the rate, whatever became of the calls before, and counts from when each was due.
 * @returns milliseconds by the label a call gives
 */
export async function atRate(ratePerSecond: number, seconds: number, call: (i: number) => Promise<string>): Promise<Map<string, number[]>> {
  const byLabel = new Map<string, number[]>();
  const begin = elapsedMs();
  const running: Promise<void>[] = [];
  for (let i = 0; i < seconds * ratePerSecond; i += 1) {
    const due = begin + (i * 1000) / ratePerSecond;
    while (elapsedMs() < due) await sleep(1);
    running.push(call(i).then((label) => {
      const times = byLabel.get(label) ?? [];
      byLabel.set(label, times);
      times.push(elapsedMs() - due);
    }));
  }
  await Promise.all(running);
  return byLabel;
}

export function summary(times: readonly number[]): Summary {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
  return { requests: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export const round = (number: number): number => Math.round(number * 100) / 100;
