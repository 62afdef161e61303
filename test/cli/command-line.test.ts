import test from 'ava';
import { Cli } from 'clipanion';
import { commands, groups } from '#cli/commands';
import { fixTemplates } from '#cli/fix-command';
import { nearest } from '#cli/nearest';
import { operations } from '#generated/operations';
import { tools } from '#generated/tools';
import type { Operation } from '#runtime/operation';
import { version } from '#cli/version';
import { runBss } from './scripted-stack.ts';

const bss = (...args: string[]) => runBss(args, {});

/** Options of AGENT-AND-CLI §7 that every command takes which speaks to the services. */
const everywhere = [
  '--json', '--plain', '--quiet,-q', '--yes,-y', '--no-input', '--timeout #0', '--fields #0', '--color', '--ascii', '--width #0',
];
const onWrites = ['--dry-run', '--idempotency-key #0'];
const onLists = ['--limit #0', '--offset #0', '--all'];

/** These run on this machine alone and have options of their own. */
const local = new Set(['up', 'down', 'status', 'logs', 'serve']);
const writes = new Set([
  'api', 'customer create', 'customer kyc-attest', 'payment add-card', 'order create', 'order cancel', 'subscription vas', 'subscription renew', 'subscription change-plan', 'subscription cancel-change', 'subscription migrate-price',
  'subscription tick', 'subscription terminate', 'clock freeze', 'clock advance', 'clock unfreeze', 'usage simulate',
  'prov retry', 'prov resolve', 'prov fault', 'hub replay',
]);
const lists = new Set([
  'customer list', 'payment methods', 'catalog list', 'catalog vas', 'order list', 'subscription list', 'subscription renewals', 'bill list', 'usage history', 'inventory msisdn-list', 'inventory esim-list', 'prov tasks', 'prov fault', 'events list', 'hub list', 'hub show',
]);

for (const { path, summary, load } of commands) {
  test(`${path}: is what the overview says, with the options it must have`, async (t) => {
    const cli = new Cli({ binaryName: 'bss', enableColors: false });
    const command = await load();
    cli.register(command);
    const [definition] = cli.definitions();
    t.deepEqual(command.paths, [path.split(' ')]);
    t.is(definition?.description?.trim(), summary);
    if (local.has(path)) return;
    const options = (definition?.options ?? []).map((option) => option.definition);
    const wanted = [...everywhere, ...(writes.has(path) ? onWrites : []), ...(lists.has(path) ? onLists : [])];
    t.deepEqual(wanted.filter((option) => !options.includes(option)), []);
    t.deepEqual(definition?.options.filter(({ description }) => !description).map((option) => option.definition), [], 'options without a word about them');
  });
}

test('the overview names every command but the hidden ones', async (t) => {
  const { code, stdout, stderr } = await bss('--help');
  t.is(code, 0);
  t.is(stderr, '');
  const text = stdout.replace(/\s+/g, ' ');
  for (const { path, summary, hidden } of commands) t.is(stdout.includes(`  ${path} `) && text.includes(summary), hidden !== true, path);
  for (const { path } of commands) t.true((path.split(' ').length === 1 ? '' : path.split(' ')[0] ?? '') in groups, path);
});

test('help fits the terminal; into a pipe the overview writes a line for each command', async (t) => {
  const texts = [(await bss('--help')).stdout, (await bss('subscription', '--help')).stdout, (await bss('case', 'open', '--help')).stdout];
  t.deepEqual(texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 80 && !line.startsWith('    bss ')), []);
  const { stdout } = await runBss(['--help'], { COLUMNS: '' });
  for (const { path, summary } of commands.filter(({ hidden }) => !hidden)) t.regex(stdout, new RegExp(`^  ${path} +${summary.replaceAll(/[.()]/g, '\\$&')}$`, 'm'));
});

test('the options of a command come before those of all commands', async (t) => {
  const { stdout } = await bss('order', 'create', '--help');
  t.regex(stdout, /\nOptions\n {2}--dry-run [\s\S]+ {2}--msisdn VALUE [\s\S]+\nExamples\n[\s\S]+\nOptions of every command\n {2}--json [\s\S]+ {2}--width VALUE {12}Columns to draw for\.\n$/);
  t.false((await bss('customer', 'show', '--help')).stdout.includes('\nOptions\n'));
  t.false((await bss('status', '--help')).stdout.includes('of every command'));
});

test('without a command there is the overview on stderr and a usage error', async (t) => {
  const { code, stdout, stderr } = await bss();
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /Usage: bss <command>/);
});

