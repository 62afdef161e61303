import { elapsedMs, sleep } from '#runtime/clock';

const pollMs = 10;

/** Waits until something is there. @throws {Error} after half a minute */
export async function until(found: () => Promise<boolean> | boolean, msMax = 30_000): Promise<void> {
  for (const begin = elapsedMs(); !(await found()); await sleep(pollMs)) {
    if (elapsedMs() - begin > msMax) throw new Error('it never came');
  }
}
