import test from 'ava';
import { macros } from '#cli/demo/expected-events';
import { ok } from '#runtime/client';
import { elapsedMs, sleep } from '#runtime/clock';
import { startStack, type Stack } from '../support/stack.ts';
import { charged, customer, ended, line, orderOf, placeOrder, unexpected } from '../support/story.ts';

const heldMsMax = 20_000;
const terminated = [
  'service_order.acknowledged', 'service_order.in_progress', 'service_order.completed', 'msisdn.quarantined', 'esim.deleted',
  ...Array.from({ length: 4 }, () => ['service_order.task_requested', 'provisioning.task_created', 'provisioning.task_completed']).flat(),
  ...Array.from({ length: 3 }, () => 'service.state_changed'),
];

const stick = (stack: Stack, id: string) => ok(stack.clients.provisioning.PATCH('/faultRule/{id}', { params: { path: { id } }, body: { enabled: true, probability: 1 } }));

/** An order whose register entry hangs, everything else about it done. @returns the order and the stuck task */
async function heldOrder(stack: Stack): Promise<{ orderId: string; taskId: string }> {
  await stick(stack, 'FLT-002');
  const { id = '' } = await placeOrder(stack, await customer(stack));
  const waiting = "SELECT 1 FROM service_inventory.service_order_task WHERE state IN ('stuck', 'completed') HAVING count(*) = 4";
  for (const begin = elapsedMs(); (await orderOf(stack, id)).state !== 'held' || (await stack.sql(waiting)).length === 0; await sleep(5)) {
    if (elapsedMs() - begin > heldMsMax) throw new Error(`${id} is not held`);
  }
  const [task] = await ok(stack.clients.provisioning.GET('/task', { params: { query: { orderId: id, state: 'stuck' } } }));
  return { orderId: id, taskId: task?.id ?? '' };
}

test.serial('a stuck task holds the order; freeing it lets the same task and the order end, with one charge', async (t) => {
  const stack = await startStack(t);
  const { orderId, taskId } = await heldOrder(stack);
  await ok(stack.as('cli').provisioning.POST('/task/{id}/resolve', { params: { path: { id: taskId } }, body: { note: 'entry made by hand' } }));
  t.is(await ended(stack, orderId), 'completed');
  await stack.settle();
  t.deepEqual(await charged(stack), [10]);
  t.deepEqual(unexpected(await stack.events(), [
    'provisioning.fault_changed', ...macros.CUST, ...macros.ORDER, 'provisioning.task_stuck', 'provisioning.task_resolved',
    'service_order.held', 'service_order.jeopardy', 'service_order.in_progress', 'order.held', 'order.in_progress',
  ]), []);
});

test.serial('an operator gives a held order up: nothing is charged, number and profile are free again', async (t) => {
  const stack = await startStack(t);
  const { orderId } = await heldOrder(stack);
  await ok(stack.as('cli').order.POST('/productOrder/{id}/fail', { params: { path: { id: orderId } }, body: { reason: 'the register is down' } }));
  t.is(await ended(stack, orderId), 'failed');
  await stack.settle();
  t.deepEqual(await charged(stack), []);
  const types = (await stack.events()).map(({ type }) => type);
  for (const wanted of ['msisdn.released', 'esim.released', 'payment.canceled', 'service_order.failed', 'provisioning.task_cancelled']) {
    t.is(types.filter((type) => type === wanted).length, 1, wanted);
  }
  t.is(types.filter((type) => type === 'service_order.task_requested').length, 7, 'three done tasks are taken back');
});

test.serial('a line that ends leaves the network, its number rests and its profile is deleted', async (t) => {
  const stack = await startStack(t);
  const { id } = await line(stack, await customer(stack));
  await stack.events();
  await ok(stack.clients.subscription.POST('/subscription/{id}/terminate', { params: { path: { id } }, body: {} }));
  await stack.settle();
  t.deepEqual(unexpected(await stack.events(), ['subscription.terminated', ...terminated]), []);
});

test.serial('a removal that hangs keeps the number assigned until an operator frees it', async (t) => {
  const stack = await startStack(t);
  const { id, msisdn } = await line(stack, await customer(stack));
  await stick(stack, 'FLT-006');
  await ok(stack.clients.subscription.POST('/subscription/{id}/terminate', { params: { path: { id } }, body: {} }));
  await stack.settle();
  const number = () => ok(stack.clients.inventory.GET('/msisdn/{msisdn}', { params: { path: { msisdn } } }));
  t.is((await number()).status, 'assigned');
  const [task] = await ok(stack.clients.provisioning.GET('/task', { params: { query: { subscriptionId: id, state: 'stuck' } } }));
  await ok(stack.as('cli').provisioning.POST('/task/{id}/resolve', { params: { path: { id: task?.id ?? '' } }, body: { note: 'removed by hand' } }));
  await stack.settle();
  t.is((await number()).status, 'quarantined');
});
