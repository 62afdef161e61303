import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isUntouched, readBanner, withBanner, type GeneratedFile } from '#tools-gen/banner';
import { differences } from '#tools-gen/check';
import { digestsFile } from '#tools-gen/digests';
import { generate } from '#tools-gen/generate';
import { readInputs } from '#tools-gen/inputs';
import { sample } from './sample.ts';

const digests = { 'specs/apis.yaml': 'a'.repeat(64), 'specs/tmf/one.json': 'b'.repeat(64) };
const file = (path: string, inputs: string[], body: string): GeneratedFile => ({ path, generator: 'tools-gen/sample.ts', inputs, body });
const table = file('generated/table.ts', ['specs/tmf', 'specs/apis.yaml'], 'export const table = 1;\n');
const list = file('generated/deep/list.ts', ['specs/apis.yaml'], 'export const list = 2;\n');

/** A folder holding the files as generated, with the hashes of their inputs. */
async function generated(t: ExecutionContext, files: GeneratedFile[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'gen-check-'));
  t.teardown(() => rm(root, { recursive: true }));
  for (const each of files) {
    await mkdir(dirname(join(root, each.path)), { recursive: true });
    await writeFile(join(root, each.path), withBanner(each));
  }
  return root;
}

const withDigests = (now: Record<string, string>): GeneratedFile => digestsFile({ ...sample(), digests: now });
const all = [table, list, withDigests(digests)];

test('what was just generated differs in nothing', async (t) => {
  const root = await generated(t, all);
  t.deepEqual(await differences(root, all, digests), []);
});

test('a file whose input changed is stale, and the input is named', async (t) => {
  const root = await generated(t, all);
  const now = { ...digests, 'specs/tmf/one.json': 'c'.repeat(64) };
  const found = await differences(root, [{ ...table, body: 'export const table = 3;\n' }, list, withDigests(now)], now);
  t.deepEqual(found[0], { path: table.path, finding: 'stale', detail: 'changed: specs/tmf/one.json' });
  t.is(found.length, 2); // the table and the hashes themselves
});

test('an added and a removed input are named as well', async (t) => {
  const root = await generated(t, all);
  const now = { 'specs/apis.yaml': 'a'.repeat(64), 'specs/tmf/two.json': 'd'.repeat(64) };
  const [found] = await differences(root, [{ ...table, body: 'export const table = 3;\n' }, list, withDigests(now)], now);
  t.is(found?.detail, 'changed: specs/tmf/one.json, specs/tmf/two.json');
});

test('a file that differs while its inputs are the same blames its generator', async (t) => {
  const root = await generated(t, all);
  const found = await differences(root, [{ ...table, body: 'export const table = 3;\n' }, list, withDigests(digests)], digests);
  t.deepEqual(found, [{ path: table.path, finding: 'stale', detail: 'changed: tools-gen/sample.ts or a tool it uses' }]);
});

const edits: { given: string; edit: (text: string) => string; want: string }[] = [
  { given: 'a changed line', edit: (text) => text.replace('= 1', '= 9'), want: 'its content hash is wrong' },
  { given: 'an added line', edit: (text) => `${text}// mine\n`, want: 'its content hash is wrong' },
  { given: 'a removed banner', edit: (text) => text.slice(text.indexOf('\n') + 1), want: 'its banner is gone' },
  { given: 'another source in the banner', edit: (text) => text.replace('sample.ts', 'other.ts'), want: 'its banner was changed' },
];

for (const { given, edit, want } of edits) {
  test(`${given} is a hand edit, also when the input changed too`, async (t) => {
    const root = await generated(t, all);
    const path = join(root, table.path);
    await writeFile(path, edit(await readFile(path, 'utf8')));
    t.deepEqual(await differences(root, all, digests), [{ path: table.path, finding: 'hand-edited', detail: want }]);
    const now = { ...digests, 'specs/apis.yaml': 'c'.repeat(64) };
    t.like((await differences(root, [table, list, withDigests(now)], now))[0], { path: table.path, finding: 'hand-edited' });
  });
}

test('a deleted file is missing and a foreign one unexpected', async (t) => {
  const root = await generated(t, all);
  await rm(join(root, list.path));
  await writeFile(join(root, 'generated/deep/notes.txt'), 'mine');
  await mkdir(join(root, 'docs/reference/examples'), { recursive: true });
  await writeFile(join(root, 'docs/reference/old.md'), 'of an API that is gone');
  await writeFile(join(root, 'docs/reference/examples/old.json'), '[]'); // recorded, not generated
  t.deepEqual((await differences(root, all, digests)).map(({ path, finding }) => `${finding} ${path}`), [
    'missing generated/deep/list.ts', 'unexpected docs/reference/old.md', 'unexpected generated/deep/notes.txt',
  ]);
});

test('a banner names generator, inputs and the hash of what is below it', (t) => {
  for (const path of ['generated/a.ts', 'docs/reference/a.md']) {
    const text = withBanner({ ...table, path });
    t.like(readBanner(text), { generator: 'tools-gen/sample.ts', inputs: ['specs/tmf', 'specs/apis.yaml'] });
    t.true(isUntouched(text));
    t.false(isUntouched(`${text} `));
  }
});

test('generating twice gives the same bytes, each with ten seconds of work at most', async (t) => {
  const root = join(import.meta.dirname, '../..');
  const before = process.cpuUsage();
  const first = await generate(await readInputs(root));
  const { user, system } = process.cpuUsage(before); // microseconds; the clock would count what other programs do
  t.true(user + system < 10_000_000);
  const second = await generate(await readInputs(root));
  t.deepEqual(first.map(withBanner), second.map(withBanner));
  t.true(first.length > 50);
});

test('an input that changes no output still makes the recorded hashes stale', async (t) => {
  const root = await generated(t, all);
  const now = { ...digests, 'specs/apis.yaml': 'c'.repeat(64) };
  const found = await differences(root, [table, list, withDigests(now)], now);
  t.deepEqual(found, [{ path: 'generated/inputs.ts', finding: 'stale', detail: 'changed: specs/apis.yaml' }]);
});
