import test from 'ava';
import type { OrderSaga } from '#cli/renderers/saga-step';
import { order, saga } from './cards.ts';
import { line } from './fixtures.ts';
import { ScriptedStack, type Reply, type Script, type Seen } from './scripted-stack.ts';

const orders = '/tmf-api/productOrderingManagement/v4/productOrder';
const sagaPath = 'GET /bss-api/order/v1/productOrder/ORD-014/saga';
const clock: Reply = { body: { now: '2026-11-22T09:15:00.000Z', frozen: true, offsetMs: 0, '@type': 'Clock' } };

const whole = saga();

/** The saga as it stands after so many steps. */
const after = (done: number): OrderSaga => saga({
  orderState: done === whole.steps.length ? 'completed' : 'inProgress',
  steps: whole.steps.map((step, at) => (at < done ? step : { name: step.name, state: at === done ? 'running' as const : 'pending' as const, attempts: at === done ? 1 : 0 })),
});

/** A stack in which every look at the saga finds it one step further. */
const goingOn: Script = {
  [`POST ${orders}`]: { status: 201, body: { id: 'ORD-014', state: 'acknowledged', productOrderItem: [] } },
  [sagaPath]: (_seen: Seen, times: number) => ({ body: after(Math.min(times, whole.steps.length)) }),
  [`GET ${orders}/ORD-014`]: { body: { ...order('Ada Lim').order, '@type': 'ProductOrder' } },
  'GET /bss-api/provisioning/v1/task': { body: order('Ada Lim').tasks },
  'GET /bss-api/audit/v1/event': { body: [] },
  'GET /bss-api/subscription/v1/subscription/SUB-009': { body: line },
  'GET /bss-api/admin/v1/clock': clock,
};

test('order create tells each step when it is done, then shows the order and its line', async (t) => {
  const stack = await ScriptedStack.start(t, goingOn);
  const { code, stdout, stderr } = await stack.bss(['order', 'create', 'CUST-022', 'PLAN_M', '--msisdn', '90000005', '--note', 'urgent', '--yes']);
  t.is(code, 0);
  t.deepEqual(stderr.trimEnd().split('\n'), [
    '  ok      order accepted               120 ms',
    '  ok      money held on the card       120 ms  PAY-007',
    '  ok      number and eSIM reserved     120 ms  SO-031',
    '  ok      network set up               120 ms',
    '  ok      line created                 120 ms  SUB-009',
    '  ok      number assigned              120 ms  90000005',
    '  ok      card charged                 120 ms  BILL-004',
    '  ok      line activated               120 ms',
  ]);
  t.regex(stdout, /^\+- Order -+ ORD-014 - completed -\n[\s\S]+\n\+- Subscription -+ SUB-009 - active -\n\| PLAN_M .+ renews 2026-12-04 \(12 d\)\n/, 'days are counted from the business time of the stack');
  t.deepEqual(stack.requests(`POST ${orders}`)[0]?.body, {
    productOrderItem: [{ id: '1', action: 'add', quantity: 1, productOffering: { id: 'PLAN_M' }, product: { productCharacteristic: [{ name: 'msisdnPreference', valueType: 'string', value: '90000005' }] } }],
    relatedParty: [{ id: 'CUST-022', role: 'customer', '@referredType': 'Customer' }],
    note: [{ text: 'urgent' }],
  });
});

