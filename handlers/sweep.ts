import type { components } from '#generated/types/admin';
import type { Worker } from '#runtime/worker';
import type { Service } from './service.ts';

export type SweepName = components['schemas']['SweepName'];

/** What one run of a sweep did, in rows. */
export interface SweepResult {
  /** Rows that were due. */
  readonly examined: number;
  readonly changed: number;
  /** Rows it could not change now; they stay due. */
  readonly failed: number;
}

/** Work that falls due with time (DOMAIN §2 "Sweeps"): a loop does it by itself, an operator at once. */
export interface Sweep {
  readonly name: SweepName;
  /** How often the loop looks, in milliseconds of machine time. */
  readonly everyMs: number;
  /** Earliest business time at which a row is due; null while none waits. */
  due(): Promise<Date | null>;
  /** Works on everything that is due, in bounded batches; a repeat changes nothing. */
  run(): Promise<SweepResult>;
}

/** Batches of one run: more than what falls due on any day fills. */
const batchesMax = 10_000;

/** Runs batches until one is not full, or changes nothing: rows that failed come again, but not in a hurry. */
export async function inBatches(size: number, batch: () => Promise<SweepResult>): Promise<SweepResult> {
  let total: SweepResult = { examined: 0, changed: 0, failed: 0 };
  for (let run = 0; run < batchesMax; run += 1) {
    const { examined, changed, failed } = await batch();
    total = { examined: total.examined + examined, changed: total.changed + changed, failed: total.failed + failed };
    if (examined < size || changed === 0) break;
  }
  return total;
}

/** The loop that does by itself what the sweep does at once; the composition root starts one for each. */
export const sweepWorker = (service: Service, sweep: Sweep): Worker =>
  service.worker({ name: sweep.name, everyMs: sweep.everyMs, run: async () => {
    await sweep.run();
    return false;
  } });
