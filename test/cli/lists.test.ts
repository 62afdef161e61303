import test from 'ava';
import { customer } from './cards.ts';
import { ScriptedStack, type Seen } from './scripted-stack.ts';

const path = '/tmf-api/customerManagement/v4/customer';
const everybody = Array.from({ length: 1203 }, (_, index) => ({ ...customer(`Person ${index + 1}`), id: `CUST-${String(index + 1).padStart(3, '0')}` }));

/** Answers like the resource layer: a window with the total in a header. */
const customers = {
  [`GET ${path}`]: ({ query }: Seen) => {
    const [limit, offset] = [Number(query.get('limit')), Number(query.get('offset'))];
    const body = everybody.slice(offset, offset + limit);
    return { status: body.length === everybody.length ? 200 : 206, body, headers: { 'x-total-count': String(everybody.length) } };
  },
};

test('a list is a table for people, with how many of how many', async (t) => {
  const stack = await ScriptedStack.start(t, customers);
  const { code, stdout, stderr } = await stack.bss(['customer', 'list', '--limit', '2', '--offset', '1']);
  t.is(code, 0);
  t.is(stdout, [
    '+- Customers ------------------------------------------------------- 2 of 1203 -',
    '| id        name      status  kyc       contact',
    '| CUST-002  Person 2  active  verified  ada@x.sg',
    '| CUST-003  Person 3  active  verified  ada@x.sg',
    '',
  ].join('\n'));
  t.is(stderr, '2 of 1203 shown; --offset goes on, --all takes every row\n');
});

test('--json prints one object a line, --plain tabs, --quiet ids', async (t) => {
  const stack = await ScriptedStack.start(t, customers);
  const json = await stack.bss(['customer', 'list', '--limit', '2', '--json']);
  t.deepEqual(json.stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { id: string }).id), ['CUST-001', 'CUST-002']);
  t.is((await stack.bss(['customer', 'list', '--limit', '2', '--plain'])).stdout, 'CUST-001\tPerson 1\tactive\tverified\tada@x.sg\nCUST-002\tPerson 2\tactive\tverified\tada@x.sg\n');
  t.deepEqual(await stack.bss(['customer', 'list', '--limit', '2', '-q']), { code: 0, stdout: 'CUST-001\nCUST-002\n', stderr: '' });
});

test('--all goes through every page', async (t) => {
  const stack = await ScriptedStack.start(t, customers);
  const { stdout } = await stack.bss(['customer', 'list', '--all', '--quiet']);
  t.deepEqual(stdout.trimEnd().split('\n'), everybody.map(({ id }) => id));
  t.deepEqual(stack.seen.map(({ query }) => query.get('offset')), ['0', '500', '1000']);
});

test('--fields takes members by their dotted paths, in every form', async (t) => {
  const stack = await ScriptedStack.start(t, customers);
  const asked = ['customer', 'list', '--limit', '1', '--fields', 'id,contactMedium.characteristic.emailAddress,absent'];
  t.deepEqual(JSON.parse((await stack.bss([...asked, '--json'])).stdout), { id: 'CUST-001', 'contactMedium.characteristic.emailAddress': 'ada@x.sg', absent: null });
  t.is((await stack.bss([...asked, '--plain'])).stdout, 'CUST-001\tada@x.sg\t-\n');
  t.regex((await stack.bss(asked)).stdout, /\n\| id +contactMedium.characteristic.emailAddress +absent\n\| CUST-001 +ada@x.sg +-\n$/);
});

test('filters travel as TMF630 says, and a name is no pattern', async (t) => {
  const stack = await ScriptedStack.start(t, customers);
  await stack.bss(['customer', 'list', '--state', 'active', '--name', 'A.b*']);
  const query = stack.seen[0]?.query;
  t.is(query?.get('status'), 'active');
  t.is(query?.get('name.regex'), '[aA]\\.[bB]\\*');
});

