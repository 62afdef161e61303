/** Paging, `fields` and `sort` of every list of the eleven APIs (TMF.md §2, TMF630 §4). */
import test, { type ExecutionContext } from 'ava';
import { leaves } from './leaf.ts';
import { listed } from './listed.ts';
import { fillShelf, get, list, type Row, type Shelf } from './shelf.ts';
import { afterLastStory } from './shared-stack.ts';
import { jsonOf } from './wire.ts';

const end = afterLastStory();
let shelf: Shelf;

test.serial('every resource of the eleven APIs has rows', async (t) => {
  shelf = await fillShelf(t, end);
  for (const each of listed) {
    const { status, rows, total, count } = await list(t, shelf, each, 'limit=1000');
    t.true(total >= 8, `${each.key} has ${total}`);
    t.deepEqual([rows.length, count, status], [total, total, 200], each.key);
  }
});

const idsOf = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);

for (const each of listed) {
  const { key, resource, retrieve } = each;

  test.serial(`${key}: pages neither overlap nor leave a row out, and 206 says that rows remain`, async (t) => {
    const all = await list(t, shelf, each, 'limit=1000');
    const seen: unknown[] = [];
    for (let offset = 0, next = ''; offset < all.total; offset += 1, next = '') {
      const page = await list(t, shelf, each, next || `limit=1&offset=${offset}`);
      t.deepEqual([page.status, page.total, page.count, page.rows.length], [offset + 1 < all.total ? 206 : 200, all.total, 1, 1]);
      seen.push(page.rows[0]?.['id']);
    }
    t.deepEqual(seen, idsOf(all.rows));
    t.is(new Set(seen).size, all.total);
  });

  test.serial(`${key}: the Link header leads from page to page`, async (t) => {
    const first = await list(t, shelf, each, 'limit=3&sort=id');
    const links = (text: string): Record<string, string> => Object.fromEntries([...text.matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]));
    t.deepEqual(Object.keys(links(first.link)).toSorted(), ['first', 'last', 'next', 'self']);
    const seen = [...first.rows];
    for (let url = links(first.link)['next']; url; ) {
      t.true(url.includes('sort=id'), 'the query is kept');
      t.is(new URL(url).pathname, resource.path);
      const page = await list(t, shelf, each, new URL(url).search.slice(1));
      seen.push(...page.rows);
      t.truthy(links(page.link)['prev']);
      url = links(page.link)['next'];
    }
    t.deepEqual(idsOf(seen).toSorted(), idsOf((await list(t, shelf, each, 'limit=1000')).rows).toSorted());
    const last = await list(t, shelf, each, new URL(links(first.link)['last']!).search.slice(1));
    t.deepEqual(last.rows.at(-1), seen.at(-1));
  });

  test.serial(`${key}: limit and offset at their bounds`, async (t) => {
    const { total } = await list(t, shelf, each, 'limit=1000');
    const none = await list(t, shelf, each, 'limit=0');
    t.deepEqual([none.status, none.count, none.total], [206, 0, total]);
    const beyond = await list(t, shelf, each, 'offset=1000000');
    t.deepEqual([beyond.status, beyond.count, beyond.total], [200, 0, total]);
    const capped = await list(t, shelf, each, 'limit=999999');
    t.deepEqual([capped.status, capped.count], [200, total]);
    t.is((await list(t, shelf, each, '')).status, 200);
    for (const query of ['limit=-1', 'offset=-1', 'limit=ten', 'offset=1.5', 'limit=1&limit=2', 'limit=99999999999999999999']) {
      const reply = await get(shelf, each, `?${query}`);
      t.is(reply.status, 400, `${query}: ${reply.text}`);
    }
  });

  test.serial(`${key}: fields shows the named attributes, with id and href in lists`, async (t) => {
    const { rows } = await list(t, shelf, each, 'limit=1000');
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    for (const name of names) {
      const reduced = await list(t, shelf, each, `limit=1000&fields=${encodeURIComponent(name)}`);
      t.deepEqual(reduced.rows, rows.map((row) => only(row, ['id', 'href', name])), name);
    }
    const [row] = rows;
    const single = async (query: string): Promise<unknown> => jsonOf(await get(shelf, each, `/${encodeURIComponent(String(row?.['id']))}${query}`));
    t.deepEqual(await single(''), row, `${retrieve.key} answers what the list shows`);
    t.deepEqual(await single('?fields=href'), only(row!, ['href']));
    t.deepEqual(await single('?fields=none'), only(row!, ['id', 'href']));
    t.deepEqual(await single('?fields=id,nonsense'), only(row!, ['id']));
    t.deepEqual(await single('?fields=nonsense'), {});
    t.deepEqual(await single('?fields=@type&fields=id'), only(row!, ['id', '@type']));
    t.deepEqual((await list(t, shelf, each, 'limit=2&fields=none')).rows, rows.slice(0, 2).map((one) => only(one, ['id', 'href'])));
  });

  test.serial(`${key}: sort orders by any attribute, both ways, the same on every page`, async (t) => {
    const { rows, total } = await list(t, shelf, each, 'limit=1000');
    const paths = [...new Set(rows.flatMap((row) => leaves(each, row).filter(({ many, path }) => !many && !path.endsWith('.href')).map(({ path }) => path)))];
    t.true(paths.length >= 4, paths.join(' '));
    const refused: string[] = [];
    for (const path of paths.filter((_, i) => i < 25)) {
      const up = await get(shelf, each, `?limit=1000&sort=${encodeURIComponent(path)}`);
      const down = await get(shelf, each, `?limit=1000&sort=-${encodeURIComponent(path)}`);
      if (up.status !== 200 || down.status !== 200) refused.push(`${path}: ${up.text.slice(0, 200)}`);
      else for (const [reply, sign] of [[up, 1], [down, -1]] as const) assertSorted(t, jsonOf(reply) as Row[], path, sign);
    }
    t.deepEqual(refused, []);
    const sort = `sort=-${encodeURIComponent(paths.at(-1)!)},%2Bid`;
    const whole = await list(t, shelf, each, `limit=1000&${sort}`);
    const halves = [...(await list(t, shelf, each, `limit=5&${sort}`)).rows, ...(await list(t, shelf, each, `offset=5&limit=1000&${sort}`)).rows];
    t.deepEqual(idsOf(halves), idsOf(whole.rows));
    t.is(halves.length, total);
    const unknown = await get(shelf, each, '?sort=nonsense');
    t.is(unknown.status, 400);
    t.regex(unknown.text, /nonsense/);
  });

  function assertSorted(t: ExecutionContext, rows: readonly Row[], path: string, sign: 1 | -1): void {
    const values = rows.map((row) => leaves(each, row).find((leaf) => leaf.path === path)?.value);
    const present = values.filter((value) => value !== undefined);
    t.true(values.slice(0, present.length).every((value) => value !== undefined), `${path}: rows without it come last`);
    for (let i = 1; i < present.length; i += 1) t.true(sign * compare(present[i - 1], present[i]) <= 0, `${sign} ${path}: ${JSON.stringify(present)}`);
  }
}

/** Text by code point, as the database does with the collation "C". */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

const only = (row: Row, names: readonly string[]): Row => Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
