import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { buildDocument, documentText, fileNameOf } from '#tools-gen/import/build';
import { describeOperation, describeProperty } from '#tools-gen/import/descriptions';
import { factsOf, readInputs } from '#tools-gen/import/read-facts';
import { diffFacts, changeText } from '#tools-gen/spec-diff';
import { loadFolder } from '#tools-gen/load-spec';
import { operationsOf } from '#tools-gen/openapi';

const root = join(import.meta.dirname, '../..');
const factsFolder = join(root, '../shared/tmf/facts');

const vendored = await loadFolder(root, 'specs/tmf', '.json');
const factFiles = await readdir(factsFolder).catch(() => undefined);

/** TMF.md §1: the paths clients call, capital letters included. */
const servers: Record<string, string[]> = {
  TMF620: ['/tmf-api/productCatalogManagement/v4'],
  TMF621: ['/tmf-api/troubleTicket/v4'],
  TMF622: ['/tmf-api/productOrderingManagement/v4'],
  TMF629: ['/tmf-api/customerManagement/v4'],
  TMF635: ['/tmf-api/usageManagement/v4'],
  TMF638: ['/tmf-api/serviceInventory/v4'],
  TMF640: ['/tmf-api/ServiceActivationAndConfiguration/v4'],
  TMF641: ['/tmf-api/serviceOrdering/v4'],
  TMF676: ['/tmf-api/payment/v4', '/payment/v4'],
  TMF678: ['/tmf-api/customerBillManagement/v4'],
  TMF683: ['/tmf-api/partyInteraction/v4'],
};

test('the vendored documents hold all 202 operations, 549 schemas and 4245 properties of the eleven APIs', (t) => {
  const schemas = vendored.flatMap(({ document }) => Object.values(document.components.schemas));
  const operations = vendored.flatMap(({ document }) => [...operationsOf(document)]);
  t.is(vendored.length, 11);
  t.is(operations.length, 202);
  t.is(operations.filter(({ path }) => path.startsWith('/listener/')).length, 80);
  t.is(schemas.length, 549);
  t.is(schemas.reduce((sum, schema) => sum + Object.keys(schema.properties ?? {}).length, 0), 4245);
});

test('each document is served under exactly the published base path', (t) => {
  t.deepEqual(Object.fromEntries(vendored.map(({ api, document }) => [api, document.servers.map(({ url }) => url)])), servers);
});

test('every operation, parameter, property, type, enum, default and required of the fact files is in the documents', async (t) => {
  if (!factFiles) {
    t.log('fact files absent');
    t.pass();
    return;
  }
  const ours = new Map(vendored.map(({ api, file, document }) => [api, factsOf(document, file)]));
  const facts = await readInputs([factsFolder]);
  t.is(facts.length, 11);
  for (const theirs of facts) {
    const mine = ours.get(theirs.api);
    t.truthy(mine, theirs.api);
    if (mine) t.deepEqual(diffFacts(mine, theirs).map(changeText), [], theirs.api);
  }
});

test('the fact files are read whole: counting them without the importer gives the same numbers', async (t) => {
  if (!factFiles) {
    t.log('fact files absent');
    t.pass();
    return;
  }
  for (const name of factFiles) {
    // The shape the fact files have.
    const raw = JSON.parse(await readFile(join(factsFolder, name), 'utf8')) as { operations: unknown[]; schemas: Record<string, { properties: object; required: string[] }> };
    const read = factsOf(raw, name);
    t.is(read.operations.length, raw.operations.length, name);
    for (const [schema, { properties, required }] of Object.entries(raw.schemas)) {
      t.deepEqual(Object.keys(read.schemas[schema]?.properties ?? {}), Object.keys(properties), `${name} ${schema}`);
      t.deepEqual(read.schemas[schema]?.required ?? [], required, `${name} ${schema}`);
    }
  }
});

test('importing the fact files again gives the committed bytes', async (t) => {
  if (!factFiles) {
    t.log('fact files absent');
    t.pass();
    return;
  }
  for (const facts of await readInputs([factsFolder])) {
    t.is(documentText(buildDocument(facts)), await readFile(join(root, 'specs/tmf', fileNameOf(facts)), 'utf8'), facts.api);
  }
});

