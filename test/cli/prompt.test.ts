import { PassThrough, Writable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { Cli } from 'clipanion';
import { OrderCreateCommand } from '#cli/order/create';
import { PaymentAddCardCommand } from '#cli/payment/add-card';
import { SagaScreen } from '#cli/order/saga-screen';
import { SubscriptionTerminateCommand } from '#cli/subscription/terminate';
import { SubscriptionVasCommand } from '#cli/subscription/vas';
import { Output } from '#cli/output';
import { saga } from './cards.ts';
import { line, plain } from './fixtures.ts';
import { ScriptedStack, type Script } from './scripted-stack.ts';

class Terminal extends Writable {
  readonly isTTY = true;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command as if somebody sat at a terminal and typed one line. */
async function typed(stack: ScriptedStack, argv: string[], answer: string): Promise<{ code: number; asked: string; stdout: string }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const [stdout, stderr] = [new Terminal(), new Terminal()];
  stdin.write(`${answer}\n`);
  const cli = Cli.from([OrderCreateCommand, PaymentAddCardCommand, SubscriptionVasCommand, SubscriptionTerminateCommand], { binaryName: 'bss' });
  const code = await cli.run(argv, { stdin, stdout, stderr, env: { BSS_HOME: stack.home, NO_COLOR: '1', COLUMNS: '80', USER: 'ada' }, colorDepth: 1 } as never); // streams of a terminal, as far as they are used
  return { code, asked: stderr.text, stdout: stdout.text };
}

const money = (value: number) => ({ unit: 'SGD', value });
const vasPath = '/bss-api/subscription/v1/subscription/SUB-009/vasPurchase';
const terminatePath = '/bss-api/subscription/v1/subscription/SUB-009/terminate';
const script: Script = {
  'GET /bss-api/subscription/v1/subscription/SUB-009': { body: line },
  'GET /bss-api/catalog/v1/offering/VAS_DATA_1GB/activePrice': { body: { amount: money(3) } },
  'GET /bss-api/catalog/v1/offering/PLAN_M/activePrice': { body: { amount: money(25) } },
  'GET /bss-api/payment/v1/paymentMethod': { body: [{ id: 'PM-001', brand: 'visa', last4: '4242', isDefault: true, status: 'active' }, { id: 'PM-002', brand: 'Visa', last4: '0341', isDefault: false, status: 'active' }] },
  'GET /bss-api/admin/v1/clock': { body: { now: '2026-11-22T09:15:00.000Z' } },
  [`POST ${terminatePath}`]: { body: { ...line, state: 'terminated' } },
};

const stackOf = (t: ExecutionContext): Promise<ScriptedStack> => ScriptedStack.start(t, script);

test('the question names amount, card and line; anything but yes does nothing', async (t) => {
  const stack = await stackOf(t);
  for (const answer of ['n', '', 'yess', 'SUB-009']) {
    const { code, asked, stdout } = await typed(stack, ['subscription', 'vas', 'SUB-009', 'VAS_DATA_1GB'], answer);
    t.is(code, 1);
    t.is(stdout, '');
    t.true(asked.includes('Charge SGD 3.00 to Visa **4242 for VAS_DATA_1GB on SUB-009? [y/N] '), asked);
    t.true(asked.includes('bss: Nothing was done.'));
  }
  t.deepEqual(stack.requests(`POST ${vasPath}`), []);
});

test('a card that is named is the one asked about', async (t) => {
  const { asked } = await typed(await stackOf(t), ['subscription', 'vas', 'SUB-009', 'VAS_DATA_1GB', '--card', 'PM-002'], 'n');
  t.true(asked.includes('to Visa **0341 for'));
});

test('an order is asked about with the price of its plan', async (t) => {
  const { code, asked } = await typed(await stackOf(t), ['order', 'create', 'CUST-022', 'PLAN_M'], 'no');
  t.is(code, 1);
  t.true(asked.includes('Charge SGD 25.00 to Visa **4242 for PLAN_M of CUST-022? [y/N] '));
});

test('yes does it, once', async (t) => {
  const stack = await stackOf(t);
  const { code, stdout } = await typed(stack, ['subscription', 'terminate', 'SUB-009'], 'y');
  t.is(code, 0);
  t.regex(stdout, /SUB-009 - terminated/);
  t.is(stack.requests(`POST ${terminatePath}`).length, 1);
});

for (const [key, sign] of [['Ctrl-C', '\x03'], ['Ctrl-D', '\x04']] as const) {
  test(`${key} at a question does nothing and leaves with 130`, async (t) => {
    const stack = await stackOf(t);
    for (const argv of [['subscription', 'terminate', 'SUB-009'], ['payment', 'add-card', 'CUST-022']]) {
      const { code, asked } = await typed(stack, argv, sign);
      t.is(code, 130, argv.join(' '));
      t.true(asked.endsWith('\nbss: Nothing was done.\n'), asked);
    }
    t.deepEqual(stack.seen, []);
  });
}

test('--no-input never asks, not even on a terminal', async (t) => {
  const stack = await stackOf(t);
  const { code, asked } = await typed(stack, ['subscription', 'terminate', 'SUB-009', '--no-input'], 'y');
  t.is(code, 2);
  t.regex(asked, /say --yes/);
  t.deepEqual(stack.seen, []);
});

test('a card number is typed or piped, becomes a token here and never travels', async (t) => {
  const methods = 'POST /bss-api/payment/v1/paymentMethod';
  const stack = await ScriptedStack.start(t, { [methods]: { status: 201, body: { id: 'PM-001', '@type': 'PaymentMethod', status: 'active', brand: 'visa', last4: '4242' } } });
  const at = await typed(stack, ['payment', 'add-card', 'CUST-022'], '4242 4242 4242 4242');
  t.is(at.code, 0);
  t.true(at.asked.includes('Card number or token: '));
  t.is((await stack.bss(['payment', 'add-card', 'CUST-022', '-'], {}, '4242424242424242\n')).code, 0);
  t.is((await stack.bss(['payment', 'add-card', 'CUST-022', '4242424242424242'])).code, 0);
  t.is(stack.requests(methods).length, 3);
  for (const seen of stack.seen) {
    t.false(JSON.stringify([seen.body, seen.headers]).includes('4242424242424242'));
    t.like(seen.body, { customerId: 'CUST-022', brand: 'visa', last4: '4242' });
    t.regex((seen.body as { token: string }).token, /^tok_visa_4242_[0-9a-f]{24}$/);
  }
});

test('a card from real life is refused before anything is sent, and its number is not repeated', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  const { code, stdout, stderr } = await stack.bss(['payment', 'add-card', 'CUST-022', '5555555555554444', '--json']);
  t.is(code, 4);
  t.is(stdout, '');
  t.like(JSON.parse(stderr), { error: { kind: 'POLICY_VIOLATION', rule: 'payment_method.add.token_missing' } });
  t.false(stderr.includes('5555'));
  const mistyped = await stack.bss(['payment', 'add-card', 'CUST-022', '4242424242424243', '--json']);
  t.like(JSON.parse(mistyped.stderr), { error: { rule: 'payment_method.add.number_invalid' } });
  t.deepEqual(stack.seen, []);
});

test('on a terminal the steps of an order are drawn again in place, and none is left over', (t) => {
  const terminal = new Terminal();
  const output = new Output({ json: false, plain: false, quiet: false, fields: [] }, { ...plain, color: true }, { stdout: terminal, stderr: terminal });
  const screen = new SagaScreen(terminal, output);
  const whole = saga();
  screen.update({ ...whole, steps: whole.steps.slice(0, 3) });
  screen.update({ ...whole, steps: whole.steps.slice(0, 3) });
  screen.update({ ...whole, steps: whole.steps.slice(0, 2) });
  screen.end();
  const pictures = terminal.text.split('\x1b[J').slice(0, -1);
  t.is(pictures.length, 2, 'the same picture is not drawn twice');
  t.false(pictures[0]?.includes('\x1b[3A'));
  t.true(pictures[1]?.startsWith('\x1b[3A'));
  t.is(pictures[1]?.split('\n').length, 3);
});