test('a list of nothing says none, and prints nothing for scripts', async (t) => {
  const stack = await ScriptedStack.start(t, { [`GET ${path}`]: { body: [], headers: { 'x-total-count': '0' } } });
  t.regex((await stack.bss(['customer', 'list'])).stdout, /^\+- Customers -+ 0 -\n\| none\n$/);
  t.deepEqual(await stack.bss(['customer', 'list', '--json']), { code: 0, stdout: '', stderr: '' });
});

const mistakes: readonly (readonly [args: string[], message: RegExp])[] = [
  [['--limit', '0'], /--limit takes a whole number from 1 to 1000/],
  [['--limit', '1001'], /--limit takes a whole number from 1 to 1000/],
  [['--limit', 'ten'], /--limit takes a whole number/],
  [['--offset', '-1'], /--offset/],
  [['--all', '--limit', '5'], /--all takes every row/],
  [['--json', '--plain'], /Choose one of --json, --plain and --quiet/],
  [['--width', '7'], /--width takes a whole number from 20/],
  [['--timeout', 'soon'], /--timeout takes a duration/],
];
for (const [args, message] of mistakes) {
  test(`customer list ${args.join(' ')} is a usage error and nothing is asked`, async (t) => {
    const stack = await ScriptedStack.start(t, customers);
    const { code, stdout, stderr } = await stack.bss(['customer', 'list', ...args]);
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, message);
    t.is(stack.seen.length, 0);
  });
}

test('the choices of a filter are checked and named', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  const { code, stderr } = await stack.bss(['subscription', 'list', '--state', 'blokced']);
  t.is(code, 2);
  t.is(stderr, 'bss: --state is one of pending, active, blocked, terminated; did you mean blocked?\n');
  t.is(stack.seen.length, 0);
});

test('the terminal decides about colour and signs, and options overrule it', async (t) => {
  const stack = await ScriptedStack.start(t, customers);
  const list = ['customer', 'list', '--limit', '1'];
  t.false((await stack.bss(list)).stdout.includes('\x1b'), 'a pipe gets no colour');
  t.true((await stack.bss(list, { FORCE_COLOR: '1' })).stdout.includes('\x1b[32mactive'));
  t.false((await stack.bss(list, { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout.includes('\x1b'));
  t.false((await stack.bss([...list, '--no-color'], { FORCE_COLOR: '1' })).stdout.includes('\x1b'));
  t.true((await stack.bss([...list, '--color'])).stdout.includes('\x1b[32mactive'));
  t.true((await stack.bss(list, { LANG: 'C.UTF-8' })).stdout.startsWith('┌─ Customers'));
  t.true((await stack.bss(list, { LANG: 'C.UTF-8', TERM: 'dumb' })).stdout.startsWith('+- Customers'));
  t.true((await stack.bss([...list, '--ascii'], { LANG: 'C.UTF-8' })).stdout.startsWith('+- Customers'));
  t.is((await stack.bss([...list, '--width', '100'])).stdout.split('\n')[0]?.length, 100);
  t.is((await stack.bss(list, { COLUMNS: '50' })).stdout.split('\n')[0], 'Customers: 1 of 1203');
});

test('what a service answers never reaches the terminal raw', async (t) => {
  const hostile = { ...customer('\x1b[2J\x1b]0;owned\x07Ada\u202e\u009b31m'), id: 'CUST-001\x1b[8m' };
  const stack = await ScriptedStack.start(t, { [`GET ${path}`]: { body: [hostile] } });
  for (const form of [[], ['--json'], ['--plain'], ['--quiet']]) {
    const { stdout } = await stack.bss(['customer', 'list', ...form]);
    t.notRegex(stdout.replaceAll(/[\n\t]/g, ''), /[\p{Cc}\p{Cf}]/u, form.join(' '));
  }
  t.is((JSON.parse((await stack.bss(['customer', 'list', '--json'])).stdout) as { name?: string }).name, hostile.name, 'escaped, not lost');
});

test('a reader that has enough is no error', async (t) => {
  const stack = await ScriptedStack.start(t, customers);
  const { code, stderr } = await stack.piped(['customer', 'list', '--all', '--json'], 'head -n 1');
  t.is(code, 0);
  t.is(stderr, '');
});
