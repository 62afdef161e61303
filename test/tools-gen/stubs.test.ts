import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import ts from 'typescript';
import { stubFiles } from '#tools-gen/stubs';
import { typesFile } from '#tools-gen/types';
import { sample } from './sample.ts';

const root = join(import.meta.dirname, '../..');

const complete = `
import type { CatalogHandlers } from './catalog.ts';
export const handlers: CatalogHandlers = {
  'TMF901.listWidget': async ({ query }) => ({ body: [{ id: String(query.limit ?? 0), name: 'a' }] }),
  'TMF901.createWidget': async ({ body }) => ({ status: 201, body: { id: '1', name: body.name } }),
  'TMF901.retrieveWidget': async ({ params }) => ({ body: { id: params.id, name: 'a' } }),
  'TMF901.patchWidget': async ({ params, body }) => ({ body: { id: params.id, name: Array.isArray(body) ? 'steps' : body.name ?? 'removed' } }),
  'TMF901.deleteWidget': async () => ({}),
};
`;

const programs: { given: string; source: string; want: RegExp | null }[] = [
  { given: 'a complete map of handlers', source: complete, want: null },
  { given: 'a missing handler', source: complete.replace(/ *'TMF901\.deleteWidget'.*\n/, ''), want: /'TMF901\.deleteWidget'.* is missing/ },
  { given: 'a misspelt handler', source: complete.replace('TMF901.retrieveWidget', 'TMF901.retreiveWidget'), want: /'TMF901\.retreiveWidget'/ },
  { given: 'an answer of another shape', source: complete.replace("({ body: { id: params.id, name: 'a' } })", "({ body: { id: 7, name: 'a' } })"), want: /'number' is not assignable to type 'string'/ },
  { given: 'a path parameter nobody declared', source: complete.replace("id: params.id, name: 'a'", "id: params.number, name: 'a'"), want: /'number' does not exist/ },
  { given: 'a patch taken for a whole widget', source: complete.replace("Array.isArray(body) ? 'steps' : body.name ?? 'removed'", 'body.name'), want: /'name' does not exist/ },
];

let folder = '';

test.before(async () => {
  const inputs = sample();
  await mkdir(join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(join(root, '.cache/stubs-'));
  for (const spec of inputs.specs) await writeFile(join(folder, `${spec.api}.ts`), (await typesFile(spec)).body);
  for (const { path, body } of stubFiles(inputs)) await writeFile(join(folder, path.split('/').at(-1) ?? ''), body.replaceAll(/#generated\/types\/(\w+)/g, './$1.ts'));
  for (const [index, { source }] of programs.entries()) await writeFile(join(folder, `case${index}.ts`), source);
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

test('handlers that do not fit their operations do not compile, and the message names them', (t) => {
  const files = programs.map((_, index) => join(folder, `case${index}.ts`));
  const program = ts.createProgram([...files, join(folder, 'platform.ts')], {
    strict: true, noEmit: true, target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true, skipLibCheck: true, types: ['node'], lib: ['lib.es2024.d.ts'],
  });
  const messages = (file: string): string =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')).join('\n');
  t.is(messages(join(folder, 'platform.ts')), '');
  for (const [index, { given, want }] of programs.entries()) {
    const text = messages(files[index] ?? '');
    if (want) t.regex(text, want, given);
    else t.is(text, '', given);
  }
});

test('operations of every service are in the platform stub, and hubs are handled by kind', (t) => {
  const stubs = new Map(stubFiles(sample()).map(({ path, body }) => [path, body]));
  t.deepEqual([...stubs.keys()], ['generated/stubs/catalog.ts', 'generated/stubs/platform.ts']);
  t.regex(stubs.get('generated/stubs/platform.ts') ?? '', /'workshop\.polishWidget': Handler<\{/);
  t.regex(stubs.get('generated/stubs/platform.ts') ?? '', /'hub-create': Handler<\{/);
  t.notRegex(stubs.get('generated/stubs/catalog.ts') ?? '', /registerListener/);
});
