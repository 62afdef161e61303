/** Merge patch and JSON patch of every resource that takes one (TMF.md §2, RFC 7396, RFC 6902). */
import test from 'ava';
import { listed, type Listed } from './listed.ts';
import { afterLastStory } from './shared-stack.ts';
import { at, fillShelf, list, refused, send, type Row, type Shelf } from './shelf.ts';
import { jsonOf, type Reply } from './wire.ts';

const end = afterLastStory();
let shelf: Shelf;

test.serial('every resource of the eleven APIs has rows', async (t) => {
  shelf = await fillShelf(t, end);
  await shelf.stack.events();
  t.pass();
});

const merge = { 'content-type': 'application/merge-patch+json' };
const steps = { 'content-type': 'application/json-patch+json' };

/** A settled bill takes no attribute but its state; everything else keeps what a client adds. */
const patchable = listed.filter(({ patch, key }) => patch && key !== 'TMF678.customerBill');

/** The row a client posted last: nothing works on it. */
const newest = async (t: Parameters<typeof list>[0], each: Listed): Promise<Row> => (await list(t, shelf, each, 'limit=1')).rows[0]!;
const patch = (each: Listed, row: Row, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => send(shelf, each, 'PATCH', at(row), body, headers);
const reread = async (each: Listed, row: Row): Promise<Row> => jsonOf(await send(shelf, each, 'GET', at(row))) as Row; // it is there
const tagOf = async (each: Listed, row: Row): Promise<string> => String((await send(shelf, each, 'GET', at(row))).headers.etag);

for (const each of patchable) {
  test.serial(`${each.key}: a merge patch adds, nests, replaces lists whole and removes`, async (t) => {
    const row = await newest(t, each);
    await shelf.stack.events();
    const before = await tagOf(each, row);
    const added = await patch(each, row, { extra: { a: 1, list: [1, 2], deep: { x: true } } });
    t.is(added.status, 200, added.text);
    t.deepEqual((jsonOf(added) as Row)['extra'], { a: 1, list: [1, 2], deep: { x: true } });
    t.deepEqual(await reread(each, row), jsonOf(added), 'what is answered is what is stored');
    t.not(await tagOf(each, row), before);
    const [event, ...others] = (await shelf.stack.events()).filter(({ aggregateId }) => aggregateId === row['id']);
    t.deepEqual(others, []);
    t.true(each.patch!.events.includes(event?.type ?? ''), event?.type);
    t.deepEqual((event?.payload['changed'] as string[] | undefined)?.includes('extra'), true);

    const second = await patch(each, row, { extra: { a: null, list: [3], deep: { y: null } } }, merge);
    t.deepEqual((jsonOf(second) as Row)['extra'], { list: [3], deep: { x: true } });
    const gone = await patch(each, row, { extra: null }, { 'content-type': 'application/merge-patch+json; charset=utf-8' });
    t.false('extra' in (jsonOf(gone) as Row), 'null removes');
    t.deepEqual(untouched(jsonOf(gone) as Row), untouched(row), 'nothing else moved');
  });

  test.serial(`${each.key}: a patch that changes nothing writes and tells nothing`, async (t) => {
    const row = await newest(t, each);
    const tag = await tagOf(each, row);
    await shelf.stack.events();
    for (const [body, headers] of [[{}, merge], [{ extra: null }, merge], [row, {}], [[], steps], [[{ op: 'test', path: '/id', value: row['id'] }], steps], [[{ op: 'replace', path: '/id', value: row['id'] }], steps]] as const) {
      const reply = await patch(each, row, body, headers);
      // An empty list of steps is refused where the document wants at least one.
      if (Array.isArray(body) && body.length === 0 && reply.status === 400) continue;
      t.is(reply.status, 200, `${JSON.stringify(body).slice(0, 80)}: ${reply.text.slice(0, 300)}`);
      t.deepEqual(jsonOf(reply), row);
    }
    t.is(await tagOf(each, row), tag);
    t.deepEqual(await shelf.stack.events(), []);
  });

  test.serial(`${each.key}: a JSON patch tests, adds, replaces, moves, copies and removes, all or nothing`, async (t) => {
    const row = await newest(t, each);
    const after = await patch(each, row, [
      { op: 'add', path: '/extra', value: { list: ['b'], 'a/b': { '~': 1 } } },
      { op: 'add', path: '/extra/list/0', value: 'a' }, { op: 'add', path: '/extra/list/-', value: 'c' },
      { op: 'replace', path: '/extra/list/1', value: 'B' }, { op: 'remove', path: '/extra/list/2' },
      { op: 'copy', from: '/extra/list', path: '/extra/copied' }, { op: 'move', from: '/extra/a~1b/~0', path: '/extra/moved' },
      { op: 'test', path: '/extra/moved', value: 1 }, { op: 'test', path: '/id', value: row['id'] },
    ], steps);
    t.is(after.status, 200, after.text);
    t.deepEqual((jsonOf(after) as Row)['extra'], { list: ['a', 'B'], copied: ['a', 'B'], moved: 1, 'a/b': {} });

    const tag = await tagOf(each, row);
    const first = { op: 'add', path: '/extra/spoilt', value: true };
    refused(t, await patch(each, row, [first, { op: 'test', path: '/id', value: 'other' }], steps), 409);
    for (const bad of [
      { op: 'replace', path: '/nowhere/at/all', value: 1 }, { op: 'remove', path: '/nowhere' }, { op: 'add', path: '/extra/list/9', value: 1 },
      { op: 'add', path: '/extra/list/01', value: 1 }, { op: 'add', path: 'extra', value: 1 }, { op: 'add', path: '/extra/~2', value: 1 }, { op: 'remove', path: '' },
      { op: 'move', from: '/extra', path: '/extra/list/0' }, { op: 'copy', path: '/extra/x' }, { op: 'add', path: '/extra/y' }, { op: 'grow', path: '/extra' }, { path: '/extra' }, 'add', null,
    ]) refused(t, await patch(each, row, [first, bad], steps), 400, JSON.stringify(bad));
    refused(t, await patch(each, row, { op: 'add', path: '/extra/x', value: 1 }, steps), 400, 'an object is no JSON patch');
    refused(t, await patch(each, row, [], merge), 400, 'a list is no merge patch of a resource');
    t.is(await tagOf(each, row), tag, 'none of them left a trace');
    t.is((await patch(each, row, [{ op: 'remove', path: '/extra' }], steps)).status, 200);
  });

  test.serial(`${each.key}: what the server sets stays, and each medium is told apart`, async (t) => {
    const row = await newest(t, each);
    for (const [body, headers] of [[{ id: 'OTHER-1' }, {}], [{ href: 'https://elsewhere.example/1' }, merge], [[{ op: 'replace', path: '/id', value: 'OTHER-1' }], steps], [[{ op: 'remove', path: '/href' }], steps]] as const) {
      const reply = await patch(each, row, body, headers);
      refused(t, reply, 422, JSON.stringify(body));
      t.regex(reply.text, /\.patch\.field_locked/);
    }
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/json; charset=iso-8859-1', '']) refused(t, await patch(each, row, '{}', { 'content-type': type }), 415, type);
    refused(t, await patch(each, row, '{"a":', merge), 400);
    refused(t, await patch(each, row, '"text"', merge), 400);
    refused(t, await patch(each, row, 'null', merge), 400);
    refused(t, await send(shelf, each, 'PATCH', '/NOBODY-999999', { extra: 1 }), 404);
    t.deepEqual(await reread(each, row), row);
  });

  test.serial(`${each.key}: a patch keeps to the version it expects, and to its key`, async (t) => {
    const row = await newest(t, each);
    const tag = await tagOf(each, row);
    refused(t, await patch(each, row, { extra: 1 }, { 'if-match': 'W/"999"' }), 412);
    refused(t, await patch(each, row, { extra: 1 }, { 'if-match': '"nonsense"' }), 412);
    t.is((await patch(each, row, { extra: 1 }, { 'if-match': tag })).status, 200);
    refused(t, await patch(each, row, { extra: 2 }, { 'if-match': tag }), 412);
    t.is((await patch(each, row, { extra: 2 }, { 'if-match': `"0", ${await tagOf(each, row)}` })).status, 200);
    const key = { 'idempotency-key': `patch of ${each.key}` };
    const once = await patch(each, row, { extra: 3 }, { ...key, 'if-match': '*' });
    const now = await tagOf(each, row);
    const again = await patch(each, row, { extra: 3 }, { ...key, 'if-match': '*' });
    t.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [200, once.text, 'true']);
    t.is(await tagOf(each, row), now);
    refused(t, await patch(each, row, { extra: 4 }, key), 422);
    t.is((await patch(each, row, { extra: null })).status, 200);
  });

  test.serial(`${each.key}: a dry run of a patch says what would happen and leaves no trace`, async (t) => {
    const row = await newest(t, each);
    const tag = await tagOf(each, row);
    await shelf.stack.events();
    const allowed = await patch(each, row, { extra: 1 }, { prefer: 'dry-run' });
    t.deepEqual([allowed.status, jsonOf(allowed)], [200, { allowed: true, violations: [] }]);
    const locked = jsonOf(await patch(each, row, { id: 'OTHER-1' }, { prefer: 'dry-run' })) as { allowed: boolean; violations: Row[] };
    t.false(locked.allowed);
    t.regex(String(locked.violations[0]?.['reason']), /field_locked/);
    t.is(await tagOf(each, row), tag);
    t.deepEqual(await shelf.stack.events(), []);
  });
}

test.serial('TMF683.partyInteraction: a channel that a patch brings gets an address too', async (t) => {
  const each = listed.find(({ key }) => key === 'TMF683.partyInteraction')!;
  const reply = await patch(each, await newest(t, each), { channel: [{ id: 'kiosk', role: 'initial' }] });
  t.is(reply.status, 200, reply.text);
  t.regex(String((jsonOf(reply) as { channel: Row[] }).channel[0]?.['href']), /\/channel\/kiosk$/);
});

/** The row without what every write moves. */
function untouched({ lastUpdate: _update, statusChange: _change, statusDate: _date, ...row }: Row): Row {
  return row;
}
