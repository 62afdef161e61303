import test from 'ava';
import { macros } from '#cli/demo/expected-events';
import { ok } from '#runtime/client';
import { startStack, type Stack } from '../support/stack.ts';
import { addCard, charged, customer, ended, line, orderOf, placeOrder, unexpected } from '../support/story.ts';

const sale = ['payment.created', 'payment.authorized', 'payment.captured', 'rate.applied', 'bill.created'];

interface Pools {
  readonly numbers: number;
  readonly profiles: number;
}

async function pools(stack: Stack): Promise<Pools> {
  const [row] = await stack.sql<Pools>(`SELECT (SELECT count(*)::int FROM inventory.msisdn WHERE status = 'available') AS numbers,
    (SELECT count(*)::int FROM inventory.esim WHERE status = 'available') AS profiles`);
  return row!;
}

const fault = (stack: Stack, id: string, change: { enabled: boolean; kind?: 'fail_first_attempt' | 'fail_always' | 'stuck'; probability?: number }) =>
  ok(stack.clients.provisioning.PATCH('/faultRule/{id}', { params: { path: { id } }, body: change }));

test.serial('N1: a declined card fails the order before anything is reserved, provisioned or charged', async (t) => {
  const stack = await startStack(t);
  const before = await pools(stack);
  const who = await customer(stack, '4000000000000002');
  const { id = '' } = await placeOrder(stack, who);
  t.is(await ended(stack, id), 'failed');
  await stack.settle();
  t.deepEqual(await pools(stack), before);
  t.deepEqual(await charged(stack), []);
  const events = await stack.events();
  t.is(events.find(({ type }) => type === 'order.failed')?.payload['rule'], 'payment.charge.declined');
  t.deepEqual(unexpected(events, [
    ...macros.CUST, 'order.acknowledged', 'order.in_progress', 'payment.created', 'payment.denied', 'order.failed',
  ]), []);
});

test.serial('N1: a capture that is denied takes the line back: number quarantined, eSIM deleted, nothing charged', async (t) => {
  const stack = await startStack(t);
  const before = await pools(stack);
  const who = await customer(stack, '4000000000000341');
  const { id = '' } = await placeOrder(stack, who);
  t.is(await ended(stack, id), 'failed');
  await stack.settle();
  t.deepEqual(await charged(stack), []);
  t.deepEqual(await pools(stack), { numbers: before.numbers - 1, profiles: before.profiles - 1 });
  const types = (await stack.events()).map(({ type }) => type);
  for (const wanted of ['subscription.terminated', 'msisdn.quarantined', 'esim.deleted', 'order.failed']) t.is(types.filter((type) => type === wanted).length, 1, wanted);
  for (const never of ['payment.captured', 'bill.created', 'subscription.activated', 'order.completed']) t.false(types.includes(never), never);

  await addCard(stack, who, '4242424242424242');
  t.is((await line(stack, who)).state, 'active');
  t.deepEqual(await charged(stack), [10]);
});

test.serial('H2: a first attempt that fails heals itself without a second charge', async (t) => {
  const stack = await startStack(t);
  await fault(stack, 'FLT-001', { enabled: true, kind: 'fail_first_attempt', probability: 1 });
  t.is((await line(stack, await customer(stack))).state, 'active');
  const tasks = await stack.sql<{ task_type: string; attempts: number }>('SELECT task_type, attempts FROM provisioning.task ORDER BY task_type');
  t.deepEqual(tasks.map(({ task_type, attempts }) => [task_type, attempts]), [
    ['ESIM_PROFILE_PREPARE', 1], ['HLR_PROVISION', 2], ['OCS_BALANCE_INIT', 1], ['PCRF_POLICY_PUSH', 1],
  ]);
  t.deepEqual(await charged(stack), [10]);
  t.deepEqual(unexpected(await stack.events(), ['provisioning.fault_changed', ...macros.CUST, ...macros.ORDER]), []);
});

test.serial('N2: a register that never works costs nothing: authorisation voided, number and eSIM back, order failed', async (t) => {
  const stack = await startStack(t);
  const before = await pools(stack);
  await fault(stack, 'FLT-001', { enabled: true, kind: 'fail_always', probability: 1 });
  const who = await customer(stack);
  const { id = '' } = await placeOrder(stack, who);
  t.is(await ended(stack, id), 'failed');
  await stack.settle();
  t.deepEqual(await pools(stack), before);
  t.deepEqual(await charged(stack), []);
  const [hlr] = await stack.sql<{ attempts: number; state: string }>("SELECT attempts, state FROM provisioning.task WHERE task_type = 'HLR_PROVISION'");
  t.deepEqual(hlr, { attempts: 3, state: 'failed' });
  const services = await stack.sql<{ state: string }>('SELECT DISTINCT state FROM service_inventory.service WHERE managed');
  t.deepEqual(services.map(({ state }) => state), ['terminated']);
  const types = (await stack.events()).map(({ type }) => type);
  for (const once of ['payment.canceled', 'msisdn.released', 'service_order.failed', 'order.failed']) t.is(types.filter((type) => type === once).length, 1, once);
  for (const never of [...sale.slice(2), 'subscription.created', 'msisdn.quarantined']) t.false(types.includes(never), never);

  await fault(stack, 'FLT-001', { enabled: false });
  t.is((await line(stack, who)).state, 'active');
  t.deepEqual(await charged(stack), [10]);
});

test.serial('N2: where the register knew the number already, undoing it rests the number', async (t) => {
  const stack = await startStack(t);
  const before = await pools(stack);
  await fault(stack, 'FLT-003', { enabled: true, kind: 'fail_always', probability: 1 });
  const { id = '' } = await placeOrder(stack, await customer(stack));
  t.is(await ended(stack, id), 'failed');
  await stack.settle();
  t.is((await pools(stack)).numbers, before.numbers - 1);
  const [number] = await stack.sql<{ n: number }>("SELECT count(*)::int AS n FROM inventory.msisdn WHERE status = 'quarantined'");
  t.is(number?.n, 1);
  t.is((await orderOf(stack, id)).state, 'failed');
  t.deepEqual(await charged(stack), []);
});
