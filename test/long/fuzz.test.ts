import test from 'ava';
import { fuzz, seedOf } from '../tmf630/fuzz/fuzz.ts';

/** Stacks of 20,000 requests: rows add up, and a stack that is full of them answers slowly, not differently. */
for (let round = 1; round <= 5; round += 1) {
  test.serial(`100,000 requests of chance find no failure, round ${round}`, async (t) => {
    t.timeout(1_800_000);
    await fuzz(t, { seed: seedOf(2026) + round, requests: 20_000 });
  });
}
