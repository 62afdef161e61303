import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { changeText, diffFacts } from '#tools-gen/spec-diff';
import type { Facts } from '#tools-gen/import/facts';
import { verify } from '#tools-gen/verify';
import type { OpenApiDocument, Schema } from '#tools-gen/openapi';

const root = join(import.meta.dirname, '../..');
const specs = join(root, 'specs/tmf');
const customer = 'TMF629-Customer-v4.0.0.json';

async function changedCustomer(t: ExecutionContext, change: (document: OpenApiDocument) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verify-'));
  t.teardown(() => rm(folder, { recursive: true }));
  // A vendored document.
  const document = JSON.parse(await readFile(join(specs, customer), 'utf8')) as OpenApiDocument;
  change(document);
  await writeFile(join(folder, customer), JSON.stringify(document));
  return join(folder, customer);
}

test('the documents agree with themselves', async (t) => {
  t.deepEqual(await verify(specs, [specs]), []);
});

test('an official file that differs in a property, a type, an enum, a parameter and a path is told point by point', async (t) => {
  const file = await changedCustomer(t, (document) => {
    const { schemas } = document.components;
    delete schemas.Customer?.properties?.statusReason;
    if (schemas.Money) schemas.Money = { type: 'object', properties: { unit: { type: 'string', enum: ['EUR'] }, value: { type: 'integer' } } };
    if (schemas.CreditProfile?.properties) schemas.CreditProfile.properties.creditScore = { type: 'string' };
    document.paths['/customer']?.get?.parameters?.push({ name: 'sort', in: 'query', required: true, schema: { type: 'string' } });
    document.paths['/extra'] = { get: { operationId: 'listExtra', responses: { 200: { description: '' } } } };
    document.servers = [{ url: '/tmf-api/customer/v5' }];
  });
  const texts = (await verify(specs, [file])).map(({ api, text }) => `${api} ${text}`);
  t.true(texts.includes('TMF629 base path /tmf-api/customer/v5 is not among ours: /tmf-api/customerManagement/v4'));
  t.true(texts.includes('TMF629 removed property Customer.statusReason'));
  t.true(texts.includes('TMF629 changed property CreditProfile.creditScore: integer → string'));
  t.true(texts.includes('TMF629 added parameter GET /customer query sort'));
  t.true(texts.includes('TMF629 added operation GET /extra'));
});

test('an API we do not have is a difference, a file that is no document an error', async (t) => {
  const file = await changedCustomer(t, (document) => { document.info['x-source'] = 'TMF999-Other-v4.0.0.swagger.json'; });
  t.deepEqual((await verify(specs, [file])).map(({ text }) => text), ['there is no such document among ours']);
  await t.throwsAsync(verify(specs, [join(root, 'package.json')]), { name: 'FactsError', message: /package\.json/ });
});

test('the command exits with 1 when there is a difference and with 0 when there is none', async (t) => {
  const run = (file: string) => execFileSync(process.execPath, [join(root, 'tools-gen/verify.ts'), file], { encoding: 'utf8', stdio: 'pipe' });
  t.regex(run(join(specs, customer)), /agrees/);
  const file = await changedCustomer(t, (document) => { delete document.components.schemas.CreditProfile; });
  const error = t.throws(() => run(file));
  t.is((error as Error & { status: number }).status, 1);
});

const base: Facts = { api: 'TMF999', source: 'x', title: 'T', version: '4.0.0', basePaths: ['/x'], operations: [], schemas: {} };
const thing = (schema: Schema, name = 'Thing'): Facts => ({ ...base, schemas: { [name]: schema } });
const get = (change: Partial<Facts['operations'][0]>): Facts => ({ ...base, operations: [{ method: 'get', path: '/thing', operationId: 'listThing', tags: [], parameters: [], success: { 200: { headers: {} } }, errors: ['400'], ...change }] });

/** Each pair of versions, the one line it gives, and whether a client can fail on it. */
const table: { before: Facts; after: Facts; line: string; breaking: boolean }[] = [
  { before: thing({}), after: base, line: 'removed schema Thing', breaking: true },
  { before: base, after: thing({}), line: 'added schema Thing', breaking: false },
  { before: thing({ properties: { a: {} } }), after: thing({}), line: 'removed property Thing.a', breaking: true },
  { before: thing({}), after: thing({ properties: { a: {} } }), line: 'added property Thing.a', breaking: false },
  { before: thing({ type: 'string' }), after: thing({ type: 'string', format: 'uri' }), line: 'changed schema Thing: string → string(uri)', breaking: true },
  { before: thing({ items: { $ref: '#/components/schemas/A' } }), after: thing({ items: { $ref: '#/components/schemas/B' } }), line: 'changed schema Thing: A[] → B[]', breaking: true },
  { before: thing({ type: 'number' }), after: thing({ type: 'number', default: 1 }), line: 'changed schema Thing: number → number {"default":1}', breaking: true },
  { before: thing({ required: ['a'] }), after: thing({}), line: 'removed required Thing.a', breaking: true },
  { before: thing({ required: ['a'] }, 'Thing_Create'), after: thing({}, 'Thing_Create'), line: 'removed required Thing_Create.a', breaking: false },
  { before: thing({}), after: thing({ required: ['a'] }), line: 'added required Thing.a', breaking: true },
  { before: thing({ enum: ['a'] }), after: thing({ enum: ['a', 'b '] }), line: 'added enum value Thing "b "', breaking: false },
  { before: thing({ enum: ['a', 'b'] }), after: thing({ enum: ['a'] }), line: 'removed enum value Thing "b"', breaking: true },
  { before: get({}), after: base, line: 'removed operation GET /thing', breaking: true },
  { before: get({}), after: get({ operationId: 'findThing' }), line: 'changed operation GET /thing operationId: listThing → findThing', breaking: true },
  { before: get({}), after: get({ parameters: [{ name: 'q', in: 'query', required: false, schema: {} }] }), line: 'added parameter GET /thing query q', breaking: false },
  { before: get({}), after: get({ parameters: [{ name: 'q', in: 'query', required: true, schema: {} }] }), line: 'added parameter GET /thing query q', breaking: true },
  { before: get({}), after: get({ errors: ['400', '404'] }), line: 'added response GET /thing 404', breaking: false },
  { before: get({}), after: get({ success: { 200: { headers: { 'X-A': {} } } } }), line: 'added header GET /thing 200 X-A', breaking: false },
  { before: get({}), after: get({ request: { schema: {}, required: true } }), line: 'added request GET /thing body', breaking: true },
  { before: base, after: { ...base, version: '4.1.0' }, line: 'changed document version: 4.0.0 → 4.1.0', breaking: false },
];

for (const { before, after, line, breaking } of table) {
  test(`${line} is ${breaking ? '' : 'not '}breaking`, (t) => {
    t.deepEqual(diffFacts(before, after).map((change) => [changeText(change), change.breaking]), [[line, breaking]]);
  });
}
