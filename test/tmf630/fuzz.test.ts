import test from 'ava';
import { fuzz, seedOf } from './fuzz/fuzz.ts';

test('every operation answers whatever it is sent: never with a failure, a hang or a body beside its schema', async (t) => {
  t.timeout(120_000);
  await fuzz(t, { seed: seedOf(630), requests: 5000 });
});
