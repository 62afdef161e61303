import test from 'ava';
import { compare } from './differential.ts';
import { exceptions } from './exceptions.ts';
import { Documents } from './judged.ts';

const seed = Number(process.env['SEED'] ?? 20_261_123);

test('both validators say the same of thousands of bodies that are nearly legal, but where the table of exceptions says why not', async (t) => {
  t.log(`SEED=${seed}`);
  const { asked, refused, excepted, disagreements } = await compare(await Documents.read(), 8, seed);
  t.log(`${asked} bodies, ${refused} refused by both, ${excepted.join(' and ')} excepted`);
  t.deepEqual(disagreements, []);
  t.true(asked > 2000, `${asked} bodies`);
  t.true(refused > asked / 4 && refused < asked * 0.9, `${refused} of ${asked} are refused: mistakes and harmless changes both occur`);
  excepted.forEach((times, i) => t.true(times > 0, `not met any more: ${exceptions[i]!.why}`));
});
