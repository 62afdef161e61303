/** Lists that ask for a value inside the documents, of few rows or of many. */
import test from 'ava';
import { operations } from '#generated/operations';
import { runWith, systemContext } from '#runtime/context';
import { BadRequest, Unavailable } from '#runtime/errors';
import { resourceRoutes } from '../../../handlers/resource/routes.ts';
import type { Service } from '../../../handlers/service.ts';
import { categories, Shelf } from './shelf.ts';

const count = 2300;
let shelf: Shelf;

interface Made {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

const made: readonly Made[] = Array.from({ length: count }, (_, i) => ({ id: `CAT-${i + 1}`, name: `Name ${(i + 1) % 7}`, version: String((i + 1) % 20 === 0 ? (i + 1) % 100 : 1) }));

test.before(async () => {
  shelf = await Shelf.open();
  await shelf.db.read(
    `INSERT INTO catalog.test_category (id, name, lifecycle_status, owner_id, document, created_at, updated_at)
     SELECT made->>'id', made->>'name', 'Active', NULL, jsonb_build_object('version', made->>'version'), timestamptz '2026-01-01T00:00:00Z', timestamptz '2026-01-01T00:00:00Z'
     FROM jsonb_array_elements($1::jsonb) made`, [JSON.stringify(made)],
  );
});

test.after.always(() => shelf.close());

const byNumber = (a: Made, b: Made): number => Number(a.id.slice(4)) - Number(b.id.slice(4));
const newest = (a: Made, b: Made): number => byNumber(b, a);
const byName = (a: Made, b: Made): number => (a.name === b.name ? byNumber(a, b) : a.name < b.name ? -1 : 1);

for (const [what, version, matching] of [['few', '20', 23], ['many', '1', 2185], ['none', '7', 0]] as const) {
  for (const [sort, compare] of [['', newest], ['sort=name', byName]] as const) {
    test.serial(`a value of ${what} rows: every page and the total are exact, ${sort || 'newest first'}`, async (t) => {
      const expected = made.filter((one) => one.version === version).toSorted(compare).map(({ id }) => id);
      t.is(expected.length, matching);
      for (const [offset, limit] of [[0, 100], [0, 5], [5, 5], [20, 5], [990, 20], [1000, 20], [2180, 20], [0, 0]] as const) {
        const { body, headers } = await shelf.list(`version=${version}&${sort}&offset=${offset}&limit=${limit}`);
        const page = expected.slice(offset, offset + limit);
        t.deepEqual(body.map(({ id }: { id: string }) => id), page, `offset ${offset}`);
        t.is(headers['X-Total-Count'], String(matching));
        t.is(headers['X-Result-Count'], String(page.length));
      }
    });
  }
}

test.serial('a search is narrowed by the other filters', async (t) => {
  const { body, headers } = await shelf.list('version=20&name=Name 3&sort=id');
  const expected = made.filter(({ version, name }) => version === '20' && name === 'Name 3').map(({ id }) => id);
  t.true(expected.length > 1);
  t.deepEqual(body.map(({ id }: { id: string }) => id), expected);
  t.is(headers['X-Total-Count'], String(expected.length));
});

test.serial('exactly 1,000 matching rows are few, 1,001 are many, and both are told exactly', async (t) => {
  for (const extra of [0, 1]) {
    await shelf.db.read("UPDATE catalog.test_category SET document = jsonb_set(document, '{version}', '\"edge\"') WHERE length(id) < 8 OR substr(id, 5)::int <= $1", [1000 + extra]);
    const { body, headers } = await shelf.list('version=edge&limit=3&offset=10&sort=id');
    t.deepEqual(body.map(({ id }: { id: string }) => id), ['CAT-11', 'CAT-12', 'CAT-13']);
    t.is(headers['X-Total-Count'], String(1000 + extra));
  }
});

test.serial('a list that takes too long is given up with 503, and with 400 where its expression is to blame', async (t) => {
  const timeout = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  const routes = resourceRoutes({ ...shelf.service, db: { read: () => Promise.reject(timeout) } } as unknown as Service, categories); // a list reads, no more
  const list = (query: Record<string, string>): Promise<unknown> => runWith(systemContext('catalog'), () =>
    routes.list({ operation: operations['TMF620.listCategory'], params: {}, query, body: undefined, headers: {}, contentType: 'application/json' }));
  await t.throwsAsync(list({}), { instanceOf: Unavailable, message: /too long/ });
  await t.throwsAsync(list({ 'name.regex': '(a+)+$' }), { instanceOf: BadRequest });
});
