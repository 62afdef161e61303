import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { addresses } from '#generated/clients';
import { operations } from '#generated/operations';
import { servicePort } from '#runtime/services';
import { readInputs, type Inputs } from '#tools-gen/inputs';
import { operationsOf, type OpenApiDocument, type Parameter, type Schema } from '#tools-gen/openapi';
import { parametersOf } from '#tools-gen/resolve';
import { sdkDocument } from '#tools-gen/sdk/document';
import { Generator, wayOut } from '#tools-gen/sdk/generator';
import { languages } from '#tools-gen/sdk/languages';
import { lowerFirst, metaAttributes } from '#tools-gen/sdk/language';
import { modulesOf, type SdkModule } from '#tools-gen/sdk/module';
import { lastLines, runProgram } from '#tools-gen/sdk/program';
import { SdkError } from '#tools-gen/sdk/sdk-error';

const root = new URL('../../', import.meta.url);

interface Made {
  readonly inputs: Inputs;
  readonly modules: readonly SdkModule[];
  readonly documents: ReadonlyMap<string, OpenApiDocument>;
}

let made: Made;

test.before(async () => {
  const inputs = await readInputs(root.pathname);
  const modules = modulesOf(inputs);
  made = { inputs, modules, documents: new Map(modules.map((module) => [module.name, sdkDocument(inputs, module)])) };
});

const parametersBy = (document: OpenApiDocument): [string, Parameter[]][] =>
  [...operationsOf(document)].map(({ path, operation }) => [operation.operationId, parametersOf(document, path, operation)]);

const queryOf = (module: string, operationId: string): string[] =>
  parametersBy(made.documents.get(module)!).find(([id]) => id === operationId)?.[1].filter((one) => one.in === 'query').map(({ name }) => name) ?? [];

test('every document that is served becomes a module, under a name of its own that every language can spell', (t) => {
  t.deepEqual(made.modules.map(({ spec }) => `${spec.api}.json`), readdirSync(new URL('generated/openapi', root)).sort());
  const names = made.modules.map(({ name }) => name);
  t.is(new Set(names).size, names.length);
  for (const name of names) t.regex(name, /^[a-z][a-z0-9]*$/);
  t.false(names.some((name) => ['case', 'import', 'package', 'default', 'switch', 'interface'].includes(name)));
});

test('an SDK has every operation of the table, at the address its service has on this machine', (t) => {
  for (const { spec, name, servers } of made.modules) {
    const { service, basePath } = addresses[spec.api as keyof typeof addresses]; // read from the same documents
    if (service === '*') t.is(servers.length, 10);
    else t.deepEqual(servers.map(({ url }) => url), [`http://localhost:${servicePort(service, 8000)}${basePath}`]);
    const mine = new Set([...operationsOf(made.documents.get(name)!)].map(({ operation }) => `${spec.api}.${operation.operationId}`));
    t.deepEqual(Object.values(operations).filter(({ api, key }) => api === spec.api && !mine.has(key)).map(({ key }) => key), []);
  }
});

test('a list can be asked for what its rows hold, what they refer to, and a span of time', (t) => {
  const query = queryOf('tmf622', 'listProductOrder');
  for (const name of ['fields', 'limit', 'state', 'relatedParty.id', 'orderDate', 'orderDate.gte', 'orderDate.lt', 'sort']) t.true(query.includes(name), name);
  t.false(query.includes('@type'));
  t.deepEqual(queryOf('subscription', 'listSubscription').filter((name) => name === 'sort'), [], 'our own documents say themselves what they take');
});

test('a TM Forum write takes the headers that make it safe to repeat and safe against others', (t) => {
  const headers = new Map(parametersBy(made.documents.get('tmf629')!).map(([id, parameters]) => [id, parameters.filter((one) => one.in === 'header').map(({ name }) => name)]));
  t.deepEqual(headers.get('createCustomer'), ['Idempotency-Key']);
  t.deepEqual(headers.get('patchCustomer'), ['If-Match', 'Idempotency-Key']);
  t.deepEqual(headers.get('deleteCustomer'), ['If-Match']);
  t.deepEqual(headers.get('retrieveCustomer'), ['If-None-Match']);
});

test('parameters and attributes keep names of their own in every spelling', (t) => {
  const spelt = (name: string): string => name.replace(/^@/, 'at').replace(/[^A-Za-z0-9]/g, '').toLowerCase();
  const check = (where: string, names: readonly string[]): boolean => t.is(new Set(names.map(spelt)).size, names.length, `${where}: ${names.join(', ')}`);
  for (const [module, document] of made.documents) {
    for (const [id, parameters] of parametersBy(document)) check(`${module} ${id}`, parameters.map(({ name }) => name));
    for (const [name, { properties = {} }] of Object.entries<Schema>(document.components.schemas)) {
      check(`${module} ${name}`, Object.keys(properties));
      t.deepEqual(Object.keys(properties).filter((one) => one.startsWith('@') && !(metaAttributes as readonly string[]).includes(one)), []);
    }
  }
});

test('no enum has two values that differ in blanks alone', (t) => {
  const { enum: states } = made.documents.get('tmf622')!.components.schemas['ProductStatusType']!;
  t.true(states?.includes('aborted'));
  t.false(states?.includes('aborted '));
});

