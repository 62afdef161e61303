import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { ESLint } from 'eslint';

/** SQL that writes stands only where a permit leads to it; time and chance come from runtime/ only (ARCHITECTURE §5, §8). */
const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = ['cli', 'db', 'events', 'handlers', 'policy', 'runtime'];

const mayWrite = [/^db\//, /^events\//, /^handlers\/[^/]+\/store[^/]*\.ts$/, /^handlers\/[^/]+\/sql\/[^/]+\.sql$/, /^handlers\/resource\//];
const writingSql = /\b(INSERT\s+INTO|UPDATE\s+[a-z_"]+(\.[a-z_"]+)?\s+(AS\s+\w+\s+)?SET|DELETE\s+FROM|TRUNCATE\s+\w|MERGE\s+INTO)\b/i;
const bookkeepers = [/^db\//, /^events\//];

interface Source {
  readonly path: string;
  readonly text: string;
}

const sqlOutOfPlace = ({ path, text }: Source): boolean => writingSql.test(text) && !mayWrite.some((place) => place.test(path));
const backDoor = ({ path, text }: Source): boolean => /\bbookkeeping\b/.test(text) && !bookkeepers.some((place) => place.test(path));

function sources(): Source[] {
  return folders.flatMap((folder) => {
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && /\.(ts|sql)$/.test(entry.name)).map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: relative(root, file), text: readFileSync(file, 'utf8') };
    });
  });
}

test('SQL that writes stands in stores, events and db only', (t) => {
  const all = sources();
  t.true(all.length > 50);
  t.deepEqual(all.filter(sqlOutOfPlace).map(({ path }) => path), []);
});

test('the door past the permit is used by db and events only', (t) => {
  t.deepEqual(sources().filter(backDoor).map(({ path }) => path), []);
});

test('planted violations are found', (t) => {
  for (const text of ["'INSERT INTO crm.customer'", '`UPDATE crm.customer SET state = $1`', "'delete from x'", '"MERGE INTO a"']) {
    t.true(sqlOutOfPlace({ path: 'handlers/crm/routes.ts', text }), text);
    t.false(sqlOutOfPlace({ path: 'handlers/crm/store.ts', text }), text);
  }
  t.false(sqlOutOfPlace({ path: 'handlers/crm/routes.ts', text: 'SELECT * FROM crm.customer FOR UPDATE' }));
  t.true(backDoor({ path: 'handlers/crm/store.ts', text: "import { bookkeeping } from '#db/transaction';" }));
});

test('time and chance outside runtime/ fail the lint', async (t) => {
  const eslint = new ESLint({ cwd: root });
  for (const line of ['Date.now();', 'new Date();', 'Math.random();', 'crypto.randomUUID();']) {
    const [found] = await eslint.lintText(`${line}\n`, { filePath: join(root, 'handlers/com/planted.ts') });
    t.true(found!.messages.some((one) => one.ruleId === 'no-restricted-syntax'), line);
  }
  const [clean] = await eslint.lintText("new Date('2026-01-01');\n", { filePath: join(root, 'handlers/com/planted.ts') });
  t.deepEqual(clean!.messages.filter((one) => one.ruleId === 'no-restricted-syntax'), []);
});

test('SQL takes its time from the caller, not from the server', (t) => {
  const serverTime = /(?<![.\w])(now\s*\(\s*\)|current_timestamp|clock_timestamp|statement_timestamp|localtimestamp)/i;
  const isSql = ({ path }: Source): boolean => path.endsWith('.sql') || /store[^/]*\.ts$/.test(path);
  t.true(serverTime.test('SELECT now()'));
  t.deepEqual(sources().filter((one) => isSql(one) && serverTime.test(one.text.replace(/--.*$/gm, ''))).map(({ path }) => path), []);
});