test('every operation, schema, property and answer has a description that reads as a sentence', (t) => {
  for (const { api, document } of vendored) {
    for (const { operation } of operationsOf(document)) t.regex(operation.summary ?? '', /^[A-Z].{5,}[^.]$/, operation.operationId);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      t.regex(schema.description ?? '', /^[A-Z].*\.$/, `${api} ${name}`);
      for (const [key, property] of Object.entries(schema.properties ?? {})) {
        t.regex(property.description ?? '', /^[A-Z][^{}]*\.$/, `${api} ${name}.${key}`);
      }
    }
  }
});

test('every reference of a document leads to something in it', (t) => {
  let references = 0;
  for (const { api, document } of vendored) {
    for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      references += 1;
      t.truthy(at(document, pointer ?? ''), `${api} ${pointer}`);
    }
  }
  t.true(references > 1000);
});

function at(document: object, pointer: string): unknown {
  return pointer.split('/').reduce<unknown>((holder, key) => (holder as Record<string, unknown> | undefined)?.[key], document);
}

test('Any takes any JSON value: it has neither type nor properties', (t) => {
  const open = vendored.map(({ document }) => document.components.schemas.Any).filter((schema) => schema !== undefined);
  t.true(open.length > 0);
  for (const schema of open) t.deepEqual(Object.keys(schema), ['description']);
});

test('the README names each document with its version and the beginning of its hash', async (t) => {
  const readme = await readFile(join(root, 'specs/tmf/README.md'), 'utf8');
  // Written by tools-gen/lock.ts.
  const lock = JSON.parse(await readFile(join(root, 'specs/lock.json'), 'utf8')) as { files: Record<string, { sha256: string }> };
  for (const { file, document } of vendored) {
    const row = readme.split('\n').find((line) => line.includes(`\`${file.slice('specs/tmf/'.length)}\``)) ?? '';
    t.true(row.includes(`| ${document.info.version} |`), file);
    t.true(row.includes(lock.files[file]?.sha256.slice(0, 12) ?? 'not locked'), file);
  }
});

/** A Swagger 2.0 document as TM Forum publishes them, cut down to one resource. */
const swagger = {
  swagger: '2.0',
  info: { title: 'Thing Management', version: '4.0' },
  basePath: '/tmf-api/thingManagement/v4/',
  paths: {
    '/thing': {
      get: {
        operationId: 'listThing', tags: ['thing'], parameters: [{ $ref: '#/parameters/Limit' }],
        responses: {
          200: { description: 'x', headers: { 'X-Total-Count': { type: 'integer' } }, schema: { type: 'array', items: { $ref: '#/definitions/Thing' } } },
          400: { description: 'x', schema: { $ref: '#/definitions/Error' } },
        },
      },
      post: {
        operationId: 'createThing', tags: ['thing'], parameters: [{ name: 'thing', in: 'body', required: true, schema: { $ref: '#/definitions/Thing_Create' } }],
        responses: { 201: { description: 'x', schema: { $ref: '#/definitions/Thing' } } },
      },
    },
    '/thing/{id}': { parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }], delete: { operationId: 'deleteThing', tags: ['thing'], responses: { 204: { description: 'x' } } } },
  },
  parameters: { Limit: { name: 'limit', in: 'query', type: 'integer', required: false } },
  definitions: {
    Thing: { description: 'prose', type: 'object', required: ['id'], properties: { id: { type: 'string', description: 'prose' }, size: { type: 'number', format: 'float', default: 1 }, any: { $ref: '#/definitions/Any' } } },
    Thing_Create: { type: 'object', properties: { kind: { type: 'string', enum: ['a', 'b '] } } },
    Any: {},
    Error: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
  },
};

