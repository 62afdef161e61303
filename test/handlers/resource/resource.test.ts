import test from 'ava';
import fc from 'fast-check';
import { stringify } from 'node:querystring';
import { ApiError, BadRequest, DryRunPassed, NotFound, PolicyViolation, PreconditionFailed } from '#runtime/errors';
import { base, categories, path, Shelf } from './shelf.ts';

/** One after the other: they share a clock and look at all rows. */
let shelf: Shelf;

test.before(async () => {
  shelf = await Shelf.open();
});

test.after.always(() => shelf?.close());

test.serial('a created resource has id, href, Location, server-set attributes and everything that was posted', async (t) => {
  const posted = {
    id: 'MINE', href: 'http://evil/', name: 'Plans', description: 'Grüße 👋', lastUpdate: '1999-01-01T00:00:00Z', isRoot: false,
    validFor: { startDateTime: '2026-01-01T08:00:00.5+08:00', note: { deep: [1, null, 'x'] } }, myExtension: { a: [true] }, '@schemaLocation': 'http://example.com/s.json',
  };
  const { status, body, headers } = await shelf.add(posted);
  t.is(status, 201);
  t.regex(body.id, /^CTGY-\d{3,}$/);
  t.is(body.href, `${base}${path}/${body.id}`);
  t.is(headers['Location'], body.href);
  t.deepEqual(body, {
    ...posted, id: body.id, href: body.href, lastUpdate: '2026-04-11T09:00:00.000Z', lifecycleStatus: 'In design', '@type': 'Category',
    validFor: { startDateTime: '2026-01-01T00:00:00.500Z', note: { deep: [1, null, 'x'] } },
  });
  t.deepEqual((await shelf.call('retrieve', { id: body.id })).body, body);
  t.deepEqual(await shelf.events(body.id), [{ type: 'catalog.category_created', payload: { categoryId: body.id, name: 'Plans' } }]);
});

