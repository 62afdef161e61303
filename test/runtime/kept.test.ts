import test from 'ava';
import { kept } from '#runtime/kept';

test('what was made is made once, also for callers at the same time', async (t) => {
  const made = new Map<string, Promise<number>>();
  let count = 0;
  const make = async (): Promise<number> => (count += 1);
  t.deepEqual(await Promise.all([kept(made, 'a', make), kept(made, 'a', make)]), [1, 1]);
  t.is(await kept(made, 'a', make), 1);
  t.is(await kept(made, 'b', make), 2);
});

test('a failure reaches whoever asked, and the next call makes it anew', async (t) => {
  const made = new Map<string, Promise<string>>();
  await t.throwsAsync(kept(made, 'a', () => Promise.reject(new Error('no file'))), { message: 'no file' });
  t.is(await kept(made, 'a', () => Promise.resolve('read')), 'read');
});