test('an official Swagger 2.0 file gives the document: body, shared parameters, headers, enums and defaults, none of its prose', (t) => {
  const facts = factsOf(swagger, 'TMF999-Thing-v4.0.0.swagger.json');
  const document = buildDocument(facts);
  const { get, post } = document.paths['/thing'] ?? {};
  t.is(fileNameOf(facts), 'TMF999-Thing-v4.0.0.json');
  t.deepEqual(document.servers, [{ url: '/tmf-api/thingManagement/v4' }]);
  t.like(get?.parameters?.[0], { name: 'limit', in: 'query', required: false, schema: { type: 'integer' } });
  t.like(get?.responses['200']?.headers, { 'X-Total-Count': { schema: { type: 'integer' } } });
  t.deepEqual(get?.responses['400'], { $ref: '#/components/responses/Error400' });
  t.deepEqual(post?.requestBody, { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing_Create' } } } });
  t.like(document.paths['/thing/{id}']?.delete?.parameters?.[0], { name: 'id', in: 'path', required: true });
  t.like(document.components.schemas.Thing, { required: ['id'], properties: { size: { type: 'number', format: 'float', default: 1 } } });
  t.deepEqual(document.components.schemas.Thing_Create?.properties?.kind?.enum, ['a', 'b ']);
  t.false(documentText(document).includes('prose'));
});

test('a document read back from its OpenAPI form states the same facts', (t) => {
  const facts = factsOf(swagger, 'TMF999-Thing-v4.0.0.swagger.json');
  const back = factsOf(JSON.parse(documentText(buildDocument(facts))), 'TMF999-Thing-v4.0.0.json');
  t.deepEqual(diffFacts(facts, back).map(changeText), []);
  t.is(back.api, 'TMF999');
});

test('a schema that extends another keeps what it adds, by fact file as by Swagger', (t) => {
  const source = { ...swagger, definitions: { ...swagger.definitions, Cash: { allOf: [{ $ref: '#/definitions/Thing' }], required: ['kind'], properties: {} } } };
  const extended = factsOf(source, 'TMF999.json').schemas.Cash;
  t.deepEqual(extended, { allOf: [{ $ref: '#/components/schemas/Thing' }], required: ['kind'] });
  const facts = factsOf({ operations: [], schemas: { Cash: { allOf: ['Thing'], required: ['kind'], properties: {} } } }, 'TMF999.json');
  t.deepEqual(facts.schemas.Cash, extended);
});

const operation = { success: {}, operationId: 'x' };

for (const [method, path, want] of [
  ['get', '/category', 'List categories'],
  ['get', '/usage/{id}', 'Retrieve a usage'],
  ['post', '/importJob', 'Create an import job'],
  ['patch', '/service/{id}', 'Change a service'],
  ['delete', '/exportJob/{id}', 'Delete an export job'],
  ['post', '/cancelServiceOrder', 'Create a service order cancellation'],
  ['get', '/customerBillOnDemand', 'List requests for bills'],
  ['post', '/hub', 'Subscribe to notifications'],
  ['post', '/listener/usageSpecificationAttributeValueChangeEvent', 'Receive notice that a usage specification has changed attributes'],
] as const) {
  test(`${method} ${path} is summed up as: ${want}`, (t) => {
    t.is(describeOperation({ ...operation, tags: [], parameters: [], errors: [], method, path }), want);
  });
}

for (const [schema, property, shape, want] of [
  ['ProductOrder_Create', 'externalId', { type: 'string' }, 'Identifier the client gave the product order in its own system.'],
  ['BillingAccountRef', 'id', { type: 'string' }, 'Identifier of the billing account referred to.'],
  ['ServiceRelationship', 'role', { type: 'string' }, 'Part that the other one plays in the relationship.'],
  ['Quantity', 'amount', { type: 'number' }, 'How many units.'],
  ['Widget', 'approvalDate', { type: 'string', format: 'date-time' }, 'When it came to the approval.'],
  ['Widget', 'isShiny', { type: 'boolean' }, 'Whether it is shiny.'],
  ['Widget', 'wheel', { type: 'array', items: { $ref: '#/components/schemas/WheelRef' } }, 'The wheels of the widget.'],
  ['Widget', 'serialCode', { type: 'string' }, 'Serial code of the widget.'],
] as const) {
  test(`${schema}.${property} is described as: ${want}`, (t) => {
    t.is(describeProperty(schema, property, shape), want);
  });
}

test('a file that is no TMF document is refused by name', (t) => {
  t.throws(() => factsOf({ hello: 1 }, 'notes.json'), { name: 'FactsError', message: /notes\.json/ });
  t.throws(() => fileNameOf(factsOf({ ...swagger, basePath: '' }, 'x.json')), { name: 'FactsError' });
});
