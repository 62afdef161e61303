import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { newState, writeState } from '#cli/run/server-state';
import { homeOf } from '#runtime/home';
import { serviceNames } from '#runtime/services';
import { startStack } from '../support/stack.ts';
import { runBss, type Outcome } from './scripted-stack.ts';

/** The real command line in front of a real stack, whose clock stands still in April 2026. */
async function installation(t: ExecutionContext): Promise<(line: string, stdin?: string) => Promise<Outcome>> {
  const stack = await startStack(t);
  const folder = mkdtempSync(join(tmpdir(), 'bss-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const home = homeOf({ BSS_HOME: folder });
  mkdirSync(home.run, { recursive: true });
  writeState(home, { ...newState(), phase: 'ready', services: serviceNames.map((name) => ({ name, port: Number(new URL(stack.baseUrl(name)).port) })) });
  const env = { BSS_HOME: folder, BSS_CLI_API_TOKEN: stack.token('cli') };
  return (line, stdin) => runBss(line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [], env, stdin);
}

test('who follows the ways out of each refusal gets a line', async (t) => {
  const bss = await installation(t);
  t.is((await bss('customer create "Ada Lim" --quiet')).stdout, 'CUST-001\n');
  const order = 'order create CUST-001 PLAN_S --yes';

  const refused = async (rule: string): Promise<string> => {
    const { code, stdout, stderr } = await bss(order);
    t.is(code, 4);
    t.is(stdout, '');
    t.true(stderr.includes(rule), stderr);
    return /fix: bss (.+)/.exec(stderr)?.[1] ?? '';
  };
  t.is(await refused('order.create.customer_not_active'), 'customer show CUST-001');
  t.is((await bss('api crm.createContactMedium -p id=CUST-001 -d -', '{"mediumType":"email","value":"ada@x.sg"}')).code, 0);
  const attest = await refused('order.create.kyc_required');
  t.is((await bss(`${attest} --document-number S1234567A --document-type national_id --document-country SG --date-of-birth 1990-12-31`)).code, 0);
  const add = await refused('order.create.payment_method_required');
  t.is((await bss(add, '4242424242424242\n')).code, 0);

  const tried = await bss(`${order} --dry-run`);
  t.is(tried.code, 0);
  const done = await bss(order);
  t.is(done.code, 0, done.stderr);
  t.regex(done.stderr, /ok {6}line activated/);
  t.regex((await bss('interaction log CUST-001 "Asked about roaming" --channel phone')).stdout, /completed -\n\| .+ {3}CUST-001 {3}inbound {3}phone\n\| Asked about roaming\n/);
  t.is((await bss('interaction log CUST-999 Hi')).code, 3);
  t.regex(done.stdout, /SUB-001 - active -\n\| PLAN_S {2}SGD 10\.00\/month \(held price\) {3}90000000 {3}renews 2026-05-11 \(30 d\)\n/);
});

test('the demo passes on a stack that does what it must, cent by cent and event by event', async (t) => {
  const bss = await installation(t);
  const { code, stdout } = await bss('demo --json');
  t.is(code, 0, stdout);
  t.like(JSON.parse(stdout), { '@type': 'Demo', id: 'CUST-001', events: 97, deviations: [], passed: true });
  t.regex((await bss('customer 360 CUST-001')).stdout, /\| SUB-001 {2}90000000 {2}PLAN_S {2}active {2}data {2}###\.+ {3}0\.9\/ 6\.0 GB\n\| last order ORD-001 completed {3}charged 30 d SGD 13\.00\n$/);
});

test('the demo fails where a line does not come up', async (t) => {
  const bss = await installation(t);
  const [fault = ''] = (await bss('prov fault --plain')).stdout.split('\n').filter((row) => row.includes('HLR_PROVISION'));
  const id = fault.split('\t')[0] ?? '';
  t.is((await bss('api provisioning.patchFaultRule --yes -d - -p id='.concat(id), '{"enabled":true,"probability":1,"kind":"fail_always"}')).code, 0);
  const { code, stderr } = await bss('demo --json');
  t.is(code, 1);
  t.like(JSON.parse(stderr), { ok: false, error: { kind: 'FAILED', message: 'demo: ORD-001 ended as failed, not completed' } });
});
