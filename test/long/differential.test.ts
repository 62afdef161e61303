import test from 'ava';
import { compare } from '../contract/differential.ts';
import { Documents } from '../contract/judged.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => seed + Number(process.env['SEED'] ?? 0));

test('both validators say the same of a quarter of a million bodies', async (t) => {
  t.timeout(30 * 60_000);
  const documents = await Documents.read();
  let all = 0;
  for (const seed of seeds) {
    const { asked, refused, disagreements } = await compare(documents, 105, seed);
    t.deepEqual(disagreements.slice(0, 20), [], `SEED=${seed}`);
    t.true(refused > asked / 4);
    all += asked;
  }
  t.true(all > 200_000, `${all} bodies`);
});
