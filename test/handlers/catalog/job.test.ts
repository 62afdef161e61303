import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { components } from '#generated/types/TMF620';
import { ok } from '#runtime/client';
import { startStack, type Stack } from '../../support/stack.ts';

/** TMF620 importJob, exportJob: a catalog leaves as a file and comes back as it was. */
type Job = components['schemas']['ImportJob'] & components['schemas']['ExportJob'];

const home = mkdtempSync(join(tmpdir(), 'bss-exchange-'));
let stack: Stack;

const fileOf = (name: string): string => join(home, 'exchange', name);
const tmf620 = () => stack.clients.TMF620;

async function run(kind: 'import' | 'export', body: { url: string; path?: string; query?: string; contentType?: string }): Promise<Job> {
  const { id = '', status } = await ok(tmf620().POST(`/${kind}Job`, { body }));
  if (status === 'Failed') return ok(tmf620().GET(`/${kind}Job/{id}`, { params: { path: { id } } }));
  await stack.settle();
  return ok(tmf620().GET(`/${kind}Job/{id}`, { params: { path: { id } } }));
}

const empty = () => stack.sql('TRUNCATE catalog.price, catalog.offering, catalog.specification, catalog.category, catalog.catalog CASCADE');
const types = async (): Promise<string[]> => [...new Set((await stack.events()).map(({ type }) => type))].sort();
const imported = (rows: readonly object[]) => run('import', { url: `data:application/x-ndjson,${encodeURIComponent(
  [{ format: 'bss-tmf620-catalog', version: 1 }, ...rows].map((row) => JSON.stringify(row)).join('\n'))}` });

async function fill(): Promise<void> {
  const { id: shelf = '' } = await ok(tmf620().POST('/category', { body: { name: 'Seniors', lifecycleStatus: 'Active' } }));
  await ok(tmf620().PATCH('/category/{id}', { params: { path: { id: 'CTGY-001' } }, body: { subCategory: [{ id: shelf, name: 'Seniors' }], productOffering: [{ id: 'PLAN_S', name: 'Lite' }] } }));
  await ok(tmf620().PATCH('/category/{id}', { params: { path: { id: shelf } }, body: { parentId: 'CTGY-001' } }));
  const bundle = { id: 'PLAN_DUO', name: 'Duo', isBundle: true, bundledProductOffering: [{ id: 'PLAN_S', name: 'Lite' }, { id: 'PLAN_M', name: 'Standard' }] };
  await ok(tmf620().POST('/productOffering', { body: bundle as components['schemas']['ProductOffering_Create'] })); // chosen id
  await ok(tmf620().POST('/productOfferingPrice', { body: { name: 'Of nothing', price: { unit: 'EUR', value: 1.23 }, version: '7', mood: 'good' } as components['schemas']['ProductOfferingPrice_Create'] })); // an extension
  await ok(tmf620().PATCH('/productOffering/{id}', { params: { path: { id: 'PLAN_L' } }, body: { lifecycleStatus: 'Retired' } }));
}

test.after.always(() => rmSync(home, { recursive: true, force: true }));

test('a catalog leaves as a file, comes back into an empty database as it was, and once only', async (t) => {
  stack = await startStack(t, { services: ['catalog'], env: { BSS_HOME: home } });
  await fill();
  const waiting = await ok(tmf620().POST('/exportJob', { body: { url: 'file:all.ndjson', status: 'Succeeded', errorLog: 'mine', description: 'kept' } as components['schemas']['ExportJob_Create'] })); // more than the schema names
  t.like(waiting, { status: 'Not Started', url: 'file:all.ndjson', creationDate: '2026-04-11T09:00:00.000Z', description: 'kept', errorLog: undefined, completionDate: undefined });
  await stack.settle();
  const done = await ok(tmf620().GET('/exportJob/{id}', { params: { path: { id: waiting.id ?? '' } } }));
  t.like(done, { status: 'Succeeded', contentType: 'application/x-ndjson', completionDate: '2026-04-11T09:00:00.000Z', errorLog: undefined });
  const before = readFileSync(fileOf('all.ndjson'), 'utf8');
  t.is(before.trim().split('\n').length, 1 + 3 + 1 + 8 + 8 + 1);

  await empty();
  await types();
  t.like(await run('import', { url: 'file:all.ndjson' }), { status: 'Succeeded', errorLog: undefined });
  const told = await types();
  t.true(['catalog.category_created', 'catalog.specification_created', 'catalog.offering_created', 'catalog.offering_state_changed', 'catalog.price_created', 'catalog.catalog_created'].every((type) => told.includes(type)), told.join());
  await run('export', { url: 'file:again.ndjson' });
  t.is(readFileSync(fileOf('again.ndjson'), 'utf8'), before);
  t.is((await ok(tmf620().GET('/productOffering/{id}', { params: { path: { id: 'PLAN_L' } } }))).lifecycleStatus, 'Retired');
  t.true((await ok(stack.clients.catalog.GET('/offering/{id}/tariff', { params: { path: { id: 'PLAN_S' } } }))).sellable);

  t.is((await run('import', { url: 'file:again.ndjson' })).status, 'Succeeded');
  t.deepEqual(await types(), ['catalog.import_ended']);
  const { id } = await ok(tmf620().POST('/category', { body: { name: 'Next' } }));
  t.is(id, 'CTGY-004');
  await refusals(t);
  await scopes(t);
  await interrupted(t);
});

