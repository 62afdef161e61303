/** Status codes and headers of every resource (TMF.md §2, DOMAIN §10): create, read, delete, and what is refused. */
import test, { type ExecutionContext } from 'ava';
import { leaves } from './leaf.ts';
import { bodyOf, listed, sources, type Listed, type Source } from './listed.ts';
import { Random } from './random.ts';
import { afterLastStory } from './shared-stack.ts';
import { at, fillShelf, list, refused, send, type Row, type Shelf } from './shelf.ts';
import { jsonOf, type Reply } from './wire.ts';

const end = afterLastStory();
let shelf: Shelf;
let documents: ReadonlyMap<string, Source>;

test.serial('every resource of the eleven APIs has rows', async (t) => {
  documents = await sources();
  shelf = await fillShelf(t, end);
  t.pass();
});

/** Legal bodies of a resource, never twice the same. */
const random = new Random(2026);
const fresh = (each: Listed, fullness = 0.6): Row => bodyOf(documents.get(each.create!.key)!, random, fullness) as Row; // a create takes an object
const post = (each: Listed, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => send(shelf, each, 'POST', '', body, headers);
const get = (each: Listed, rest: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => send(shelf, each, 'GET', rest, undefined, headers);
const totalOf = async (t: ExecutionContext, each: Listed): Promise<number> => (await list(t, shelf, each, 'limit=1')).total;
/** What a client posted and nothing has come to rest upon. */
const posted = async (t: ExecutionContext, each: Listed): Promise<Row> => (await list(t, shelf, each, 'limit=1')).rows[0]!;

/** Resources whose id a client may choose. */
const chosen = (each: Listed): boolean => each.resource.idPrefix === null;

for (const each of listed.filter(({ create }) => create)) {
  test.serial(`${each.key}: a create answers with the row, its address and its own id`, async (t) => {
    const body = { ...fresh(each), id: chosen(each) ? undefined : 'MINE-1', href: 'https://elsewhere.example/1', 'x-note': { kept: [1, { deep: null }], text: 'naïve 日本' } };
    const reply = await post(each, body);
    t.true(reply.status === 201 || reply.status === 202, reply.text);
    if (reply.status === 202) t.truthy(reply.headers['monitorid']);
    const row = jsonOf(reply) as Row;
    t.is(reply.headers.location, row['href'] as string);
    t.is(String(row['href']), `${shelf.stack.baseUrl(each.list.service as never).replace('127.0.0.1', 'localhost')}${each.resource.path}/${String(row['id'])}`);
    t.not(row['id'], 'MINE-1');
    t.deepEqual(row['x-note'], body['x-note'], 'what nobody knows is kept as it came');
    t.is(typeof row['@type'], 'string');
    t.regex(String(reply.headers['content-type']), /^application\/json/);
    t.is((await get(each, at(row))).status, 200);
    const times = leaves(each, row).filter(({ kind }) => kind === 'time');
    t.deepEqual(times.filter(({ value }) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(value))), []);
  });

  test.serial(`${each.key}: the same key and body again gets the first answer, byte by byte`, async (t) => {
    const body = JSON.stringify(fresh(each));
    const key = { 'idempotency-key': `create of ${each.key}` };
    const first = await post(each, body, key);
    t.true(first.status < 300, first.text);
    const before = await totalOf(t, each);
    const again = await post(each, body, key);
    t.deepEqual([again.status, again.text, again.headers.location, again.headers['idempotency-replayed']], [first.status, first.text, first.headers.location, 'true']);
    t.is(await totalOf(t, each), before);
    const other = await post(each, `${body} `, key);
    refused(t, other, 422);
    t.regex(other.text, /idempotency\.key\.reused/);
  });

  test.serial(`${each.key}: a dry run of a create leaves no row and no event`, async (t) => {
    await shelf.stack.settle();
    await shelf.stack.events();
    const before = await totalOf(t, each);
    const reply = await post(each, fresh(each), { prefer: 'dry-run' });
    t.is(reply.status, 200, reply.text);
    t.is(typeof (jsonOf(reply) as Row)['allowed'], 'boolean');
    t.is(reply.headers['preference-applied'], 'dry-run');
    t.is(await totalOf(t, each), before);
    t.deepEqual(await shelf.stack.events(), []);
  });

  test.serial(`${each.key}: a body that cannot be read is refused, and leaves nothing`, async (t) => {
    const before = await totalOf(t, each);
    const good = JSON.stringify(fresh(each));
    for (const type of ['text/plain', 'application/xml', 'application/merge-patch+json', 'application/json; charset=utf-16', '']) refused(t, await post(each, good, { 'content-type': type }), 415, type);
    refused(t, await post(each, good, { 'content-encoding': 'gzip' }), 415);
    for (const bad of ['{', '[]', '"text"', 'null', '7', '{"a":1}}', '\uFEFF{', `${'['.repeat(5000)}`]) refused(t, await post(each, bad), 400, bad.slice(0, 20));
    refused(t, await send(shelf, each, 'POST', ''), 400, 'no body');
    refused(t, await post(each, JSON.stringify({ note: 'x'.repeat(1_100_000) })), 413);
    refused(t, await post(each, '{"description":"half \\ud800 a pair"}'), 400);
    t.is(await totalOf(t, each), before);
    t.true((await post(each, good, { 'content-type': 'application/json; charset=utf-8' })).status < 300);
  });
}

for (const each of listed) {
  test.serial(`${each.key}: a read has a tag, a head and the headers that go with it`, async (t) => {
    const row = await posted(t, each);
    const reply = await get(each, at(row));
    const tag = String(reply.headers.etag);
    t.regex(tag, /^W\/"\d+"$/);
    for (const match of [tag, `"other", ${tag}`, '*', tag.slice(2)]) {
      const unchanged = await get(each, at(row), { 'if-none-match': match });
      t.deepEqual([unchanged.status, unchanged.text, unchanged.headers.etag], [304, '', tag], match);
    }
    t.is((await get(each, at(row), { 'if-none-match': 'W/"999"' })).status, 200);
    const head = await send(shelf, each, 'HEAD', at(row));
    t.deepEqual([head.status, head.text, head.headers.etag, head.headers['content-length']], [200, '', tag, reply.headers['content-length']]);
    const heads = await send(shelf, each, 'HEAD', '?limit=1');
    t.deepEqual([heads.text, heads.headers['x-result-count']], ['', '1']);
    t.is((await get(each, `${at(row)}/`)).text, reply.text, 'a trailing slash');
    t.is((await get(each, '/?limit=1')).headers['x-result-count'], '1');
    for (const accept of ['application/json', '*/*', 'application/json;charset=utf-8']) t.is((await get(each, at(row), { accept })).status, 200, accept);
    t.regex(String(reply.headers['content-type']), /^application\/json/);
  });

  test.serial(`${each.key}: nobody's id is 404, a method that is not there is 405 with what is`, async (t) => {
    for (const id of ['NOBODY-999999', '%20', 'a%2Fb', '%00', '%F0%9F%98%80', 'x'.repeat(300), "';--", '..%2f..']) refused(t, await get(each, `/${id}`), 404, id);
    refused(t, await get(each, '/%E0%A4%A'), 400, 'a broken percent-encoding');
    const methods = (on: 'one' | 'all'): string => {
      const rows = on === 'all' ? [each.list, each.create] : [each.retrieve, each.patch, each.remove];
      return rows.flatMap((row) => (row === null ? [] : row.method === 'GET' ? ['GET', 'HEAD'] : [row.method])).toSorted().join(', ');
    };
    for (const [rest, allow] of [['', methods('all')], ['/X-1', methods('one')]] as const) {
      const reply = await send(shelf, each, 'PUT', rest, {});
      refused(t, reply, 405);
      t.is(String(reply.headers.allow).split(', ').toSorted().join(', '), allow);
    }
    refused(t, await get(each, '/a/b/c'), 404);
  });
}

for (const each of listed.filter(({ remove }) => remove)) {
  test.serial(`${each.key}: a delete asks for the version, then the row is gone or a rule says why it stays`, async (t) => {
    const row = await posted(t, each);
    const tag = String((await get(each, at(row))).headers.etag);
    refused(t, await send(shelf, each, 'DELETE', at(row), undefined, { 'if-match': 'W/"999"' }), 412);
    const dry = await send(shelf, each, 'DELETE', at(row), undefined, { prefer: 'dry-run' });
    t.is(dry.status, 200, dry.text);
    t.is((await get(each, at(row))).status, 200, 'a dry run removes nothing');
    const reply = await send(shelf, each, 'DELETE', at(row), undefined, { 'if-match': tag });
    if ((jsonOf(dry) as { allowed: boolean }).allowed) {
      t.deepEqual([reply.status, reply.text], [204, '']);
      refused(t, await get(each, at(row)), 404);
      refused(t, await send(shelf, each, 'DELETE', at(row)), 404);
    } else {
      refused(t, reply, 422);
      t.is((await get(each, at(row))).status, 200);
    }
    refused(t, await send(shelf, each, 'DELETE', '/NOBODY-999999'), 404);
    const events = (await shelf.stack.events()).filter(({ aggregateId, type }) => aggregateId === row['id'] && each.remove!.events.includes(type));
    t.is(events.length, each.remove!.events.length > 0 && reply.status === 204 ? 1 : 0);
  });
}