test.serial('text that cannot be stored, and bottomless nesting, are refused by pointer', async (t) => {
  const nul = await t.throwsAsync(shelf.add({ name: 'a', extra: { 'b\u0000': 1, c: ['\ud800'] } }), { instanceOf: BadRequest });
  t.deepEqual(nul?.problems.map(({ pointer }) => pointer), ['/extra/b\u0000', '/extra/c/0']);
  const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`);
  await t.throwsAsync(shelf.add({ name: 'a', deep }), { instanceOf: BadRequest, message: /deeper than 64/ });
  const { body } = await shelf.add({ name: 'a' });
  await t.throwsAsync(shelf.call('patch', { id: body.id, body: { deep } }), { instanceOf: BadRequest, message: /deeper than 64/ });
  const hundredThousand = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  await t.throwsAsync(shelf.call('patch', { id: body.id, body: [{ op: 'add', path: '/deep', value: hundredThousand }], contentType: 'application/json-patch+json' }), { instanceOf: BadRequest });
});

test.serial('an unknown id is not found, whatever is in it', async (t) => {
  for (const id of ['CTGY-99999', '', 'a\u0000b', "x' OR 1=1", '💥']) {
    await t.throwsAsync(shelf.call('retrieve', { id }), { instanceOf: NotFound });
    await t.throwsAsync(shelf.call('patch', { id, body: { name: 'x' } }), { instanceOf: NotFound });
    await t.throwsAsync(shelf.call('delete', { id }), { instanceOf: NotFound });
  }
});

test.serial('fields reduces a single resource to exactly what is named, and a list to that with id and href', async (t) => {
  const { body } = await shelf.add({ name: 'Fields', description: 'd', version: '1' });
  const keys = async (fields: string): Promise<string[]> => Object.keys((await shelf.call('retrieve', { id: body.id, query: fields })).body).sort();
  t.deepEqual(await keys('fields=name'), ['name']);
  t.deepEqual(await keys('fields=name,version'), ['name', 'version']);
  t.deepEqual(await keys('fields=name&fields=validFor.startDateTime'), ['name']);
  t.deepEqual(await keys('fields=none'), ['href', 'id']);
  t.deepEqual(await keys('fields=nothingLikeIt'), []);
  t.is((await keys('fields=')).length, Object.keys(body).length);
  const [row] = (await shelf.list(`name=Fields&fields=version`)).body;
  t.deepEqual(Object.keys(row).sort(), ['href', 'id', 'version']);
  const [bare] = (await shelf.list(`name=Fields&fields=none`)).body;
  t.deepEqual(Object.keys(bare).sort(), ['href', 'id']);
});

test.serial('every row of a list has its mandatory attributes', async (t) => {
  await shelf.add({ name: 'Whole' });
  for (const row of (await shelf.list('')).body) {
    for (const name of ['id', 'href', '@type', ...categories.mandatory]) t.truthy(row[name], `${row.id} ${name}`);
  }
});

test.serial('the pages of a list together show every row once, also when all were made at one instant', async (t) => {
  for (let i = 0; i < 25; i += 1) await shelf.add({ name: 'Paged', version: String(i) });
  const seen: string[] = [];
  for (let offset = 0; offset < 25; offset += 2) {
    const { status, body, headers } = await shelf.list(`name=Paged&limit=2&offset=${offset}`);
    t.is(status, offset + 2 < 25 ? 206 : 200);
    t.is(headers['X-Total-Count'], '25');
    t.is(headers['X-Result-Count'], String(body.length));
    seen.push(...body.map((one: { version: string }) => one.version));
  }
  t.deepEqual(seen, Array.from({ length: 25 }, (_, i) => String(24 - i)));
  const beyond = await shelf.list('name=Paged&offset=100');
  t.deepEqual([beyond.status, beyond.body, beyond.headers['X-Total-Count']], [200, [], '25']);
  t.is((await shelf.list('name=Paged&limit=0')).headers['X-Total-Count'], '25');
  t.is((await shelf.list('name=Paged')).status, 200);
});

test.serial('a version has a weak tag: 304 when it is still the same, 412 when a writer expects another', async (t) => {
  const { body: { id } } = await shelf.add({ name: 'Tagged' });
  const first = await shelf.call('retrieve', { id });
  t.is(first.headers['ETag'], 'W/"1"');
  for (const tag of ['W/"1"', '"1"', '*', 'W/"7", W/"1"']) t.is((await shelf.call('retrieve', { id, headers: { 'if-none-match': tag } })).status, 304, tag);
  t.is((await shelf.call('retrieve', { id, headers: { 'if-none-match': 'W/"2"' } })).status, 200);
  await t.throwsAsync(shelf.call('patch', { id, body: { name: 'x' }, headers: { 'if-match': 'W/"2"' } }), { instanceOf: PreconditionFailed });
  await t.throwsAsync(shelf.call('delete', { id, headers: { 'if-match': '"x"' } }), { instanceOf: PreconditionFailed });
  t.is((await shelf.call('patch', { id, body: { name: 'y' }, headers: { 'if-match': 'W/"1"' } })).body.name, 'y');
  t.is((await shelf.call('retrieve', { id })).headers['ETag'], 'W/"2"');
});

test.serial('a merge patch changes what it names, counts the version up and records what changed', async (t) => {
  const { body } = await shelf.add({ name: 'Before', description: 'gone', validFor: { startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z' } });
  shelf.clock.freeze(new Date('2026-04-12T00:00:00Z'));
  const patch = { name: 'After', description: null, validFor: { endDateTime: '2028-01-01T00:00:00+00:00' }, extra: [1] };
  for (const contentType of ['application/json', 'application/merge-patch+json']) {
    const { status, body: after } = await shelf.call('patch', { id: body.id, body: patch, contentType });
    t.is(status, 200);
    const { description: _, ...kept } = body;
    t.deepEqual(after, {
      ...kept, name: 'After', extra: [1], lastUpdate: '2026-04-12T00:00:00.000Z',
      validFor: { startDateTime: '2026-01-01T00:00:00.000Z', endDateTime: '2028-01-01T00:00:00.000Z' },
    });
  }
  t.deepEqual((await shelf.events(body.id)).slice(1), [
    { type: 'catalog.category_changed', payload: { categoryId: body.id, name: 'After', changed: ['description', 'extra', 'name', 'validFor'] } },
  ]);
  t.deepEqual((await shelf.sql('SELECT rev FROM catalog.test_category WHERE id = $1', [body.id])), [{ rev: 2 }]);
});

test.serial('a JSON patch changes single members of lists', async (t) => {
  const { body } = await shelf.add({ name: 'Steps', productOffering: [{ id: 'A' }, { id: 'B' }] });
  const steps = [{ op: 'test', path: '/name', value: 'Steps' }, { op: 'remove', path: '/productOffering/0' }, { op: 'add', path: '/productOffering/-', value: { id: 'C' } }];
  const { body: after } = await shelf.call('patch', { id: body.id, body: steps, contentType: 'application/json-patch+json' });
  t.deepEqual(after.productOffering, [{ id: 'B' }, { id: 'C' }]);
});

test.serial('a patch that changes nothing answers 200 and leaves no trace', async (t) => {
  const { body } = await shelf.add({ name: 'Same', validFor: { startDateTime: '2026-01-01T00:00:00Z' } });
  shelf.clock.advance(1000);
  const patches = [body, {}, { name: 'Same', id: body.id, href: body.href, lastUpdate: body.lastUpdate }, { validFor: { startDateTime: '2026-01-01T08:00:00+08:00' } }, { absent: null }];
  for (const patch of patches) t.deepEqual((await shelf.call('patch', { id: body.id, body: patch })).body, body);
  t.is((await shelf.events(body.id)).length, 1);
  t.is((await shelf.call('retrieve', { id: body.id })).headers['ETag'], 'W/"1"');
});

test.serial('what the server sets cannot be patched: 422 with the rule and the fields', async (t) => {
  const { body } = await shelf.add({ name: 'Locked' });
  for (const [patch, fields] of [[{ id: 'CTGY-X' }, ['id']], [{ href: 'x', name: 'y' }, ['href']], [{ lastUpdate: '2020-01-01T00:00:00Z' }, ['lastUpdate']], [{ policyViolation: {} }, ['policyViolation']]] as const) {
    const error = await t.throwsAsync(shelf.call('patch', { id: body.id, body: patch }), { instanceOf: PolicyViolation });
    t.is(error?.rule, 'catalog.patch.field_locked');
    t.is(error?.status, 422);
    t.deepEqual(error?.context['fields'], [...fields]);
    t.true((error?.fix.length ?? 0) > 0);
  }
  t.deepEqual((await shelf.call('retrieve', { id: body.id })).body, body);
});

test.serial('a patch may not remove what every such resource has, nor leave a value of the wrong type', async (t) => {
  const { body } = await shelf.add({ name: 'Typed' });
  const removed = await t.throwsAsync(shelf.call('patch', { id: body.id, body: { name: null } }), { instanceOf: BadRequest });
  t.deepEqual(removed?.problems, [{ pointer: '/name', message: 'is required' }]);
  const steps = (value: unknown): object => ({ id: body.id, contentType: 'application/json-patch+json', body: [{ op: 'add', path: '/validFor', value }] });
  const wrong = await t.throwsAsync(shelf.call('patch', steps({ startDateTime: 5 })), { instanceOf: BadRequest });
  t.deepEqual(wrong?.problems.map(({ pointer }) => pointer), ['/validFor/startDateTime']);
  await t.throwsAsync(shelf.call('patch', { ...steps(null), body: [{ op: 'replace', path: '', value: 7 }] }), { instanceOf: BadRequest });
  await t.throwsAsync(shelf.call('patch', { ...steps(null), body: [{ op: 'replace', path: '', value: { name: 'all else removed' } }] }), { instanceOf: PolicyViolation });
});

test.serial('a change of state is an event of its own', async (t) => {
  const { body } = await shelf.add({ name: 'State' });
  await shelf.call('patch', { id: body.id, body: { lifecycleStatus: 'Launched' } });
  await shelf.call('patch', { id: body.id, body: { lifecycleStatus: 'Retired', version: '2' } });
  t.deepEqual((await shelf.events(body.id)).slice(1).map(({ type, payload }) => [type, payload['from'] ?? null, payload['to'] ?? payload['changed']]), [
    ['catalog.category_state_changed', 'In design', 'Launched'],
    ['catalog.category_changed', null, ['version']],
    ['catalog.category_state_changed', 'Launched', 'Retired'],
  ]);
});

test.serial('a rule of the service stops a patch and a delete', async (t) => {
  const { body } = await shelf.add({ name: 'Frozen' });
  await t.throwsAsync(shelf.call('patch', { id: body.id, body: { version: '2' } }), { instanceOf: PolicyViolation, message: /frozen/ });
  await t.throwsAsync(shelf.call('delete', { id: body.id }), { instanceOf: PolicyViolation, message: /frozen/ });
  t.is((await shelf.events(body.id)).length, 1);
});

test.serial('a deleted resource is gone and its deletion recorded', async (t) => {
  const { body } = await shelf.add({ name: 'Doomed' });
  const { status, body: nothing } = await shelf.call('delete', { id: body.id });
  t.deepEqual([status, nothing], [204, undefined]);
  await t.throwsAsync(shelf.call('retrieve', { id: body.id }), { instanceOf: NotFound });
  await t.throwsAsync(shelf.call('delete', { id: body.id }), { instanceOf: NotFound });
  t.is((await shelf.events(body.id)).at(-1)?.type, 'catalog.category_deleted');
});

test.serial('a dry run passes policy and stores nothing', async (t) => {
  const as = { dryRun: true };
  await t.throwsAsync(shelf.call('create', { body: { name: 'Dry' }, as }), { instanceOf: DryRunPassed });
  t.deepEqual(await shelf.names('name=Dry'), []);
});

test.serial('a customer, and whoever acts for one, sees and writes the rows of that customer only', async (t) => {
  const mine = (await shelf.add({ name: 'Owned' })).body.id;
  const other = (await shelf.add({ name: 'Owned' })).body.id;
  const nobodys = (await shelf.add({ name: 'Owned' })).body.id;
  await shelf.sql("UPDATE catalog.test_category SET owner_id = 'CUST-001' WHERE id = $1", [mine]);
  await shelf.sql("UPDATE catalog.test_category SET owner_id = 'CUST-002' WHERE id = $1", [other]);
  for (const as of [{ role: 'customer', onBehalfOf: 'CUST-001' }, { role: 'csr', onBehalfOf: 'CUST-001' }, { role: 'system', onBehalfOf: 'CUST-001' }] as const) {
    const { body, headers } = await shelf.list('name=Owned', as);
    t.deepEqual([body.map((one: { id: string }) => one.id), headers['X-Total-Count']], [[mine], '1']);
    t.is((await shelf.call('retrieve', { id: mine, as })).status, 200);
    for (const id of [other, nobodys]) {
      for (const operation of ['retrieve', 'patch', 'delete'] as const) {
        const error = await t.throwsAsync(shelf.call(operation, { id, body: { version: '1' }, as }), { instanceOf: PolicyViolation });
        t.deepEqual([error?.rule, error?.status], ['auth.customer.not_owner', 403]);
        t.false(JSON.stringify(error?.context).includes('CUST-002'));
      }
    }
  }
  const unbound = { role: 'customer', onBehalfOf: null } as const;
  t.deepEqual((await shelf.list('name=Owned', unbound)).body, []);
  await t.throwsAsync(shelf.call('retrieve', { id: nobodys, as: unbound }), { instanceOf: PolicyViolation });
  t.is((await shelf.list('name=Owned', { role: 'csr' })).body.length, 3);
});

test.serial('a client may choose an id where ids are chosen, and gets one otherwise', async (t) => {
  const add = (body: object) => shelf.call('create', { body: { name: 'x', ...body } }, 'ProductSpecification');
  t.is((await add({ id: 'SPEC_MINE' })).body.id, 'SPEC_MINE');
  t.regex((await add({})).body.id, /^PSPEC_\d{3,}$/);
  t.regex((await add({ id: 'not chosen like that' })).body.id, /^PSPEC_\d{3,}$/);
});

test.serial('of many who choose the same id at once one gets it, the others are told by the rule', async (t) => {
  for (let round = 0; round < 10; round += 1) {
    const body = { id: `SPEC_WANTED_${round}`, name: 'x' };
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => shelf.call('create', { body }, 'ProductSpecification')));
    const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    t.is(refused.length, 7);
    t.true(refused.every((error) => error instanceof PolicyViolation && error.rule === 'test.create.id_taken'));
  }
});

test.serial('a generated id steps aside for one that a client has chosen', async (t) => {
  const { body } = await shelf.call('create', { body: { name: 'x' } }, 'ProductSpecification');
  const next = `PSPEC_${String(Number(body.id.slice(6)) + 1).padStart(3, '0')}`;
  await shelf.call('create', { body: { id: next, name: 'x' } }, 'ProductSpecification');
  const { body: after } = await shelf.call('create', { body: { name: 'x' } }, 'ProductSpecification');
  t.true(after.id > next);
});

test.serial('writers of one row wait for each other, and each change is kept', async (t) => {
  const { body } = await shelf.add({ name: 'Busy' });
  await Promise.all(Array.from({ length: 8 }, (_, i) => shelf.call('patch', { id: body.id, body: { [`extra${i}`]: i } })));
  const { body: after, headers } = await shelf.call('retrieve', { id: body.id });
  t.is(Object.keys(after).filter((name) => name.startsWith('extra')).length, 8);
  t.is(headers['ETag'], 'W/"9"');
});

test.serial('no query makes a list fail with anything but 400', async (t) => {
  const name = fc.constantFrom(
    'name', 'name.gt', 'name.regex', 'name>', 'name!', 'id', 'href', '@type', 'isRoot', 'lastUpdate', 'lastUpdate<', 'validFor', 'validFor.startDateTime',
    'productOffering', 'productOffering.id.ne', 'policyViolation.a.b', 'size.value', 'tag', 'sort', 'fields', 'limit', 'offset', 'unknown',
  );
  const text = fc.oneof(
    fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ unit: fc.constantFrom(...'[](){}|*+?\\^$".,;=<>! 0123456789-:TZ'), maxLength: 20 }),
    fc.constantFrom('1', 'true', '2026-11', '2026-11-23T00:00:00Z', '{}', '[]', '[1]', '{"id":"x"}', 'null', '-5', '1e309', '1e300', '-name', '+id', '(?', 'a{1,1000}', '\\u0000', '[[:x:]]', '***'),
  );
  const query = fc.dictionary(fc.oneof({ weight: 9, arbitrary: name }, fc.string({ maxLength: 10 })), fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 4 });
  await fc.assert(fc.asyncProperty(query, async (asked) => {
    try {
      await shelf.list(stringify(asked as Record<string, string>));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 400) throw error;
    }
  }), { numRuns: 1500 });
  t.pass();
});