async function refusals(t: ExecutionContext): Promise<void> {
  const plan = (more: object) => ({ resource: 'productOffering', id: 'PLAN_S', attributes: { name: 'Renamed', ...more } });
  await types();
  t.like(await imported([plan({}), { resource: 'productOffering', id: 'PLAN_NEW', attributes: { name: 'New', category: [{ id: 'CTGY-999' }] } }]),
    { status: 'Failed', errorLog: 'productOffering PLAN_NEW: There is no category CTGY-999. (reference.id.unknown)' });
  t.is((await ok(tmf620().GET('/productOffering/{id}', { params: { path: { id: 'PLAN_S' } } }))).name, 'Lite');
  t.deepEqual(await types(), []);
  t.regex((await imported([plan({ validFor: 7 })])).errorLog ?? '', /^productOffering PLAN_S: .*\/validFor/);
  t.regex((await imported([{ resource: 'category', id: 'CTGY-999999999', attributes: { name: 'Far' } }])).errorLog ?? '', /too far ahead/);
  t.regex((await imported([{ resource: 'customer', id: 'CUST-001', attributes: {} }])).errorLog ?? '', /^Row 1 is of the resource "customer"/);
  t.regex((await imported([{ resource: 'category', id: 'mine', attributes: { name: 'x' } }])).errorLog ?? '', /id is none of this resource/);
  t.regex((await run('import', { url: 'data:,hello' })).errorLog ?? '', /is not JSON/);
  t.regex((await run('import', { url: `data:,${encodeURIComponent('{"format":"other"}')}` })).errorLog ?? '', /does not begin with/);
  writeFileSync(join(home, 'secret.txt'), 'secret');
  symlinkSync(join(home, 'secret.txt'), fileOf('link.ndjson'));
  for (const name of ['missing.ndjson', 'link.ndjson']) t.regex((await run('import', { url: `file:${name}` })).errorLog ?? '', /no file .* that can be read/);
  for (const url of ['file:../secret.txt', 'file:///etc/passwd', 'http://127.0.0.1/catalog', 'https://example.org/x', 'ftp://example.org/x']) {
    for (const kind of ['import', 'export'] as const) t.like(await run(kind, { url }), { status: 'Failed', url }, url);
  }
  mkdirSync(fileOf('folder.ndjson'));
  t.regex((await run('export', { url: 'file:folder.ndjson' })).errorLog ?? '', /folder\.ndjson cannot be written/);
  t.deepEqual(readdirSync(join(home, 'exchange')).filter((name) => name.startsWith('.')), [], 'nothing is left of a file that could not be written');
}

async function scopes(t: ExecutionContext): Promise<void> {
  const part = await run('export', { url: 'data:', path: '/tmf-api/productCatalogManagement/v4/productOffering', query: 'lifecycleStatus=Retired', contentType: 'application/json' });
  t.regex(part.url ?? '', /^data:application\/json;base64,/);
  const rows = JSON.parse(Buffer.from(part.url?.split(',')[1] ?? '', 'base64').toString()) as { id?: string }[];
  t.deepEqual(rows.map(({ id }) => id), [undefined, 'PLAN_L']);
  t.like(await run('import', { url: part.url ?? '', path: 'category' }), { status: 'Succeeded' });
  t.regex((await run('export', { url: 'data:', query: 'name=Lite' })).errorLog ?? '', /^A query needs a path/);
  t.regex((await run('export', { url: 'data:', path: 'productOffering', query: 'colour=red' })).errorLog ?? '', /colour/);
  t.regex((await run('export', { url: 'data:', path: 'customer' })).errorLog ?? '', /^The path of a job ends in/);
}

/** A worker that was lost leaves its job Running, with a lease that lapses. */
async function interrupted(t: ExecutionContext): Promise<void> {
  const left = (attempts: number) => stack.sql<{ id: string }>(
    `INSERT INTO catalog.job (id, kind, status, document, actor, channel, traceparent, attempts, next_run_ms, lease_until_ms, created_at, updated_at)
     VALUES ('JOB-9' || $1::text, 'export', 'Running', '{"url": "data:"}', 'AGT-003', 'cli', '', $1::int, 1, 2, '2026-01-01', '2026-01-01')`, [attempts]);
  await Promise.all([left(1), left(5)]);
  await stack.settle();
  const rows = await stack.sql<{ id: string; status: string; attempts: number }>("SELECT id, status, attempts FROM catalog.job WHERE id LIKE 'JOB-9%' ORDER BY id");
  t.deepEqual(rows, [{ id: 'JOB-91', status: 'Succeeded', attempts: 2 }, { id: 'JOB-95', status: 'Failed', attempts: 6 }]);
}
