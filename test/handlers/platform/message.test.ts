import test from 'ava';
import { ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import { startStack, type Stack } from '../../support/stack.ts';
import { customer, ended, placeOrder } from '../../support/story.ts';

const consumer = 'catalog.snapshot';

/** An order of which catalog could not digest the first event. @returns the id of the message */
async function parked(stack: Stack): Promise<{ id: string; orderId: string }> {
  const { id: orderId = '' } = await placeOrder(stack, await customer(stack));
  await ended(stack, orderId);
  await stack.settle();
  const [row] = await stack.sql<{ event_id: string }>(
    `INSERT INTO integrations.queue_message (queue, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, state, attempts, last_error, parked_at)
     SELECT $1, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, 'parked', 6, 'a snapshot was not to be had', occurred_at
     FROM audit.domain_event WHERE event_type = 'order.acknowledged' AND aggregate_id = $2 RETURNING event_id`, [consumer, orderId]);
  await stack.sql(
    `INSERT INTO integrations.queue_message (queue, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, next_run_ms)
     SELECT $1, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, 0
     FROM audit.domain_event WHERE event_type = 'order.completed' AND aggregate_id = $2`, [consumer, orderId]);
  await stack.events();
  return { id: `${consumer}:${row!.event_id}`, orderId };
}

const list = (stack: Stack, query: object = {}) => ok(stack.clients.admin('catalog').GET('/parkedMessage', { params: { query } }));

const refused = async (call: Promise<unknown>): Promise<RemoteError> => {
  const error = await call.then(() => new Error('it was not refused'), (thrown: unknown) => thrown);
  if (error instanceof RemoteError) return error;
  throw error;
};

test('a parked message is shown by the service whose consumer failed, with what it holds back', async (t) => {
  const stack = await startStack(t);
  const { id, orderId } = await parked(stack);
  const [message, ...others] = await list(stack);
  t.deepEqual(others, []);
  t.like(message, {
    id, '@type': 'ParkedMessage', consumer, eventType: 'order.acknowledged', aggregateType: 'order', aggregateId: orderId, state: 'parked',
    attempts: 6, error: 'a snapshot was not to be had', heldBack: 1, resolvedAt: null, resolvedBy: null, reason: null,
  });
  t.deepEqual(await ok(stack.clients.admin('crm').GET('/parkedMessage', {})), [], 'not by another one');
  t.is((await refused(ok(stack.as('cli').admin('crm').POST('/parkedMessage/{id}/replay', { params: { path: { id } } })))).status, 404);
  for (const query of [{ consumer: 'catalog.line' }, { aggregateId: 'ORD-999' }, { eventType: 'order.completed' }, { state: 'replayed' }, { state: 'discarded' }]) {
    t.deepEqual(await list(stack, query), [], JSON.stringify(query));
  }
  await ok(stack.as('cli').admin('catalog').POST('/parkedMessage/{id}/replay', { params: { path: { id } } }));
  await stack.settle();
});

test('a replayed message is delivered again, frees what waits behind it and stays on record', async (t) => {
  const stack = await startStack(t);
  const { id } = await parked(stack);
  const replay = () => ok(stack.as('cli').admin('catalog').POST('/parkedMessage/{id}/replay', { params: { path: { id } }, headers: { 'X-BSS-Actor': 'ada' } }));
  t.like(await replay(), { id, state: 'replayed', resolvedBy: 'ada', heldBack: 1 });
  await stack.settle();
  t.deepEqual(await stack.sql('SELECT id FROM integrations.queue_message'), []);
  t.deepEqual(await list(stack), []);
  const [kept] = await list(stack, { state: 'replayed' });
  t.like(kept, { id, consumer, state: 'replayed', resolvedBy: 'ada', error: 'a snapshot was not to be had', attempts: 6 });
  t.deepEqual((await stack.events()).map(({ type, aggregateId, actor }) => [type, aggregateId, actor]), [['message.replayed', id, 'ada']]);

  const error = await refused(replay());
  t.is(error.rule, 'message.replay.not_parked');
  t.like(error.body, { context: { messageId: id, consumer, state: 'replayed' }, fix: [{ tool: 'admin.parked_list' }] });
});

test('a message is given up only for a reason', async (t) => {
  const stack = await startStack(t);
  const { id } = await parked(stack);
  const discard = (reason?: string) => ok(stack.as('cli').admin('catalog').POST('/parkedMessage/{id}/discard', { params: { path: { id } }, body: reason === undefined ? {} : { reason } }));
  for (const reason of [undefined, '', '  ']) t.is((await refused(discard(reason))).rule, 'message.discard.reason_missing');
  const dry = await stack.fetch('catalog', `/bss-api/admin/v1/parkedMessage/${id}/discard`, { method: 'POST', body: '{"reason":"why not"}', headers: { 'Content-Type': 'application/json', Prefer: 'dry-run' } }, 'cli');
  t.deepEqual(await dry.json(), { allowed: true, violations: [] });
  t.is((await list(stack)).length, 1);

  t.like(await discard('the order was a test'), { id, state: 'discarded', reason: 'the order was a test' });
  await stack.settle();
  t.deepEqual(await stack.sql('SELECT id FROM integrations.queue_message'), []);
  t.like((await list(stack, { state: 'discarded' }))[0], { id, reason: 'the order was a test' });
  t.is((await refused(discard('again'))).rule, 'message.replay.not_parked');
  const told = (await stack.events()).map(({ type }) => type);
  t.deepEqual(told, [...Array(3).fill('policy.refused'), 'message.discarded', 'policy.refused']);
});

test('an id that names no message is not found, and only an admin resolves one', async (t) => {
  const stack = await startStack(t, { services: ['catalog'] });
  const replay = (identity: string, id: string) => ok(stack.as(identity).admin('catalog').POST('/parkedMessage/{id}/replay', { params: { path: { id } } }));
  for (const id of ['nonsense', `${consumer}:019d0000-0000-7000-8000-000000000000`, '19']) t.is((await refused(replay('cli', id))).status, 404, id);
  t.is((await refused(replay('portal_csr', 'nonsense'))).rule, 'auth.role.insufficient');
});
