import test from 'ava';
import { macros } from '#cli/demo/expected-events';
import { ok, where } from '#runtime/client';
import { sleep } from '#runtime/clock';
import { startStack, type Stack } from '../../support/stack.ts';
import { charged, customer, ended, line, lineOf, placeOrder, sagaOf, unexpected } from '../../support/story.ts';

/** Orders among the real neighbours: ended, cancelled, given up, held (DOMAIN §5 F1, F7, F8). */

const fault = (stack: Stack, id: string, kind: 'fail_always' | 'stuck', enabled = true) =>
  ok(stack.clients.provisioning.PATCH('/faultRule/{id}', { params: { path: { id } }, body: { enabled, kind, probability: 1 } }));

const times = (count: number, type: string): string[] => Array.from({ length: count }, () => type);

/** TERM of SCENARIOS §3, with SO(4,3). */
const term = [
  'subscription.terminated', 'service_order.acknowledged', 'service_order.in_progress', 'service_order.completed',
  ...times(4, 'service_order.task_requested'), ...times(4, 'provisioning.task_created'), ...times(4, 'provisioning.task_completed'),
  ...times(3, 'service.state_changed'), 'msisdn.quarantined', 'esim.deleted',
];

const deleteOf = (customerId: string, subscriptionId: string) => ({
  relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }],
  productOrderItem: [{ id: '1', action: 'delete' as const, product: { id: subscriptionId } }],
});

const refusalOf = async (stack: Stack, body: ReturnType<typeof deleteOf>) => (await stack.clients.TMF622.POST('/productOrder', { body })).error;

/** Service that the first service order made. */
async function serviceOf(stack: Stack): Promise<string | undefined> {
  const [made] = await ok(stack.clients.TMF641.GET('/serviceOrder', { params: { query: { ...where({ 'serviceOrderItem.action': 'add' }) } } }));
  return made?.serviceOrderItem?.[0]?.service?.id;
}

async function reaches(stack: Stack, orderId: string, state: string): Promise<void> {
  for (let polls = 0; polls < 400; polls += 1) {
    if ((await sagaOf(stack, orderId)).orderState === state) return;
    await sleep(10);
  }
  throw new Error(`the order has not become ${state}: ${JSON.stringify(await sagaOf(stack, orderId))}`);
}


test.serial('an order is one trace through all services, told by the one who placed it', async (t) => {
  const stack = await startStack(t);
  const who = await customer(stack);
  await stack.settle();
  await stack.events();
  await line(stack, who);
  const events = await stack.events();
  t.deepEqual(unexpected(events, macros.ORDER), []);
  t.is(new Set(events.map(({ traceId }) => traceId)).size, 1);
  const own = events.filter(({ type }) => type.startsWith('order.'));
  t.is(new Set(own.map(({ actor }) => actor)).size, 1);
});

test.serial('an order to end a line ends with a number at rest and a profile gone', async (t) => {
  const stack = await startStack(t);
  const who = await customer(stack);
  const { id: subscriptionId, msisdn } = await line(stack, who);
  await stack.events();
  const { id = '' } = await ok(stack.clients.TMF622.POST('/productOrder', { body: deleteOf(who, subscriptionId) }));
  t.is(await ended(stack, id), 'completed');
  await stack.settle();
  const events = await stack.events();
  t.deepEqual(unexpected(events, ['order.acknowledged', 'order.in_progress', 'order.completed', ...term]), []);
  t.is((await lineOf(stack, subscriptionId)).state, 'terminated');
  t.is((await ok(stack.clients.inventory.GET('/msisdn/{msisdn}', { params: { path: { msisdn } } }))).status, 'quarantined');
  t.deepEqual(await charged(stack), [10]);
  t.is((await refusalOf(stack, deleteOf(who, subscriptionId)))?.reason, 'order.create.line_missing');

  // The way com takes when news are lost.
  const { serviceOrderId } = await sagaOf(stack, id);
  const [removal] = await ok(stack.clients.TMF641.GET('/serviceOrder', { params: { query: { limit: 1, ...where({ 'serviceOrderItem.service.id': await serviceOf(stack), 'serviceOrderItem.action': 'delete' }) } } }));
  t.is(removal?.id, serviceOrderId ?? undefined);
});

