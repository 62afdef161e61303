import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { boundServerLog, logBytesMax, logPath } from '#cli/run/server-log';
import { homeOf, type Home } from '#runtime/home';

function madeHome(t: ExecutionContext): Home {
  const folder = mkdtempSync(join(tmpdir(), 'bss-log-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const home = homeOf({ BSS_HOME: folder });
  mkdirSync(home.log, { recursive: true });
  return home;
}

/** A log past its bound, without its bytes on the disk. */
function fill(path: string): void {
  writeFileSync(path, 'first line\n');
  truncateSync(path, logBytesMax + 1);
}

test('a log past its bound is kept beside and begins anew, any other is left alone', (t) => {
  const home = madeHome(t);
  const path = logPath(home);
  writeFileSync(path, 'first line\n');
  boundServerLog(home);
  t.is(readFileSync(path, 'utf8'), 'first line\n');
  t.false(existsSync(`${path}.1`));
  fill(path);
  boundServerLog(home);
  t.is(statSync(path).size, 0);
  t.is(statSync(`${path}.1`).size, logBytesMax + 1);
});

test('a log that cannot be kept, as on a full disk, is bounded all the same: the server goes on', (t) => {
  const home = madeHome(t);
  const path = logPath(home);
  fill(path);
  mkdirSync(`${path}.1`);
  t.notThrows(() => boundServerLog(home));
  t.is(statSync(path).size, 0);
});
