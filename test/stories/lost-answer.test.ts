import test from 'ava';
import { customerBody } from '#cli/customer/customer-body';
import { keyed, ok } from '#runtime/client';
import { startStack, type Stack } from '../support/stack.ts';
import { charged, customer, ended, line, placeOrder, topUp } from '../support/story.ts';

/** The process died after its effect was committed and before the answer was kept. */
const loseAnswer = (stack: Stack, schema: string, key: string) =>
  stack.sql(`UPDATE ${schema}.idempotency SET state = 'in_flight', lease_until_ms = NULL, status = NULL, headers = NULL, body = NULL WHERE key = '${key}' RETURNING key`);

test('N10: an order whose answer was lost is found again by its key, not placed twice', async (t) => {
  const stack = await startStack(t);
  const who = await customer(stack);
  const first = await placeOrder(stack, who, 'PLAN_S', 'key-1');
  t.is(await ended(stack, first.id ?? ''), 'completed');
  t.is((await loseAnswer(stack, 'order_mgmt', 'key-1')).length, 1);
  const again = await placeOrder(stack, who, 'PLAN_S', 'key-1');
  t.is(again.id, first.id);
  t.is(again.href, first.href);
  t.deepEqual(await placeOrder(stack, who, 'PLAN_S', 'key-1'), again, 'the answer is kept from now on');

  const created = await ok(stack.clients.TMF629.POST('/customer', { body: customerBody({ name: 'Bo Tan', email: 'bo@example.sg' }), ...keyed('key-2') }));
  await loseAnswer(stack, 'crm', 'key-2');
  const found = await stack.clients.TMF629.POST('/customer', { body: customerBody({ name: 'Bo Tan', email: 'bo@example.sg' }), ...keyed('key-2') });
  t.is(found.response.status, 201);
  t.is(found.response.headers.get('location'), created.href ?? null);
  t.is(found.data?.id, created.id);

  const inCustomer = { params: { path: { id: created.id ?? '' } } };
  const addPhone = () => ok(stack.clients.crm.POST('/customer/{id}/contactMedium', { ...inCustomer, body: { mediumType: 'phone', value: '+6581234567' }, ...keyed('key-4') }));
  const phone = await addPhone();
  await loseAnswer(stack, 'crm', 'key-4');
  t.deepEqual(await addPhone(), phone);
  const opened = await ok(stack.clients.case.POST('/case', { body: { customerId: created.id ?? '', subject: 'No data', category: 'other' } }));
  const inCase = { params: { path: { id: opened.id } } };
  const addNote = () => ok(stack.clients.case.POST('/case/{id}/note', { ...inCase, body: { body: 'called back' }, ...keyed('key-5') }));
  const note = await addNote();
  await loseAnswer(stack, 'crm', 'key-5');
  t.deepEqual(await addNote(), note);
  t.is((await ok(stack.clients.case.GET('/case/{id}/note', inCase))).length, 1);

  await stack.settle();
  const types = (await stack.events()).map(({ type }) => type);
  t.is(types.filter((type) => type === 'order.acknowledged').length, 1);
  t.is(types.filter((type) => type === 'customer.created').length, 2);
  for (const type of ['customer.contact_added', 'case.note_added']) t.is(types.filter((one) => one === type).length, 1, type);
});

test('N10: a top-up whose answer was lost is charged once', async (t) => {
  const stack = await startStack(t);
  const bought = await line(stack, await customer(stack));
  const first = await topUp(stack, bought.id, 'key-3');
  await loseAnswer(stack, 'subscription', 'key-3');
  t.is((await topUp(stack, bought.id, 'key-3')).id, first.id);
  await stack.settle();
  t.deepEqual(await charged(stack), [10, 3]);
});