test.serial('an order whose task is stuck is held; resolved, it goes on with one charge', async (t) => {
  const stack = await startStack(t);
  await fault(stack, 'FLT-002', 'stuck');
  const who = await customer(stack);
  await stack.settle();
  await stack.events();
  const { id = '' } = await placeOrder(stack, who);
  await reaches(stack, id, 'held');
  const { serviceOrderId } = await sagaOf(stack, id);
  const tasks = await ok(stack.clients.provisioning.GET('/task', { params: { query: { serviceOrderId: serviceOrderId ?? '' } } }));
  const stuck = tasks.find(({ state }) => state === 'stuck');
  await ok(stack.clients.provisioning.POST('/task/{id}/resolve', { params: { path: { id: stuck?.id ?? '' } }, body: { note: 'the HLR was restarted' } }));
  t.is(await ended(stack, id), 'completed');
  await stack.settle();
  t.deepEqual(unexpected(await stack.events(), [
    ...macros.ORDER, 'order.held', 'order.in_progress', 'service_order.held', 'service_order.jeopardy', 'service_order.in_progress',
    'provisioning.task_stuck', 'provisioning.task_resolved',
  ]), []);
  t.deepEqual(await charged(stack), [10]);
});

test.serial('an order given up while its task is stuck is undone: nothing is charged, the reservation is gone', async (t) => {
  const stack = await startStack(t);
  await fault(stack, 'FLT-002', 'stuck');
  const { id = '' } = await placeOrder(stack, await customer(stack));
  await reaches(stack, id, 'held');
  await ok(stack.as('cli').order.POST('/productOrder/{id}/fail', { params: { path: { id } }, body: { reason: 'the customer has left' } }));
  t.is(await ended(stack, id), 'failed');
  await stack.settle();
  t.deepEqual(await charged(stack), []);
  const [payment] = await stack.sql<{ status: string }>('SELECT status FROM payment.payment');
  t.is(payment?.status, 'canceled');
  t.deepEqual(await stack.sql("SELECT msisdn FROM inventory.msisdn WHERE status IN ('reserved', 'assigned')"), []);
  t.deepEqual(await stack.sql("SELECT id FROM service_inventory.service WHERE state <> 'terminated'"), []);
});

test.serial('a cancelled order is undone, or goes on and its request says why', async (t) => {
  const stack = await startStack(t);
  const outcomes: string[] = [];
  for (const waitMs of [0, 0, 10, 20, 30, 40, 60, 80, 120, 200]) {
    const { id = '' } = await placeOrder(stack, await customer(stack));
    await sleep(waitMs);
    const { data, error } = await stack.clients.TMF622.POST('/cancelProductOrder', { body: { productOrder: { id } } });
    const state = await ended(stack, id);
    await stack.settle();
    if (error) t.is(error.reason, 'order.transition.invalid');
    const request = data && (await ok(stack.clients.TMF622.GET('/cancelProductOrder/{id}', { params: { path: { id: data.id ?? '' } } })));
    t.is(request?.state, error ? undefined : state === 'cancelled' ? 'done' : 'terminatedWithError', `${id} ${state}`);
    outcomes.push(state);
  }
  t.log(outcomes.join(', '));
  t.true(outcomes.every((state) => state === 'cancelled' || state === 'completed'));
  const completed = outcomes.filter((state) => state === 'completed');
  t.deepEqual(await charged(stack), completed.map(() => 10));
  const rows = await stack.sql<{ state: string; n: number }>('SELECT state, count(*)::int AS n FROM subscription.subscription GROUP BY 1');
  t.deepEqual(rows, completed.length > 0 ? [{ state: 'active', n: completed.length }] : []);
  t.deepEqual(await stack.sql("SELECT msisdn FROM inventory.msisdn WHERE status = 'reserved'"), []);
  t.deepEqual(await stack.sql("SELECT id FROM payment.payment WHERE status = 'authorized'"), []);
});
