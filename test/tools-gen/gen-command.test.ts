import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

async function command(...args: string[]): Promise<Outcome> {
  try {
    return { code: 0, ...(await run(process.execPath, [join(root, 'tools-gen/main.ts'), ...args])) };
  } catch (error) {
    return error as Outcome; // execFile rejects with the outcome of a command that fails
  }
}

/** A copy of what the command reads and writes. */
async function checkout(t: ExecutionContext): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'gen-command-'));
  t.teardown(() => rm(copy, { recursive: true }));
  for (const folder of ['specs', 'generated', 'docs/reference']) await cp(join(root, folder), join(copy, folder), { recursive: true });
  return copy;
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  await writeFile(path, text.replace(from, to));
}

test('the check passes on what was generated, and after a change of an input generating mends it', async (t) => {
  const copy = await checkout(t);
  t.like(await command('--root', copy), { code: 0 });
  t.like(await command('--root', copy, '--check'), { code: 0, stderr: '' });
  await edit(join(copy, 'specs/apis.yaml'), 'id: CATL', 'id: CTLG');
  const stale = await command('--root', copy, '--check');
  t.is(stale.code, 1);
  t.regex(stale.stderr, /^stale: generated\/resources\.ts \(changed: specs\/apis\.yaml\)$/m);
  t.regex((await command('--root', copy)).stdout, /2 written, 0 removed/);
  t.is((await command('--root', copy, '--check')).code, 0);
});

test('the check tells a hand edit from a changed input, and a changed vendored document from both', async (t) => {
  const copy = await checkout(t);
  await command('--root', copy);
  await edit(join(copy, 'generated/events.ts'), "'order.completed'", "'order.finished'");
  await edit(join(copy, 'specs/tmf/TMF629-Customer-v4.0.0.json'), '"List customers"', '"All customers"');
  const { code, stderr } = await command('--root', copy, '--check');
  t.is(code, 1);
  t.regex(stderr, /^hand-edited: generated\/events\.ts \(its content hash is wrong\)$/m);
  t.regex(stderr, /^stale: generated\/types\/TMF629\.ts \(changed: specs\/tmf\/TMF629-Customer-v4\.0\.0\.json\)$/m);
  t.regex(stderr, /^lock: specs\/tmf\/TMF629-Customer-v4\.0\.0\.json was changed/m);
});

test('a contradiction in specs is one sentence without a stack', async (t) => {
  const copy = await checkout(t);
  await edit(join(copy, 'specs/apis.yaml'), 'rating: { service: rating }', 'rating: { service: ratings }');
  t.like(await command('--root', copy), { code: 1, stderr: 'specs/apis.yaml: rating names no service (ratings)\n' });
});
