import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { errorsMax, operationValidators, type CompiledOperation, type OperationValidators } from '#runtime/validator';
import { validatorFiles } from '#tools-gen/validators';
import { sample } from './sample.ts';

const root = join(import.meta.dirname, '../..');
const compiled = new Map<string, CompiledOperation>();

test.before(async () => {
  // Inside the checkout, so that the modules find Ajv's run-time functions.
  await mkdir(join(root, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(root, '.cache/validators-'));
  try {
    for (const file of validatorFiles(sample()).filter(({ path }) => path.endsWith('.js'))) {
      const path = join(folder, file.path.split('/').at(-1) ?? '');
      await writeFile(path.replace(/\.js$/, '.mjs'), file.body);
      const module = (await import(pathToFileURL(path.replace(/\.js$/, '.mjs')).href)) as { operations: Record<string, CompiledOperation> }; // what the generator writes
      for (const [name, operation] of Object.entries(module.operations)) compiled.set(name, operation);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

function validators(name: string): OperationValidators {
  const operation = compiled.get(name);
  if (!operation) throw new Error(`no validators for ${name}`);
  return operationValidators(operation);
}

const good = { name: 'cog', size: 3, colour: 'red', made: '2026-11-23T10:00:00Z', link: 'https://a.example/x', note: null, parts: [{ id: '1', name: 'pin' }] };

const bodies: { given: string; body: unknown; want: string[] | null }[] = [
  { given: 'a whole widget', body: good, want: null },
  { given: 'members nobody declared', body: { ...good, extra: { deep: [1] } }, want: null },
  { given: 'an offset instead of Z', body: { ...good, made: '2026-11-23T18:00:00.123+08:00' }, want: null },
  { given: 'the last day of a leap February', body: { ...good, made: '2028-02-29T00:00:00Z' }, want: null },
  { given: 'a relative link', body: { ...good, link: 'parts/7' }, want: null },
  { given: 'no name', body: { size: 1 }, want: ['/name is required'] },
  { given: 'several mistakes', body: { name: 7, size: 9, colour: 'green' }, want: ['/name must be a string', '/size must be < 9', '/colour must be one of "red", "blue"'] },
  { given: 'a mistake deep inside', body: { name: 'a', parts: [{ id: '1', name: 'b' }, { id: 2, name: 'c' }] }, want: ['/parts/1/id must be a string'] },
  { given: 'a local time', body: { ...good, made: '2026-11-23T10:00:00' }, want: ['/made must be a valid date-time'] },
  { given: 'the 30th of February', body: { ...good, made: '2026-02-30T10:00:00Z' }, want: ['/made must be a valid date-time'] },
  { given: 'a leap day in a common year', body: { ...good, made: '2027-02-29T10:00:00Z' }, want: ['/made must be a valid date-time'] },
  { given: 'a link with a blank', body: { ...good, link: 'a b' }, want: ['/link must be a valid uri'] },
  { given: 'too long a name', body: { name: 'x'.repeat(21) }, want: ['/name must have at most 20 characters'] },
  { given: 'a name of 20 characters outside the basic plane', body: { name: '😀'.repeat(20) }, want: null },
  { given: 'a list', body: [], want: ['/ must be an object'] },
  { given: 'nothing', body: undefined, want: ['/ a body is required'] },
];

const told = (problems: readonly { pointer: string; message: string }[] | null): string[] | null =>
  problems && problems.map(({ pointer, message }) => `${pointer || '/'} ${message}`);

for (const { given, body, want } of bodies) {
  test(`${given}: ${want ? 'refused' : 'accepted'} as a request`, (t) => {
    t.deepEqual(told(validators('createWidget').request(body)), want);
  });
}

test('a merge patch removes by null where a create may not hold null', (t) => {
  t.is(validators('patchWidget').request({ size: null, parts: null }), null);
  t.deepEqual(told(validators('createWidget').request({ name: 'a', size: null })), ['/size must be an integer']);
  t.deepEqual(told(validators('patchWidget').request({ parts: [null] })), ['/parts/0 must be an object']);
});

test('a JSON Patch is checked as one', (t) => {
  t.is(validators('patchWidget').request([{ op: 'remove', path: '/size' }]), null);
  t.deepEqual(told(validators('patchWidget').request([{}])), ['/0/op is required']);
  t.deepEqual(told(validators('patchWidget').request([])), ['/ must have at least 1 items']);
});

test('a closed body names the member that is too many, escaped as a JSON pointer', (t) => {
  t.is(validators('polishWidget').request({ 'a/b': 1 }), null);
  t.deepEqual(told(validators('polishWidget').request({ 'a/b': 'x', 'c~d': 1 })), ['/c~0d is not allowed here', '/a~1b must be a number']);
});

test('path and query parameters are checked, undeclared query names are left to the filter', (t) => {
  t.is(validators('polishWidget').params({ id: 'WID-1' }), null);
  t.deepEqual(told(validators('polishWidget').params({ id: 'x' })), ['/id must match ^WID-\\d+$']);
  t.is(validators('listWidget').query({ limit: 5, 'relatedParty.id': 'CUST-001' }), null);
  t.deepEqual(told(validators('listWidget').query({ limit: 0 })), ['/limit must be >= 1']);
});

test('an answer is checked by its status', (t) => {
  const { response } = validators('createWidget');
  t.is(response(201, { id: '1', name: 'a' }), null);
  t.deepEqual(told(response(201, { name: 'a' })), ['/id is required']);
  t.is(response(202, undefined), null);
  t.deepEqual(told(response(202, {})), ['/ 202 has no body']);
  t.is(response(404, { code: 'NOT_FOUND' }), null);
  t.deepEqual(told(response(404, {})), ['/code is required']);
  t.deepEqual(told(validators('deleteWidget').response(200, {})), ['/ the status 200 is not declared']);
});

test('an answer reduced by fields may lack attributes of the row, not of what is inside', (t) => {
  const { response } = validators('listWidget');
  t.is(response(200, [{ id: '1' }], true), null);
  t.deepEqual(told(response(200, [{ id: '1' }])), ['/0/name is required']);
  t.deepEqual(told(response(200, [{ id: '1', parts: [{ id: '2' }] }], true)), ['/0/parts/0/name is required']);
  t.deepEqual(told(response(200, [{ id: 1 }], true)), ['/0/id must be a string']);
});

test('a hostile body is given up after a bounded number of errors', (t) => {
  const started = performance.now();
  const problems = validators('createWidget').request({ name: 'a', parts: Array.from({ length: 500_000 }, () => 0) });
  t.is(problems?.length, errorsMax);
  const members = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`m${index}`, 1]));
  t.is(validators('polishWidget').request(members)?.length, errorsMax);
  t.true(performance.now() - started < 2000);
});

test('a long list with its only mistake at the end is still refused', (t) => {
  const parts = Array.from({ length: 5000 }, () => ({ id: '1', name: 'a' }) as unknown);
  t.is(validators('createWidget').request({ name: 'a', parts }), null);
  t.is(validators('createWidget').request({ name: 'a', parts: [...parts, 0] })?.[0]?.pointer, '/parts/5000');
});

test('an unknown format stops the generator', (t) => {
  t.throws(() => validatorFiles(sample((raw) => { raw.specs[0]!.document.components.schemas['Colour'] = { type: 'string', format: 'hue' }; })), { message: /the format hue/ });
});

test('the generated modules need nothing but Ajv\'s run-time functions', (t) => {
  for (const { path, body } of validatorFiles(sample()).filter((file) => file.path.endsWith('.js'))) {
    t.notRegex(body, /require\(/, path);
    t.deepEqual([...body.matchAll(/from '([^']+)'/g)].map(([, from]) => from).filter((from) => !from?.startsWith('ajv/dist/runtime/')), []);
  }
});
