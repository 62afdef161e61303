import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkLock, updateLock } from '#tools-gen/lock';

const root = join(import.meta.dirname, '../..');
const ordering = 'specs/tmf/TMF622-ProductOrdering-v4.0.0.json';

/** A copy of the vendored specs, committed to a history of its own unless `history` is false. */
async function copyOfSpecs(t: ExecutionContext, history = true): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lock-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const each of ['specs/tmf', 'specs/patches', 'specs/lock.json']) await cp(join(root, each), join(folder, each), { recursive: true });
  if (history) commit(folder);
  return folder;
}

function commit(folder: string): void {
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], { cwd: folder, stdio: 'pipe' });
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'Vendor the specs');
}

async function edit(folder: string, file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(join(folder, file), 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`the edit of ${file} changed nothing`);
  await writeFile(join(folder, file), after);
}

/** Changes one property of ProductOrder only. */
function inProductOrder(change: (properties: Record<string, unknown>) => void): (text: string) => string {
  return (text) => {
    // The shape of a vendored document.
    const document = JSON.parse(text) as { components: { schemas: { ProductOrder: { properties: Record<string, unknown> } } } };
    change(document.components.schemas.ProductOrder.properties);
    return `${JSON.stringify(document, null, 2)}\n`;
  };
}

const renameCategory = inProductOrder((properties) => {
  properties.kategory = properties.category;
  delete properties.category;
});

test('the vendored specs are as pinned', async (t) => {
  t.deepEqual(await checkLock(root), []);
});

test('renaming a property is refused with file and property named', async (t) => {
  const folder = await copyOfSpecs(t);
  await edit(folder, ordering, renameCategory);
  const problems = await checkLock(folder);
  t.is(problems.length, 2);
  t.true(problems[0]?.includes(`${ordering} was changed: removed property ProductOrder.category`));
  t.true(problems[1]?.includes('added property ProductOrder.kategory'));
});

test('a rename that was committed without a new lock is still named', async (t) => {
  const folder = await copyOfSpecs(t);
  await edit(folder, ordering, renameCategory);
  commit(folder);
  t.true((await checkLock(folder)).join().includes('removed property ProductOrder.category'));
});

test('without a history the changed file is named all the same', async (t) => {
  const folder = await copyOfSpecs(t, false);
  await edit(folder, ordering, renameCategory);
  const problems = await checkLock(folder);
  t.is(problems.length, 1);
  t.true(problems[0]?.startsWith(`${ordering} was changed: its hash differs`));
});

test('a change of wording, a broken document, a changed, new or missing file are each refused by name', async (t) => {
  const folder = await copyOfSpecs(t);
  await edit(folder, ordering, (text) => text.replace('"description": "Order of a customer for products."', '"description": "An order."'));
  await edit(folder, 'specs/tmf/TMF629-Customer-v4.0.0.json', (text) => text.slice(0, -10));
  await edit(folder, 'specs/patches/TMF622-aborted.yaml', (text) => text.replace('value: aborted', 'value: dropped'));
  await writeFile(join(folder, 'specs/patches/new.yaml'), 'target: TMF622\n');
  await unlink(join(folder, 'specs/patches/TMF678-hold.yaml'));
  const problems = (await checkLock(folder)).map((problem) => problem.slice(0, problem.indexOf(';')).replace(/ \(.*/, ''));
  t.deepEqual(problems, [
    'specs/patches/TMF622-aborted.yaml was changed: an overlay differs from its pinned text',
    'specs/patches/TMF678-hold.yaml is in specs/lock.json but missing',
    'specs/patches/new.yaml is not in specs/lock.json',
    `${ordering} was changed: only its wording`,
    'specs/tmf/TMF629-Customer-v4.0.0.json was changed: it is no longer a document',
  ]);
});

test('updating tells breaking changes from others and pins the files as they are', async (t) => {
  const folder = await copyOfSpecs(t);
  await edit(folder, ordering, inProductOrder((properties) => {
    delete properties.category;
    properties.colour = { type: 'string' };
    properties.priority = { type: 'integer' };
  }));
  const { changes, files, unknown } = await updateLock(folder);
  t.deepEqual(files, [ordering]);
  t.deepEqual(unknown, []);
  t.deepEqual(changes.map(({ api, kind, name, breaking }) => [api, kind, name, breaking]), [
    ['TMF622', 'removed', 'ProductOrder.category', true],
    ['TMF622', 'changed', 'ProductOrder.priority', true],
    ['TMF622', 'added', 'ProductOrder.colour', false],
  ]);
  t.deepEqual(await checkLock(folder), []);
});

test('updating after a changed overlay tells what it changes for clients', async (t) => {
  const folder = await copyOfSpecs(t);
  await unlink(join(folder, 'specs/patches/TMF622-aborted.yaml'));
  const { changes } = await updateLock(folder);
  t.like(changes[0], { api: 'TMF622', kind: 'removed', subject: 'enum value', name: 'ProductStatusType "aborted"', breaking: true });
  t.is(changes.length, 1);
});

test('updating without a history says which texts it does not have', async (t) => {
  const folder = await copyOfSpecs(t, false);
  await edit(folder, ordering, renameCategory);
  t.deepEqual((await updateLock(folder)).unknown, [ordering]);
  t.deepEqual(await checkLock(folder), []);
});

test('a rename that leaves an overlay without its target is not pinned', async (t) => {
  const folder = await copyOfSpecs(t);
  const before = await readFile(join(folder, 'specs/lock.json'), 'utf8');
  await edit(folder, ordering, (text) => text.replaceAll('ProductStatusType', 'ProductStateType'));
  await t.throwsAsync(updateLock(folder), { name: 'PatchError', message: /TMF622-aborted\.yaml.*ProductStatusType/ });
  t.is(await readFile(join(folder, 'specs/lock.json'), 'utf8'), before);
});
