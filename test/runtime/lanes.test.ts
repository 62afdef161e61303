import test from 'ava';
import { Lanes } from '#runtime/lanes';

const gate = (): { open: () => void; passed: Promise<void> } => {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => { open = resolve; });
  return { open, passed };
};

test('slow work holds up its own lane only, and a full house tells when a lane falls free', async (t) => {
  let freed = 0;
  const lanes = new Lanes(2, () => { freed += 1; });
  const [first, second] = [gate(), gate()];
  lanes.start(() => first.passed);
  t.is(lanes.free, 1);
  lanes.start(() => second.passed);
  t.is(lanes.free, 0);
  t.throws(() => lanes.start(() => Promise.resolve()), { message: /lanes are taken/ });
  second.open();
  await new Promise(setImmediate);
  t.deepEqual([lanes.free, freed], [1, 1]);
  first.open();
  await lanes.idle();
  t.deepEqual([lanes.free, freed], [2, 1], 'nobody waits for a lane while one is free');
});
