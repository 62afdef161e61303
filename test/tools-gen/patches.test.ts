import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { loadSpecs, type Spec } from '#tools-gen/load-spec';
import { operationsOf, refName } from '#tools-gen/openapi';
import { applyPatch, readPatch, type SpecPatch } from '#tools-gen/spec-patch';

const root = join(import.meta.dirname, '../..');
const specs = new Map((await loadSpecs(root)).map((spec) => [spec.api, spec]));

function document(api: string): Spec['document'] {
  const spec = specs.get(api);
  if (!spec) throw new Error(`no ${api}`);
  return spec.document;
}

function schema(api: string, name: string) {
  const found = document(api).components.schemas[name];
  if (!found) throw new Error(`no ${api} ${name}`);
  return found;
}

function patch(...apply: object[]): SpecPatch {
  return readPatch('specs/patches/one.yaml', { target: 'TMF999', date: '2026-01-31', reason: 'because', apply });
}

test('a product status is accepted with and without the trailing blank of the document', (t) => {
  const values = schema('TMF622', 'ProductStatusType').enum ?? [];
  t.true(values.includes('aborted') && values.includes('aborted '));
});

test('the values of every enum have names of their own, so that a generator of clients can tell them apart', (t) => {
  const nameOf = (value: unknown): string => String(value).toLowerCase().replace(/[^a-z0-9]/g, '');
  for (const { api, document: { components } } of specs.values()) {
    for (const [name, { enum: values = [], ...rest }] of Object.entries(components.schemas)) {
      const names = (rest as { readonly 'x-enum-varnames'?: readonly string[] })['x-enum-varnames'] ?? values; // what OpenAPI Generator and others read
      t.deepEqual([names.length, new Set(names.map(nameOf)).size], [values.length, values.length], `${api} ${name}`);
    }
  }
});

test('a service order item reference has the id it requires', (t) => {
  t.is(schema('TMF641', 'ServiceOrderItemRef').properties?.id?.type, 'string');
});

test('no update schema requires anything: a patch is partial', (t) => {
  const updates = [...specs.values()].flatMap(({ api, document: { components } }) => Object.keys(components.schemas).filter((name) => name.endsWith('_Update')).map((name) => [api, name] as const));
  t.true(updates.length >= 15);
  for (const [api, name] of updates) t.is(schema(api, name).required, undefined, `${api} ${name}`);
});

test('a client of party interaction leaves date, status and channel href to the server, answers still carry the href', (t) => {
  t.deepEqual(schema('TMF683', 'PartyInteraction_Create').required, ['reason', 'direction', 'channel']);
  t.is(refName(schema('TMF683', 'PartyInteraction_Create').properties?.channel?.items), 'RelatedChannel_Create');
  t.deepEqual(schema('TMF683', 'RelatedChannel_Create').required, ['id']);
  t.deepEqual(schema('TMF683', 'RelatedChannel').required, ['id', 'href']);
});

test('a new ticket may name any status', (t) => {
  t.is(schema('TMF621', 'TroubleTicket_Create').properties?.status?.type, 'string');
  t.is(refName(schema('TMF621', 'TroubleTicket').properties?.status), 'TroubleTicketStatusType');
});

test('every notification carries the time under both spellings', (t) => {
  const events = [...specs.values()].flatMap(({ document: { components } }) => Object.entries(components.schemas).filter(([name]) => /^[A-Z].*Event$/.test(name)));
  t.is(events.length, 82);
  for (const [name, { properties }] of events) t.truthy(properties?.timeOcurred && properties.timeOccurred, name);
});

test('customer bills are notified when created and when their state changes', (t) => {
  const listeners = [...operationsOf(document('TMF678'))].filter(({ path }) => path.startsWith('/listener/'));
  t.deepEqual(listeners.map(({ operation }) => operation.operationId), ['listenToCustomerBillCreateEvent', 'listenToCustomerBillStateChangeEvent']);
  t.is(refName(schema('TMF678', 'CustomerBillCreateEventPayload').properties?.customerBill), 'CustomerBill');
});

test('a lower-case base path of TMF640 answers beside the published one', (t) => {
  t.deepEqual(document('TMF640').servers.map(({ url }) => url), ['/tmf-api/ServiceActivationAndConfiguration/v4', '/tmf-api/serviceactivationandconfiguration/v4']);
});

test('every served PATCH takes merge patch under both names and JSON patch', (t) => {
  const patches = [...specs.values()].filter(({ api }) => api.startsWith('TMF')).flatMap((spec) => [...operationsOf(spec.document)].filter(({ method }) => method === 'patch'));
  t.true(patches.length >= 15);
  for (const { operation } of patches) {
    const content = operation.requestBody?.content ?? {};
    t.deepEqual(Object.keys(content), ['application/json', 'application/merge-patch+json', 'application/json-patch+json'], operation.operationId);
    t.deepEqual(content['application/merge-patch+json'], content['application/json'], operation.operationId);
  }
});

test('lists may answer in part, single resources unchanged, creations with their address, all with a broken rule', (t) => {
  const served = [...specs.values()].filter(({ api }) => api.startsWith('TMF')).flatMap((spec) => [...operationsOf(spec.document)].filter(({ path }) => !path.startsWith('/listener/')));
  t.is(served.length, 122);
  for (const { path, method, operation } of served) {
    const { responses, operationId } = operation;
    t.truthy(responses['422'] && responses.default, operationId);
    t.is('206' in responses, method === 'get' && !path.endsWith('}'), operationId);
    t.is('304' in responses, method === 'get' && path.endsWith('}'), operationId);
    if (method === 'post') t.truthy(responses['201']?.headers?.Location, operationId);
  }
});

