import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { sleep } from '#runtime/clock';
import { lockHolder, withLock } from '#runtime/lock';
import { isRunning, ownMark, startMark } from '#runtime/process';

function place(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'bss-lock-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lock');
}

test('only one of many works at a time', async (t) => {
  const path = place(t);
  let inside = 0;
  let most = 0;
  let done = 0;
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, 'counting', 10_000, async () => {
    most = Math.max(most, ++inside);
    await sleep(5);
    inside -= 1;
    done += 1;
  })));
  t.deepEqual({ most, done }, { most: 1, done: 8 });
  t.deepEqual(readdirSync(join(path, '..')), [], 'nothing is left behind');
});

test('a lock is let go when its work fails', async (t) => {
  const path = place(t);
  await t.throwsAsync(withLock(path, 'failing', 0, () => Promise.reject(new Error('as planned'))), { message: 'as planned' });
  t.is(await withLock(path, 'working', 0, () => Promise.resolve('again')), 'again');
});

test('a lock whose holder is gone is taken over at once', async (t) => {
  const path = place(t);
  writeFileSync(path, JSON.stringify({ pid: 2 ** 22 - 1, start: '1' }));
  t.is(lockHolder(path), undefined);
  t.is(await withLock(path, 'taking over', 0, () => Promise.resolve('mine')), 'mine');
});

test('a process number that belongs to somebody else by now holds nothing', async (t) => {
  const path = place(t);
  writeFileSync(path, JSON.stringify({ pid: process.pid, start: 'earlier' }));
  t.is(await withLock(path, 'taking over', 0, () => Promise.resolve('mine')), 'mine');
});

test('a living holder is named when the wait is over', async (t) => {
  const path = place(t);
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  t.teardown(() => child.kill('SIGKILL'));
  writeFileSync(path, JSON.stringify({ pid: child.pid, start: startMark(child.pid ?? 0) }));
  await t.throwsAsync(withLock(path, 'baking', 50, () => Promise.resolve()), { message: `Process ${child.pid} is already busy with baking; wait for it or stop it.` });
});

test('a process is told from a later one with its number', (t) => {
  t.true(isRunning(ownMark()));
  t.false(isRunning({ pid: process.pid, start: 'earlier' }));
  t.is(startMark(2 ** 22 - 1), undefined);
  t.is(startMark(-1), undefined);
});
