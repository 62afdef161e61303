/**
 * The SDKs as somebody else would use them (TMF.md §6, "third-party client"): generated, packed and
 * installed elsewhere, each takes a customer from nothing to a line in use on a running stack.
 * Needs Java, and for each language what compiles or runs it; what is missing is said and skipped.
 */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { addresses } from '#generated/clients';
import { runProgram, lastLines } from '#tools-gen/sdk/program';
import { startStack, type Stack } from '../support/stack.ts';

const root = join(import.meta.dirname, '../..');
const minute = 60_000;
const tsc = join(root, 'node_modules/typescript/bin/tsc');

let place = '';

/** @throws {Error} with the end of what the program said, unless it succeeds */
async function run(program: string, args: readonly string[], options: { cwd?: string; env?: Readonly<Record<string, string>> } = {}): Promise<string> {
  const { code, output } = await runProgram(program, args, { msMax: 10 * minute, ...options });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code ?? 'took too long'}\n${lastLines(output, 40)}`);
  return output;
}

const isThere = async (program: string, args: readonly string[]): Promise<boolean> =>
  (await runProgram(program, args, { msMax: minute }).catch(() => ({ code: 1 }))).code === 0;

const [hasJava, hasPython, hasMaven, hasGo] = await Promise.all([
  isThere('java', ['-version']), isThere('python3', ['-m', 'venv', '--help']), isThere('mvn', ['-version']), isThere('go', ['version']),
]);

/** A test that is skipped, with the reason in its name, where what it needs is not there. */
function needing(title: string, needs: Readonly<Record<string, boolean>>, implementation: (t: ExecutionContext) => Promise<void>): void {
  const missing = Object.entries(needs).filter(([, there]) => !there).map(([name]) => name);
  if (missing.length > 0) test.skip(`${title}: needs ${missing.join(' and ')}`, implementation);
  else test.serial(title, implementation);
}

const generated = (language: string): string => join(place, 'sdk', language);

async function generate(t: ExecutionContext, language: string): Promise<string> {
  const said = await run(process.execPath, [join(root, 'tools-gen/sdk.ts'), '--out', join(place, 'sdk'), language]);
  t.log(said.trimEnd().split('\n').at(-1));
  return generated(language);
}

/** Base addresses by module, as a client of this stack is told them. */
const addressesOf = (stack: Stack): string => JSON.stringify(Object.fromEntries(
  Object.entries(addresses).flatMap(([api, { service, basePath }]) => (service === '*' ? [] : [[api.toLowerCase(), stack.baseUrl(service) + basePath]])),
));

/** The first lines of code a reader of the package sees. */
async function quickStart(sdk: string): Promise<string> {
  const readme = await readFile(join(sdk, 'README.md'), 'utf8');
  const code = /```\w+\n([\s\S]*?)```/.exec(readme)?.[1];
  if (!code) throw new Error(`${sdk}/README.md shows no code`);
  return code;
}

/** What a client prints in its last line is what happened in the stack. */
async function drive(t: ExecutionContext, name: string, program: string, args: readonly string[], cwd: string): Promise<void> {
  const stack = await startStack(t);
  const output = await run(program, args, { cwd, env: { BSS_TOKEN: stack.token('cli'), SDK_ADDRESSES: addressesOf(stack) } });
  const { orderedAt, ...said } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>; // the script's own line
  t.deepEqual(said, {
    customer: 'CUST-001', refused: 'order.create.kyc_required', order: 'ORD-002', placedOnce: true, orderState: 'completed',
    service: 'active', serviceType: 'CFS_MOBILE_BROADBAND', activeServices: 3, rowsOfPage: 1, usage: 'billed', payment: 'captured', paid: 10, bill: 'settled', due: 10,
    name, media: 1, notification: 'ProductOrderStateChangeEvent', notified: 'ORD-002',
  });
  t.is(Date.parse(String(orderedAt)), stack.clock.now().getTime());
  await stack.settle();
  t.deepEqual(await stack.sql('SELECT id FROM integrations.hub'), [], 'the subscription was taken back');
  t.is((await stack.events()).filter(({ type }) => type === 'order.completed').length, 1);
}

test.before(async () => { place = await mkdtemp(join(tmpdir(), 'bss-sdk-')); });
test.after.always(() => rm(place, { recursive: true, force: true }));

needing('the generator finds no error in any document', { Java: hasJava }, async (t) => {
  t.timeout(10 * minute);
  const said = await run(process.execPath, [join(root, 'tools-gen/sdk.ts'), '--out', join(place, 'judged'), '--validate']);
  t.regex(said, /\n24 documents, 0 with errors\n$/);
  const notes = said.split('\n').flatMap((line) => line.split(': ').slice(1).join(': ').split('; ')).filter(Boolean);
  t.deepEqual(notes.filter((note) => !note.startsWith('Unused model')), []);
});

needing('the TypeScript SDK takes a customer from nothing to a line in use', { Java: hasJava }, async (t) => {
  t.timeout(10 * minute);
  const sdk = await generate(t, 'typescript');
  const client = join(place, 'client');
  await mkdir(join(client, 'node_modules'), { recursive: true });
  await symlink(sdk, join(client, 'node_modules/bss-cli-sdk'));
  await symlink(join(root, 'node_modules/@types'), join(client, 'node_modules/@types'));
  await cp(join(root, 'test/sdk/order-to-activate.ts'), join(client, 'order-to-activate.ts'));
  await writeFile(join(client, 'package.json'), JSON.stringify({ name: 'client', type: 'module', private: true }));
  const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', 'node', '--erasableSyntaxOnly'];
  await writeFile(join(client, 'quick-start.ts'), await quickStart(sdk));
  await run(process.execPath, [tsc, ...options, 'order-to-activate.ts', 'quick-start.ts'], { cwd: client });
  await drive(t, 'Ada Lim-Tan', process.execPath, ['order-to-activate.ts'], client);
});

needing('the Python SDK takes a customer from nothing to a line in use', { Java: hasJava, 'Python with venv': hasPython }, async (t) => {
  t.timeout(15 * minute);
  const sdk = await generate(t, 'python');
  const venv = join(place, 'venv');
  await run('python3', ['-m', 'venv', venv]);
  await run(join(venv, 'bin/pip'), ['install', '--quiet', sdk]);
  await run(join(venv, 'bin/python'), ['-c', `compile(${JSON.stringify(await quickStart(sdk))}, "README.md", "exec")`]);
  await drive(t, 'Bo Tan-Lim', join(venv, 'bin/python'), [join(root, 'test/sdk/order_to_activate.py')], place);
});

needing('the Java SDK takes a customer from nothing to a line in use', { Java: hasJava, Maven: hasMaven }, async (t) => {
  t.timeout(15 * minute);
  const sdk = await generate(t, 'java');
  const code = await quickStart(sdk);
  const imports = code.split('\n').filter((line) => line.startsWith('import ')).join('\n');
  const body = code.split('\n').filter((line) => !line.startsWith('import ')).join('\n');
  await writeFile(join(sdk, 'src/main/java/QuickStart.java'), `${imports}\nclass QuickStart {\n  static void main(String[] args) {\n${body}\n  }\n}\n`);
  await run('mvn', ['--batch-mode', '--quiet', 'compile', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], { cwd: sdk });
  await drive(t, 'Di Foo-Lee', 'java', ['-cp', `target/classes${delimiter}lib/*`, join(root, 'test/sdk/OrderToActivate.java')], sdk);
});

needing('the Go SDK takes a customer from nothing to a line in use', { Java: hasJava, Go: hasGo }, async (t) => {
  t.timeout(15 * minute);
  const sdk = await generate(t, 'go');
  await mkdir(join(sdk, 'quickstart'));
  const imports = ['context', 'fmt', 'log', 'os', 'bss-cli-sdk/tmf622'].map((path) => `import "${path}"\n`).join('');
  await writeFile(join(sdk, 'quickstart/main.go'), `package main\n\n${imports}\nfunc main() {\n${await quickStart(sdk)}}\n`);
  await run('go', ['build', './...'], { cwd: sdk });
  const client = join(place, 'go-client');
  await mkdir(client);
  await cp(join(root, 'test/sdk/order_to_activate.go'), join(client, 'main.go'));
  await writeFile(join(client, 'go.mod'), `module client\n\ngo 1.23\n\nrequire bss-cli-sdk v0.0.0\n\nreplace bss-cli-sdk => ${sdk}\n`);
  await run('go', ['build', '-o', 'client', '.'], { cwd: client });
  await drive(t, 'Cy Ng-Ho', join(client, 'client'), [], client);
});
