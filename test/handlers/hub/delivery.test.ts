/** N9 of SCENARIOS §5: what subscribers get, in which order, how often, and what they do not get. */
import test, { type ExecutionContext } from 'ava';
import { ok } from '#runtime/client';
import { elapsedMs } from '#runtime/clock';
import { hmacSha256 } from '#runtime/ids';
import { customer, line, placeOrder } from '../../support/story.ts';
import { startStack, type Stack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import { Listener } from './listener.ts';
import { subscribe, unsubscribe } from './subscription.ts';

const env = { BSS_HUB_SECRET: 'wax, ribbon and a signet ring of brass', BSS_HUB_ALLOW_HOSTS: '127.0.0.1' };

test('a listener gets one create and every state of an order, in order, signed, and nothing after it left', async (t) => {
  const stack = await startStack(t, { env });
  const listener = await Listener.start(t);
  const early = await customer(stack);
  await line(stack, early);
  const answer = await subscribe(stack, 'TMF622', { callback: listener.url });
  t.is(answer.status, 201);
  const { id } = await answer.json() as { id: string };
  t.true(answer.headers.get('location')?.endsWith(`/hub/${id}`));

  listener.answer = (_, count) => ({ status: count <= 2 ? 500 : 204 });
  await line(stack, await customer(stack));
  const orders = listener.received.map(({ body }) => ({ type: body.eventType, ...body.event['productOrder'] }) as { type: string; id: string; state: string });
  const [first] = listener.received;
  t.deepEqual(listener.received.slice(0, 3).map(({ body }) => body.eventId), Array(3).fill(first?.body.eventId), 'a retry is the same event');
  t.deepEqual(orders.slice(2).map(({ type, state }) => `${type} ${state}`), [
    'ProductOrderCreateEvent acknowledged', 'ProductOrderStateChangeEvent inProgress', 'ProductOrderStateChangeEvent completed',
  ]);
  t.is(new Set(listener.received.map(({ headers }) => headers['x-bss-delivery-id'])).size, 3, 'a retry is the same delivery');
  t.is(new Set(orders.map((order) => order.id)).size, 1, 'the order before the subscription is not told');
  for (const { headers, text, path, body } of listener.received) {
    t.is(headers['x-bss-signature'], `sha256=${hmacSha256(env.BSS_HUB_SECRET, `${String(headers['x-bss-timestamp'])}.${text}`)}`);
    t.is(path, `/listener/${body.eventType.charAt(0).toLowerCase()}${body.eventType.slice(1)}`);
    t.is(body.timeOcurred, body.timeOccurred);
  }

  t.is((await unsubscribe(stack, 'TMF621', id)).status, 404, 'the hub of another API does not know it');
  t.is((await unsubscribe(stack, 'TMF622', id)).status, 204);
  t.is((await unsubscribe(stack, 'TMF622', id)).status, 404);
  const count = listener.received.length;
  await line(stack, await customer(stack));
  t.is(listener.received.length, count);
  await subscribe(stack, 'TMF622', { callback: listener.url });
  await interrupted(t, stack, listener);
});

test('listeners that hang hold up nobody else', async (t) => {
  const stack = await startStack(t, { env, services: ['catalog', 'crm'] });
  const [hanging, listener] = [await Listener.start(t), await Listener.start(t)];
  hanging.delayMs = 60_000;
  for (let i = 0; i < 12; i += 1) t.is((await subscribe(stack, 'TMF620', { callback: `${hanging.url}/${i}` })).status, 201);
  await subscribe(stack, 'TMF620', { callback: listener.url });
  const begin = elapsedMs();
  for (let i = 0; i < 8; i += 1) {
    await ok(stack.clients.TMF620.POST('/category', { body: { name: `Shelf ${i}` } }));
    await until(() => listener.received.length === i + 1);
  }
  t.true(elapsedMs() - begin < 8_000, 'sooner than the first one that hangs is given up');
  t.true(hanging.received.length <= 12 * 4, 'none is sent more at once than it may have');
});

/** Relay and sender end in the middle of an order, with a listener that is down: nothing is lost, nothing overtakes. */
async function interrupted(t: ExecutionContext, stack: Stack, listener: Listener): Promise<void> {
  listener.answer = () => ({ status: 503 });
  const { id = '' } = await placeOrder(stack, await customer(stack));
  await stack.restart();
  await until(async () => (await stack.sql("SELECT 1 FROM order_mgmt.product_order WHERE id = $1 AND state = 'completed'", [id])).length > 0);
  listener.received.length = 0;
  listener.answer = () => ({ status: 204 });
  await stack.settle();
  const told = listener.received.map(({ body }) => `${body.eventType} ${String(body.event['productOrder']?.['state'])}`);
  t.deepEqual(told, ['ProductOrderCreateEvent acknowledged', 'ProductOrderStateChangeEvent inProgress', 'ProductOrderStateChangeEvent completed']);
  t.is((await stack.sql("SELECT 1 FROM integrations.hub_delivery WHERE state <> 'delivered'")).length, 0);
}