test('an overlay adds, replaces, removes and copies, and leaves the document it was given alone', (t) => {
  const before = { a: { x: 1, list: ['p', 'q'] }, 'b/c': { x: 2 } };
  const after = applyPatch(before, patch(
    { op: 'add', path: '/a/list/1', value: 'o' },
    { op: 'add', path: '/a/list/-', value: 'r' },
    { op: 'replace', path: '/b~1c', value: { y: 3 } },
    { op: 'copy', path: '/a/z', from: 'x' },
    { op: 'remove', path: '/a/x' },
  ));
  t.deepEqual(after as unknown, { a: { list: ['p', 'o', 'q', 'r'], z: 1 }, 'b/c': { y: 3 } });
  t.deepEqual(before, { a: { x: 1, list: ['p', 'q'] }, 'b/c': { x: 2 } });
});

test('an asterisk stands for anything but a slash', (t) => {
  const before = { '/one': { n: 1 }, '/one/{id}': { n: 1 }, '/two': { m: 1 } };
  t.deepEqual(applyPatch(before, patch({ op: 'replace', path: '/~1*/n', value: 2 })) as unknown, { ...before, '/one': { n: 2 } });
  t.deepEqual(applyPatch(before, patch({ op: 'remove', path: '/~1*~1{id}/n' })) as unknown, { ...before, '/one/{id}': {} });
});

for (const step of [
  { op: 'replace', path: '/a/gone', value: 1 },
  { op: 'remove', path: '/a/gone' },
  { op: 'add', path: '/gone/x', value: 1 },
  { op: 'add', path: '/list/9', value: 1 },
  { op: 'copy', path: '/a/y', from: 'gone' },
  { op: 'remove', path: '/*/gone' },
]) {
  test(`${step.op} ${step.path} on a document without it is an error that names the overlay and the path`, (t) => {
    const error = t.throws(() => applyPatch({ a: { x: 1 }, list: [] }, patch(step)), { name: 'PatchError' });
    t.true(error.message.includes('specs/patches/one.yaml') && error.message.includes(step.path), error.message);
  });
}

test('an overlay without target, date, reason or steps is refused', (t) => {
  const good = { target: 'TMF999', date: '2026-01-31', reason: 'because', apply: [{ op: 'remove', path: '/a' }] };
  t.notThrows(() => readPatch('x.yaml', good));
  for (const change of [{ target: [] }, { date: 'soon' }, { reason: ' ' }, { apply: [] }, { apply: [{ op: 'move', path: '/a' }] }, { apply: [{ op: 'add', path: '/a' }] }, { apply: [{ op: 'remove', path: 'a' }] }]) {
    t.throws(() => readPatch('x.yaml', { ...good, ...change }), { name: 'PatchError', message: /^x\.yaml: / }, JSON.stringify(change));
  }
});

async function smallRoot(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'specs-'));
  for (const each of ['specs/tmf', 'specs/bss', 'specs/patches']) await mkdir(join(folder, each), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

const thing = JSON.stringify({ openapi: '3.0.3', info: { title: 'T', version: '1.0.0' }, servers: [{ url: '/tmf-api/thing/v4/' }], paths: {}, components: { schemas: { Thing: {} } } });
const overlay = (target: string) => `target: ${target}\ndate: "2026-01-31"\nreason: because\napply:\n  - { op: replace, path: /components/schemas/Thing, value: { type: string } }\n`;

test('both folders are loaded, each document under its API and base path and with its overlays', async (t) => {
  const folder = await smallRoot({ 'specs/tmf/TMF999-Thing-v4.0.0.json': thing, 'specs/bss/own.yaml': thing, 'specs/patches/one.yaml': overlay('[TMF999]') });
  t.teardown(() => rm(folder, { recursive: true }));
  const [vendored, own] = await loadSpecs(folder);
  t.like(vendored, { api: 'TMF999', file: 'specs/tmf/TMF999-Thing-v4.0.0.json', basePath: '/tmf-api/thing/v4', patches: ['specs/patches/one.yaml'] });
  t.deepEqual(vendored?.document.components.schemas, { Thing: { type: 'string' } });
  t.like(own, { api: 'own', file: 'specs/bss/own.yaml', patches: [] });
  t.deepEqual(own?.document.components.schemas, { Thing: {} });
});

test('an overlay of an API that is not there, and two documents of one API, are errors by name', async (t) => {
  const folder = await smallRoot({ 'specs/tmf/TMF999-Thing-v4.0.0.json': thing, 'specs/patches/one.yaml': overlay('TMF998') });
  t.teardown(() => rm(folder, { recursive: true }));
  await t.throwsAsync(loadSpecs(folder), { message: /specs\/patches\/one\.yaml.*TMF998/ });
  await rm(join(folder, 'specs/patches/one.yaml'));
  await writeFile(join(folder, 'specs/tmf/TMF999-Thing-v4.1.0.json'), thing);
  await t.throwsAsync(loadSpecs(folder), { message: /TMF999-Thing-v4\.0\.0\.json and .*TMF999-Thing-v4\.1\.0\.json/ });
});