test('a listener has a member for every notification, named as the path it is posted to', (t) => {
  for (const { name, spec, notifications } of made.modules) {
    const paths = Object.keys(spec.document.paths).filter((path) => path.startsWith('/listener/'));
    t.deepEqual(notifications.map(({ schema }) => `/listener/${lowerFirst(schema)}`), paths);
    if (notifications.length === 0) continue;
    for (const language of Object.values(languages)) {
      const files = language.files({ version: '1.2.3', modules: made.modules });
      const listener = Object.entries(files).find(([path]) => path.includes(`/${name}/`) && /listener/i.test(path)) ?? Object.entries(files).find(([path]) => path.startsWith(`${name}/`));
      for (const { schema } of notifications) t.true(listener?.[1].includes(`"${schema}"`) || listener?.[1].includes(`'${schema}'`), `${language.title} ${schema}`);
    }
  }
});

test('a package says its name, version, licence and where each API is', (t) => {
  const metadata = { TypeScript: 'package.json', Python: 'pyproject.toml', Java: 'pom.xml', Go: 'go.mod' } as const;
  for (const language of Object.values(languages)) {
    const files = language.files({ version: '1.2.3', modules: made.modules });
    t.regex(files[metadata[language.title as keyof typeof metadata]] ?? '', /bss-cli-sdk/);
    t.regex(files['README.md'] ?? '', /Version 1\.2\.3, Apache-2\.0/);
    for (const { servers } of made.modules) t.true(files['README.md']?.includes(servers[0]!.url));
  }
});

const command = (args: readonly string[], path: string) =>
  runProgram(process.execPath, [join(root.pathname, 'tools-gen/sdk.ts'), ...args], { msMax: 60_000, env: { PATH: path } });

test('without Java, or with one that is too old, the command says what to install', async (t) => {
  const none = await command([], '/nonexistent');
  t.is(none.code, 1);
  t.is(none.output, 'Java is not installed. Install a Java runtime 11 or newer, then run this again.\n');
  const bin = mkdtempSync(join(tmpdir(), 'bss-java-'));
  t.teardown(() => rmSync(bin, { recursive: true, force: true }));
  writeFileSync(join(bin, 'java'), '#!/bin/sh\necho \'java version "1.8.0_392"\' >&2\n', { mode: 0o755 });
  t.is((await command([], bin)).output, 'Java 1.8.0_392 is too old. Install a Java runtime 11 or newer, then run this again.\n');
});

test('a language there is no SDK for is named with those there are', async (t) => {
  const { code, output } = await command(['cobol'], '/nonexistent');
  t.is(code, 1);
  t.is(output, 'There is no SDK for cobol: choose among typescript, python, java, go.\n');
});

test('an archive that is not the one that was tried is thrown away before it runs', async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'bss-generator-'));
  t.teardown(() => rmSync(place, { recursive: true, force: true }));
  const settings = JSON.parse(readFileSync(new URL('openapitools.json', root), 'utf8')) as { 'generator-cli': { version: string; storageDir: string } };
  const { version, storageDir } = settings['generator-cli'];
  const jar = join(place, storageDir, `${version}.jar`);
  mkdirSync(join(place, storageDir), { recursive: true });
  writeFileSync(join(place, 'openapitools.json'), JSON.stringify(settings));
  writeFileSync(jar, 'half of it');
  await t.throwsAsync(Generator.get(place), { instanceOf: SdkError, message: new RegExp(`is not the ${version} that was tried`) });
  t.false(existsSync(jar));
  writeFileSync(join(place, 'openapitools.json'), JSON.stringify({ 'generator-cli': { version: '1.0.0', storageDir } }));
  await t.throwsAsync(Generator.get(place), { instanceOf: SdkError, message: /asks for the generator 1\.0\.0/ });
});

test('the guide shows what the tested scripts do', (t) => {
  const guide = readFileSync(new URL('docs/SDKS.md', root), 'utf8');
  const scripts = { ts: 'order-to-activate.ts', python: 'order_to_activate.py', java: 'OrderToActivate.java', go: 'order_to_activate.go' };
  for (const [fence, name] of Object.entries(scripts)) {
    const script = `test/sdk/${name}`;
    const source = readFileSync(new URL(script, root), 'utf8');
    const blocks = [...guide.matchAll(new RegExp(`\`\`\`${fence}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text!);
    t.true(blocks.length > 0);
    for (const line of blocks.flatMap((text) => text.split('\n'))) t.true(source.includes(line.trim()), `${script} does not have: ${line}`);
  }
});

test('a download that failed says what to do, and what was said without empty lines', (t) => {
  t.is(wayOut("code: 'SELF_SIGNED_CERT_IN_CHAIN'"), 'name the certificate of your proxy in NODE_EXTRA_CA_CERTS');
  t.is(wayOut("code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'"), 'name the certificate of your proxy in NODE_EXTRA_CA_CERTS');
  t.is(wayOut("code: 'ENOTFOUND'"), 'check the network');
  t.is(lastLines(`one\n\n${' '.repeat(900)}^\n${' '.repeat(400)}\ntwo\n`, 3), '  one\n  two');
});
