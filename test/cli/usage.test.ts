import test from 'ava';
import { ScriptedStack, type Reply, type Seen } from './scripted-stack.ts';
import { line } from './fixtures.ts';

const path = '/tmf-api/usageManagement/v4/usage';
const clock: Reply = { body: { now: '2026-11-22T09:15:00.000Z', frozen: false, offsetMs: 0 } };

const record = (status: string, more: object = {}) => ({
  '@type': 'Usage', id: 'USG-012', status, usageDate: '2026-11-22T09:15:00.000Z', usageType: 'data',
  usageCharacteristic: [{ name: 'msisdn', value: '90000005' }, { name: 'quantity', value: 4_294_967_296 }, { name: 'unit', value: 'byte' }], ...more,
});

test('usage is reported in base units with a reference of its own, and waited for', async (t) => {
  const stack = await ScriptedStack.start(t, {
    'GET /bss-api/admin/v1/clock': clock, [`POST ${path}`]: { status: 201, body: record('received') },
    [`GET ${path}/USG-012`]: (_seen: Seen, times: number) => ({ body: record(times < 2 ? 'guided' : 'billed') }),
  });
  const { code, stdout } = await stack.bss(['usage', 'simulate', '90000005', 'data', '4', 'gb', '--yes']);
  t.is(code, 0);
  t.regex(stdout, /^\+- Usage -+ USG-012 - billed -\n\| 4 GB data {3}90000005 {3}2026-11-22 09:15\n$/);
  const { body } = stack.requests(`POST ${path}`)[0] ?? {};
  t.like(body, { usageDate: '2026-11-22T09:15:00.000Z', usageType: 'data', usageSpecification: { id: 'USPEC_DATA' } });
  const values = Object.fromEntries((body as { usageCharacteristic: { name: string; value: unknown }[] }).usageCharacteristic.map(({ name, value }) => [name, value]));
  t.like(values, { msisdn: '90000005', eventType: 'data', quantity: 4_294_967_296, unit: 'byte', roaming: false, source: 'cli' });
  t.regex(String(values['rawCdrRef']), /^cli-[0-9a-f-]{36}$/);
});

test('a rejected record is shown, then its rule: exit 4', async (t) => {
  const violation = { code: 'POLICY_VIOLATION', reason: 'usage.apply.line_not_active', message: 'SUB-009 is blocked.', '@type': 'PolicyViolation', context: { subscriptionId: 'SUB-009' }, fix: [{ hint: 'top up', tool: 'subscription.purchase_vas', args: { vas_offering_id: 'VAS_DATA_1GB' } }] };
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/clock': clock, [`POST ${path}`]: { status: 201, body: record('rejected', { policyViolation: violation }) } });
  const { code, stdout, stderr } = await stack.bss(['usage', 'simulate', '90000005', 'data', '1', 'mb', '--yes']);
  t.is(code, 4);
  t.regex(stdout, /USG-012 - rejected/);
  t.regex(stderr, /Refused -+ usage\.apply\.line_not_active -\n\| SUB-009 is blocked\. +fix: bss subscription vas SUB-009 VAS_DATA_1GB\n$/);
});

const quantities: readonly (readonly [args: string[], quantity: number, unit: string])[] = [
  [['data', '1.5', 'gb'], 1_610_612_736, 'byte'], [['data', '300', 'MB'], 314_572_800, 'byte'], [['data', '17'], 17, 'byte'], [['voice', '10', 'min'], 600, 'second'], [['sms', '3'], 3, 'message'],
];
for (const [args, quantity, unit] of quantities) {
  test(`${args.join(' ')} is ${quantity} ${unit}`, async (t) => {
    const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/clock': clock, [`POST ${path}`]: { status: 201, body: record('billed') } });
    t.is((await stack.bss(['usage', 'simulate', '90000005', ...args, '--yes', '-q'])).stdout, 'USG-012\n');
    const sent = JSON.stringify(stack.requests(`POST ${path}`)[0]?.body);
    t.true(sent.includes(`{"name":"quantity","value":${quantity}},{"name":"unit","value":"${unit}"}`), sent);
  });
}

test('what is no quantity of its kind is a usage error', async (t) => {
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/clock': clock });
  for (const args of [['data', '5', 'min'], ['voice', '1', 'gb'], ['data', 'much', 'gb'], ['data', '0.3', 'byte'], ['fax', '1']]) {
    t.is((await stack.bss(['usage', 'simulate', '90000005', ...args, '--yes'])).code, 2, args.join(' '));
  }
  t.deepEqual(stack.requests(`POST ${path}`), []);
});

test('the usage of a line is that of its number since it became active', async (t) => {
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/subscription/v1/subscription/SUB-009': { body: line }, [`GET ${path}`]: { body: [record('billed')], headers: { 'x-total-count': '1' } } });
  const { code, stdout } = await stack.bss(['usage', 'history', '--subscription', 'SUB-009', '--kind', 'data', '--status', 'billed']);
  t.is(code, 0);
  t.regex(stdout, /\| USG-012 +billed +90000005 +- +4 GB +2026-11-22 09:15 +-\n/);
  t.deepEqual(Object.fromEntries(stack.requests(`GET ${path}`)[0]?.query ?? []), {
    limit: '100', offset: '0', 'usageCharacteristic.value': '90000005', usageType: 'data', status: 'billed', 'usageDate.gte': '2026-11-04T09:15:00.000Z',
  });
});