test('the version is that of the package', async (t) => {
  for (const word of ['--version', 'version', '-v']) t.deepEqual(await bss(word), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('help can be asked for in every way', async (t) => {
  for (const words of [['order', 'create', '--help'], ['help', 'order', 'create'], ['order', 'create', 'CUST-001', '-h']]) {
    const { code, stdout } = await bss(...words);
    t.is(code, 0);
    t.regex(stdout, /^Order a line for a customer[\s\S]+Usage: bss order create .*<customer-id> <plan> \[options\][\s\S]+--idempotency-key VALUE[\s\S]+Examples/, words.join(' '));
  }
});

test('a group alone tells its commands', async (t) => {
  const alone = await bss('inventory');
  t.is(alone.code, 2);
  t.regex(alone.stderr, /inventory msisdn-list {2}/);
  const asked = await bss('inventory', '--help');
  t.is(asked.code, 0);
  t.regex(asked.stdout, /inventory esim-show {2}/);
});

const slips: readonly (readonly [words: string, meant: string])[] = [
  ['custmer list', 'customer list'], ['customer lst', 'customer list'], ['order craete', 'order create'], ['subscription balnce', 'subscription balance'], ['docter', 'doctor'], ['invntory', 'inventory'],
];
for (const [words, meant] of slips) {
  test(`bss ${words}: did you mean ${meant}?`, async (t) => {
    const { code, stdout, stderr } = await bss(...words.split(' '));
    t.is(code, 2);
    t.is(stdout, '');
    t.is(stderr, `There is no command "${words}"; did you mean \`bss ${meant}\`?\n`);
  });
}

test('a word unlike any other is pointed to the list', async (t) => {
  t.is((await bss('xylophone')).stderr, 'There is no command "xylophone"; bss --help lists what there is.\n');
  t.is((await bss('order', 'xylophone')).stderr, 'There is no command "order xylophone"; bss order --help lists what there is.\n');
  t.is(nearest('xylophone', ['order create', 'up']), undefined);
});

test('usage errors name what is wrong and how it is written', async (t) => {
  const unknown = await bss('order', 'list', '--custmer', 'CUST-001');
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /^There is no option --custmer; did you mean --customer\?\nUsage: bss order list \[options\]/);
  const missing = await bss('order', 'create', 'CUST-001');
  t.is(missing.code, 2);
  t.regex(missing.stderr, /^Say <customer-id> <plan>\.\nUsage: bss order create <customer-id> <plan> \[options\]/);
  const extra = await bss('order', 'show', 'ORD-001', 'ORD-002');
  t.regex(extra.stderr, /^"ORD-002" is one word too many\./);
  t.regex((await bss('api', 'TMF620.listCatalog', '--limit', '1')).stderr, /^There is no option --limit\.\nUsage: bss api \[operation\] \[options\]/);
  t.regex((await bss('clock', 'advance', '-1d')).stderr, /^There is no option -1d\.\n/);
  t.regex((await bss('specs', 'verify')).stderr, /^Say <official-file>\.\nUsage: bss specs verify <official-file> \.\.\. \[options\]/);
});

test('with --json a usage error is an envelope on stderr', async (t) => {
  const { code, stdout, stderr } = await bss('order', 'create', '--json');
  t.is(code, 2);
  t.is(stdout, '');
  t.deepEqual(JSON.parse(stderr), { ok: false, error: { kind: 'MISSING_FIELDS', message: 'Say <customer-id> <plan>.' } });
  t.deepEqual(JSON.parse((await bss('docter', '--json')).stderr), { ok: false, error: { kind: 'INVALID_ARGUMENT', message: 'There is no command "docter"; did you mean `bss doctor`?' } });
  t.deepEqual(JSON.parse((await bss('order', '--json')).stderr), { ok: false, error: { kind: 'MISSING_FIELDS', message: 'Say which command; bss order --help lists them.' } });
  t.deepEqual(JSON.parse((await bss('logs', 'nonsense', '--json')).stderr).error.kind, 'INVALID_ARGUMENT');
});

test('every command a refusal proposes exists, and its tool too', (t) => {
  const known = new Set<string>(Object.values(tools).map(({ name }) => name));
  for (const [tool, template] of Object.entries(fixTemplates)) {
    t.truthy(commands.find(({ path }) => template === path || template.startsWith(`${path} `)), template);
    if (!composites.has(tool)) t.true(known.has(tool), tool);
  }
});

test('every command the reference names exists', (t) => {
  const known = new Set(commands.map(({ path }) => path));
  t.deepEqual(Object.values<Operation>(operations).filter(({ cli }) => cli !== null && !known.has(cli)).map(({ key, cli }) => `${key}: ${cli}`), []);
});

/** Tools without an operation of their own are not in the generated table (AGENT-AND-CLI §2, ∘). */
const composites = new Set(['customer.view_360', 'order.wait_until', 'payment.add_card']);
