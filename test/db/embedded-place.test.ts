import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { explain } from '#db/embedded/error';
import { canEnter } from '#db/embedded/place';

test('a folder below one that only its owner enters is shut to others', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bss-place-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const inner = join(folder, 'inner');
  mkdirSync(inner, { mode: 0o755 });
  chmodSync(folder, 0o700);
  const stranger = { uid: 54_321, gid: 54_321 };
  t.false(canEnter(inner, stranger));
  chmodSync(folder, 0o711);
  t.true(canEnter(inner, stranger));
});

const said = [
  { words: 'FATAL:  could not write lock file: No space left on device', want: /disk that holds \/data is full; free/ },
  { words: 'initdb: error: could not create directory: Permission denied', want: /may not use \/data; run as the owner/ },
  { words: 'spawn /data/bin/postgres EACCES', want: /Programs in \/data may not be run/ },
  { words: 'FATAL:  database files are incompatible with server', want: /another PostgreSQL version/ },
  { words: 'FATAL:  could not map anonymous shared memory: Cannot allocate memory', want: /too little free memory/ },
  { words: 'postgres: error while loading shared libraries: libossp-uuid.so.16: cannot open', want: /system library .*\(libossp-uuid\.so\.16\)/ },
  { words: 'LOG:  starting\nFATAL:  something nobody foresaw\nLOG:  down', want: /did not start in \/data: FATAL: {2}something nobody foresaw/ },
  { words: '', want: /it said nothing/ },
];

for (const { words, want } of said) {
  test(`"${words.slice(0, 60)}" is explained in one sentence with what to do`, (t) => {
    const error = explain(words, '/data');
    t.regex(error.message, want);
    t.is(error.exitCode, 7);
  });
}
