import test from 'ava';
import { ok } from '#runtime/client';
import { startStack, type Stack } from '../support/stack.ts';
import { charged, customer, ended, line, lineOf, orderOf, unexpected } from '../support/story.ts';

/** DOMAIN §5 F2 through TMF622: an integrator orders another plan for a line, over every service. */
const order = (stack: Stack, customerId: string, subscriptionId: string, offeringId: string) =>
  ok(stack.clients.TMF622.POST('/productOrder', { body: {
    productOrderItem: [{ id: '1', action: 'modify', productOffering: { id: offeringId }, product: { id: subscriptionId } }],
    relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }],
  } }));

const renewAll = async (stack: Stack): Promise<void> => {
  await ok(stack.clients.admin('subscription').POST('/sweep/{name}', { params: { path: { name: 'renewal' } } }));
  await stack.settle();
};

const monthMs = 31 * 86_400_000;

test('an order for another plan is pending until the renewal has charged for it and brought it', async (t) => {
  const stack = await startStack(t);
  const customerId = await customer(stack);
  const bought = await line(stack, customerId);
  await stack.events();
  const { id = '' } = await order(stack, customerId, bought.id, 'PLAN_M');
  await stack.settle();
  t.like(await orderOf(stack, id), { state: 'pending', productOrderItem: [{ action: 'modify', state: 'pending', product: { id: bought.id } }] });
  t.like(await lineOf(stack, bought.id), { offeringId: 'PLAN_S', pendingChange: { kind: 'plan', offeringId: 'PLAN_M', orderId: id, effectiveAt: bought.periodEnd } });
  t.deepEqual(await charged(stack), [10]);

  stack.clock.advance(monthMs);
  await renewAll(stack);
  t.is(await ended(stack, id), 'completed');
  const after = await lineOf(stack, bought.id);
  t.like(after, { state: 'active', offeringId: 'PLAN_M', pendingChange: null, periodStart: bought.periodEnd, price: { amount: { unit: 'SGD', value: 25 } } });
  t.deepEqual(await charged(stack), [10, 25]);
  const [bill] = await ok(stack.clients.TMF678.GET('/customerBill', { params: { query: { limit: 1 } } }));
  t.like(bill, { state: 'settled', amountDue: { unit: 'SGD', value: 25 } });
  t.deepEqual(unexpected(await stack.events(), [
    'order.acknowledged', 'order.in_progress', 'subscription.plan_change_scheduled', 'order.pending',
    'payment.created', 'payment.authorized', 'payment.captured', 'rate.applied', 'bill.created', 'subscription.renewed', 'subscription.plan_changed', 'order.completed',
    // The network gets the policy of the new plan.
    'service_order.acknowledged', 'service_order.in_progress', ...Array.from({ length: 2 }, () => ['service_order.task_requested', 'provisioning.task_created', 'provisioning.task_completed']).flat(), 'service_order.completed',
  ]), []);
});

test('a cancelled order leaves the plan as it is, and the next one takes its place', async (t) => {
  const stack = await startStack(t);
  const customerId = await customer(stack);
  const bought = await line(stack, customerId);
  const { id = '' } = await order(stack, customerId, bought.id, 'PLAN_M');
  await stack.settle();
  await ok(stack.clients.TMF622.POST('/cancelProductOrder', { body: { productOrder: { id }, cancellationReason: 'too much' } }));
  t.is(await ended(stack, id), 'cancelled');
  t.is((await lineOf(stack, bought.id)).pendingChange, null);
  const { id: next = '' } = await order(stack, customerId, bought.id, 'PLAN_L');
  await stack.settle();
  stack.clock.advance(monthMs);
  await renewAll(stack);
  t.is(await ended(stack, next), 'completed');
  t.like(await lineOf(stack, bought.id), { offeringId: 'PLAN_L', state: 'active' });
  t.deepEqual(await charged(stack), [10, 45]);
});

test('a line that ends takes the order with it that waited for its renewal', async (t) => {
  const stack = await startStack(t);
  const customerId = await customer(stack);
  const bought = await line(stack, customerId);
  const { id = '' } = await order(stack, customerId, bought.id, 'PLAN_M');
  await stack.settle();
  await ok(stack.clients.subscription.POST('/subscription/{id}/terminate', { params: { path: { id: bought.id } }, body: { reason: 'moves away' } }));
  await stack.settle();
  t.is((await orderOf(stack, id)).state, 'cancelled');
  t.deepEqual(await charged(stack), [10]);
});
