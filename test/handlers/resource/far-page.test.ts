import test from 'ava';
import { sleep } from '#runtime/clock';
import { totalOf } from '../../../handlers/resource/total.ts';
import { Shelf } from './shelf.ts';

const count = 2300;
let shelf: Shelf;

test.before(async () => {
  shelf = await Shelf.open();
  // Seven names, one in three with a version, made at 46 instants.
  await shelf.db.read(`INSERT INTO catalog.test_category (id, name, lifecycle_status, owner_id, document, created_at, updated_at)
    SELECT 'CAT-' || i, 'Name ' || i % 7, 'Active', NULL,
      CASE WHEN i % 3 = 0 THEN jsonb_build_object('version', lpad((i % 11)::text, 2, '0')) ELSE '{}' END,
      timestamptz '2026-01-01T00:00:00Z' + (i / 50) * interval '1 hour', timestamptz '2026-01-01T00:00:00Z'
    FROM generate_series(1, ${count}) i`);
});

test.after.always(() => shelf.close());

for (const sort of ['', 'sort=name', 'sort=-name', 'sort=version', 'sort=-version,name', 'sort=-id', 'sort=-lastUpdate']) {
  test.serial(`far pages continue the near ones in one order, read from either end: ${sort || 'newest first'}`, async (t) => {
    const ids = async (window: string): Promise<string[]> => {
      const { body, headers } = await shelf.list(`${sort}&${window}`);
      t.is(headers['X-Total-Count'], String(count), window);
      return body.map(({ id }: { id: string }) => id);
    };
    const whole = [...await ids('limit=1000'), ...await ids('limit=1000&offset=1000'), ...await ids('limit=1000&offset=2000')];
    t.is(new Set(whole).size, count);
    // 999 and below are read as they come; 1,000 and on by their ids; from 1,151 on backwards.
    for (const offset of [900, 999, 1000, 1149, 1150, 1151, 1800, 2250, 2299]) t.deepEqual(await ids(`limit=100&offset=${offset}`), whole.slice(offset, offset + 100), `offset ${offset}`);
    t.deepEqual(await ids('limit=100&offset=2300'), []);
    t.deepEqual(await ids('limit=0&offset=2000'), []);
  });
}

test.serial('a far page keeps the filter', async (t) => {
  const { body, headers } = await shelf.list('name.ne=Name 3&sort=-id&limit=2&offset=1500');
  const expected = Array.from({ length: count }, (_, i) => count - i).filter((i) => i % 7 !== 3);
  t.is(headers['X-Total-Count'], String(expected.length));
  t.deepEqual(body.map(({ id }: { id: string }) => id), expected.slice(1500, 1502).map((i) => `CAT-${i}`));
});

test.serial('a total counts what is committed, as soon as it is', async (t) => {
  const total = async (): Promise<number> => Number((await shelf.list('name=Fresh&limit=0')).headers['X-Total-Count']);
  const add = (id: string): string => `INSERT INTO catalog.test_category (id, name, lifecycle_status, created_at, updated_at) VALUES ('${id}', 'Fresh', 'Active', '2026-01-01', '2026-01-01')`;
  t.deepEqual([await total(), await total()], [0, 0]);
  await shelf.db.read(add('CAT-A'));
  t.deepEqual([await total(), await total()], [1, 1]);
  const writing = shelf.db.read(`WITH added AS (${add('CAT-B')} RETURNING id) SELECT pg_sleep(0.3) FROM added`);
  await sleep(100);
  t.deepEqual([await total(), await total()], [1, 1], 'not committed yet');
  await writing;
  t.deepEqual([await total(), await total()], [2, 2]);
  await shelf.db.read("DELETE FROM catalog.test_category WHERE name = 'Fresh'");
  t.is(await total(), 0);
});

test.serial('a total is counted once while nobody writes', async (t) => {
  // A "count" that tells one run from the next. Other test files write to the same server now and then.
  const text = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS total';
  const counts: number[] = [];
  for (let i = 0; i < 200; i += 1) counts.push(await totalOf(shelf.db, text, []));
  t.true(new Set(counts).size < counts.length);
  t.not(await totalOf(shelf.db, `${text} /* another list */`, []), await totalOf(shelf.db, text, []));
});
