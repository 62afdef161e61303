import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { cloneDatabase } from '#db/template';
import { projectFolder } from '#runtime/home';
import { stepsOf, taken, type Step } from './next/steps.ts';

const page = await readFile(join(projectFolder, 'docs/ADDING-AN-API.md'), 'utf8');
const download = join(import.meta.dirname, 'next/TMF670-PaymentMethod-v4.0.0.json');
const folders = ['db', 'docs', 'events', 'generated', 'handlers', 'policy', 'runtime', 'specs', 'tools-gen', 'test/tools-gen/next', 'package.json', 'tsconfig.json'];
const runMsMax = 110_000;

/** The services and generators without what calls them; packages and database server are those of the real one. */
async function copyOfProject(t: ExecutionContext): Promise<string> {
  await (await cloneDatabase()).drop(); // the server runs from here on
  const copy = await mkdtemp(join(tmpdir(), 'bss-adding-'));
  t.teardown(() => rm(copy, { recursive: true }));
  for (const folder of folders) await cp(join(projectFolder, folder), join(copy, folder), { recursive: true });
  await mkdir(join(copy, '.cache'));
  for (const shared of ['node_modules', '.cache/pg-test']) await symlink(join(projectFolder, shared), join(copy, shared));
  return copy;
}

/** Runs a program of the copy. @throws {Error} with what it printed, when it fails */
async function run(copy: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: copy, timeout: runMsMax, maxBuffer: 1 << 26 }).catch((error: unknown) => {
    const { stdout: said = '', stderr = '' } = error as { stdout?: string; stderr?: string }; // what execFile rejects with
    throw new Error(`${args.join(' ')} failed:\n${said}${stderr}`);
  });
  return stdout;
}

async function take(copy: string, step: Step): Promise<void> {
  if (step.kind === 'run') return void (await run(copy, await programOf(copy, step.command)));
  const file = join(copy, step.path);
  const before = step.kind === 'write' ? null : await readFile(file, 'utf8');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, taken(step, before));
}

/** A line of the page as arguments of node: npm only looks its scripts up. */
async function programOf(copy: string, command: string): Promise<string[]> {
  const script = /^npm run (\S+)$/.exec(command)?.[1];
  const { scripts } = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const line = script ? scripts[script] ?? `npm knows no script ${script}` : command;
  return line.replace('<download>', download).split(' ').slice(1);
}

interface Result {
  readonly status: number;
  readonly total: string | null;
  readonly location: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

test('the steps of docs/ADDING-AN-API.md give an API that works', async (t) => {
  t.timeout(4 * 60_000);
  const copy = await copyOfProject(t);
  const steps = stepsOf(page);
  t.true(steps.length > 10);
  for (const step of steps) await take(copy, step);
  const results = JSON.parse(await run(copy, ['test/tools-gen/next/drive.ts'])) as Record<string, Result> & { listed: { body: unknown }; events: unknown };
  const { created, retrieved, listed, none, merged, stepped, incomplete, kept, deleted, gone, document } = results;
  t.like(created, { status: 201, body: { id: 'PMD-001', '@type': 'BankCard', name: 'Card of Ada', status: 'active', statusDate: '2026-04-11T09:00:00.000Z', lastFourDigits: '4242' } });
  t.is<unknown, unknown>(created?.location, created?.body['href']);
  t.like(incomplete, { status: 400, body: { '@type': 'Error' } });
  t.like(retrieved, { status: 200, body: created!.body });
  t.like(listed, { status: 200, total: '1', body: [{ id: 'PMD-001', href: created?.body['href'], name: 'Card of Ada' }] });
  t.like(none, { status: 200, total: '0', body: [] });
  t.like(merged, { status: 200, body: { description: 'Her first', name: 'Card of Ada' } });
  t.like(stepped, { status: 200, body: { isPreferred: true } });
  t.like(kept, { status: 422, body: { reason: 'wallet.delete.active' } });
  t.is(deleted?.status, 204);
  t.is(gone?.status, 404);
  t.like(document, { status: 200, body: { info: { title: 'Payment Method' } } });
  t.deepEqual(results.events, ['wallet.created', 'wallet.changed', 'wallet.changed', 'wallet.status_changed', 'wallet.deleted']);
  t.regex(await readFile(join(copy, 'docs/reference/TMF670.md'), 'utf8'), /## createPaymentMethod/);
});

test('a page that does not say where its code goes, or names a place that is not there, is refused', (t) => {
  t.throws(() => stepsOf('Somewhere:\n\n```ts\nconst a = 1;\n```\n'), { message: /where does the code below "Somewhere:" go/ });
  const [step] = stepsOf('In `a.ts`, below `x();`:\n\n```ts\ny();\n```\n');
  t.is(step?.kind, 'below');
  if (step?.kind !== 'below') return;
  t.is(taken(step, '  x();\nz();\n'), '  x();\ny();\nz();\n');
  t.throws(() => taken(step, 'z();\n'), { message: /a\.ts has no line x\(\);/ });
});
