import type { components } from '#generated/types/admin';

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
  /** Earliest business time at which a row is due; null while none waits. */
  due(): Promise<Date | null>;
  /** Works on everything that is due, in bounded batches; a repeat changes nothing. */
  run(): Promise<SweepResult>;
}
