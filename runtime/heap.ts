import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the objects of answers in the young generation, whatever V8 has concluded from earlier ones.
 * Its pretenuring takes the rows of a few slow lists for long-lived and lays all later ones into the
 * old generation at once, where each dead answer holds on to the young objects it refers to: 41 MB
 * outlived every collection, which took 7 to 10 ms instead of 1 (bench/read.ts, whole pages).
 */
export function keepAnswersYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