test('who calls, for whom and under which key travels in the headers', async (t) => {
  const stack = await ScriptedStack.start(t, goingOn);
  await stack.bss(['order', 'create', 'CUST-022', 'PLAN_M', '--yes', '--no-wait', '--idempotency-key', 'order-42']);
  const [seen] = stack.requests(`POST ${orders}`);
  const headers = seen?.headers ?? {};
  t.is(headers['idempotency-key'], 'order-42');
  t.is(headers['x-bss-channel'], 'cli');
  t.is(headers['x-bss-actor'], 'ada');
  t.regex(String(headers['traceparent']), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  t.truthy(headers['x-bss-api-token']);
  t.is(headers['x-bss-on-behalf-of'], undefined);
});

test('for a script there is the order alone', async (t) => {
  const stack = await ScriptedStack.start(t, goingOn);
  const { code, stdout, stderr } = await stack.bss(['order', 'create', 'CUST-022', 'PLAN_M', '--yes', '--json']);
  t.is(code, 0);
  t.is(stderr, '');
  t.like(JSON.parse(stdout), { id: 'ORD-014', state: 'completed' });
  t.is((await stack.bss(['order', 'create', 'CUST-022', 'PLAN_M', '--yes', '--quiet'])).stdout, 'ORD-014\n');
});

test('--no-wait returns with the order as it was accepted', async (t) => {
  const stack = await ScriptedStack.start(t, goingOn);
  const { code, stdout } = await stack.bss(['order', 'create', 'CUST-022', 'PLAN_M', '--yes', '--no-wait', '--quiet']);
  t.is(code, 0);
  t.is(stdout, 'ORD-014\n');
  t.deepEqual(stack.requests(sagaPath), []);
});

test('an order that failed shows what was undone and leaves with 1', async (t) => {
  const failed = order('card declined');
  const stack = await ScriptedStack.start(t, { ...goingOn, [sagaPath]: { body: { ...failed.saga, subscriptionId: null } }, [`GET ${orders}/ORD-014`]: { body: failed.order } });
  const { code, stdout } = await stack.bss(['order', 'wait', 'ORD-014']);
  t.is(code, 1);
  t.regex(stdout, /ORD-014 - failed -\n/);
  t.regex(stdout, /\| undone: number and eSIM given back, money given back\n\| last error: card declined\n/);
  t.notRegex(stdout, /Subscription/);
});

test('an order that takes longer than asked for goes on alone: exit 7', async (t) => {
  const stack = await ScriptedStack.start(t, { ...goingOn, [sagaPath]: { body: after(3) } });
  const { code, stdout, stderr } = await stack.bss(['order', 'wait', 'ORD-014', '--timeout', '1s', '--quiet']);
  t.is(code, 7);
  t.is(stdout, '');
  t.is(stderr, 'bss: ORD-014 is still inProgress after 1.0 s and goes on by itself; `bss order wait ORD-014` waits again, `bss order show ORD-014` tells more.\n');
});

test('an order nobody knows is not found', async (t) => {
  const gone: Reply = { status: 404, body: { code: 'NOT_FOUND', reason: 'NOT_FOUND', message: 'There is no order ORD-999.', status: '404', '@type': 'Error' } };
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/order/v1/productOrder/ORD-999/saga': gone, [`GET ${orders}/ORD-999`]: gone });
  const { code, stderr } = await stack.bss(['order', 'wait', 'ORD-999']);
  t.is(code, 3);
  t.is(stderr, 'bss: There is no order ORD-999.\n');
});

const cancellations = '/tmf-api/productOrderingManagement/v4/cancelProductOrder';
const cancellation = (state: string, more: object = {}) => ({ id: 'CXO-001', state, '@type': 'CancelProductOrder', productOrder: { id: 'ORD-014' }, ...more });

test('cancelling waits for the verdict', async (t) => {
  const stack = await ScriptedStack.start(t, {
    [`POST ${cancellations}`]: { status: 201, body: cancellation('acknowledged') },
    [`GET ${cancellations}/CXO-001`]: (_seen: Seen, times: number) => ({ body: cancellation(times === 0 ? 'inProgress' : 'done') }),
  });
  const { code, stdout } = await stack.bss(['order', 'cancel', 'ORD-014', '--reason', 'changed her mind', '--yes']);
  t.is(code, 0);
  t.regex(stdout, /CancelProductOrder -+ CXO-001 -\n\| state +done\n\| productOrder +ORD-014\n/);
  t.deepEqual(stack.seen[0]?.body, { productOrder: { id: 'ORD-014' }, cancellationReason: 'changed her mind' });
  t.is((await stack.bss(['order', 'cancel', 'ORD-014', '--yes', '--no-wait', '--plain', '--fields', 'state'])).stdout, 'state\tacknowledged\n');
});

test('a cancellation that came too late is told with its rule: exit 4', async (t) => {
  const violation = { reason: 'order.cancel.already_provisioning', message: 'The network is being set up already.', context: { orderId: 'ORD-014' }, fix: [{ hint: 'wait', tool: 'order.wait_until', args: { order_id: 'ORD-014' } }] };
  const stack = await ScriptedStack.start(t, { [`POST ${cancellations}`]: { status: 201, body: cancellation('terminatedWithError', { policyViolation: violation }) } });
  const { code, stdout, stderr } = await stack.bss(['order', 'cancel', 'ORD-014', '--yes']);
  t.is(code, 4);
  t.regex(stdout, /\| state +terminatedWithError\n/);
  t.regex(stderr, /Refused -+ order\.cancel\.already_provisioning -\n\| The network is being set up already\. +fix: bss order wait ORD-014\n$/);
});
