import test from 'ava';
import { ok } from '#runtime/client';
import { startStack } from '../support/stack.ts';
import { customer, line, lineOf, topUp, use } from '../support/story.ts';

test('BSS_VALIDATE=referee: the hero story passes under the referee, and a bad body is refused by it', async (t) => {
  const stack = await startStack(t, { env: { BSS_VALIDATE: 'referee' } });
  const bought = await line(stack, await customer(stack));
  await use(stack, bought.msisdn, 5120);
  t.is((await lineOf(stack, bought.id)).state, 'blocked');
  await topUp(stack, bought.id);
  await stack.settle();
  t.is((await lineOf(stack, bought.id)).state, 'active');
  t.is((await ok(stack.clients.TMF678.GET('/customerBill', {}))).length, 2);

  const json = { 'Content-Type': 'application/json' };
  const refused = await stack.fetch('com', '/tmf-api/productOrderingManagement/v4/productOrder', { method: 'POST', headers: json, body: '{"productOrderItem":[{"id":1}]}' });
  t.is(refused.status, 400);
  // Its own words: ours are "is required" and "must be a string".
  const { message } = await refused.json() as { message: string };
  t.regex(message, /productOrderItem\/0\/action: must have required property 'action'/);
  t.regex(message, /productOrderItem\/0\/id: must be string/);
  t.is((await stack.fetch('com', '/tmf-api/productOrderingManagement/v4/productOrder?limit=ten')).status, 400);
  t.is((await stack.fetch('com', '/bss-api/order/v1/productOrder/14/saga', {}, 'cli')).status, 404);
});
