import test from 'ava';
import { ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import { startStack, type Stack } from '../support/stack.ts';
import { charged, customer, ended, line, lineOf, megabytesLeft, orderOf, placeOrder, topUp, use } from '../support/story.ts';

/** DOMAIN §4 Catalog offering: what is sold, for how much and since when, and what those keep who bought before. */
const dayMs = 24 * 3_600_000;

const patchOffering = (stack: Stack, id: string, body: object) =>
  ok(stack.clients.TMF620.PATCH('/productOffering/{id}', { params: { path: { id } }, body }));
const patchPrice = (stack: Stack, id: string, body: object) =>
  ok(stack.clients.TMF620.PATCH('/productOfferingPrice/{id}', { params: { path: { id } }, body }));

/** How a call is refused; null when it passes. */
async function refusal(call: Promise<unknown>): Promise<RemoteError | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
}

const refusedBy = async (call: Promise<unknown>): Promise<string | null> => (await refusal(call))?.rule ?? null;

const agreed = async (stack: Stack, id: string) => {
  const { productOrderItem: [item], orderTotalPrice } = await orderOf(stack, id);
  return { price: item?.itemPrice?.[0]?.productOfferingPrice?.id, amount: item?.itemPrice?.[0]?.price?.taxIncludedAmount?.value, total: orderTotalPrice?.[0]?.price?.taxIncludedAmount?.value };
};

const ordered = async (stack: Stack, customerId: string, offeringId: string): Promise<string> => {
  const { id = '' } = await placeOrder(stack, customerId, offeringId);
  if ((await ended(stack, id)) !== 'completed') throw new Error(`${id} did not complete`);
  await stack.settle();
  return id;
};

test('what is retired is sold no more, and stays with those who have it', async (t) => {
  const stack = await startStack(t);
  const id = await customer(stack);
  const first = await ordered(stack, id, 'PLAN_S');
  const { id: lineId, msisdn } = (await ok(stack.clients.subscription.GET('/subscription', { params: { query: { customerId: id } } })))[0]!;

  await patchOffering(stack, 'PLAN_S', { lifecycleStatus: 'Retired' });
  t.is(await refusedBy(placeOrder(stack, id)), 'order.create.not_sellable');
  t.is((await use(stack, msisdn, 100)).status, 'billed');
  t.is(megabytesLeft(await lineOf(stack, lineId)), 5 * 1024 - 100);
  t.is(await refusedBy(patchOffering(stack, 'PLAN_S', { lifecycleStatus: 'Obsolete' })), 'catalog.delete.has_effects');
  t.is(await refusedBy(patchOffering(stack, 'PLAN_S', { lifecycleStatus: 'In design' })), 'catalog.transition.invalid');
  await patchOffering(stack, 'VAS_DATA_1GB', { lifecycleStatus: 'Retired' });
  t.is(await refusedBy(topUp(stack, lineId)), 'subscription.vas.not_sellable');

  await patchOffering(stack, 'PLAN_S', { lifecycleStatus: 'Launched' });
  t.is(await refusedBy(patchPrice(stack, 'PRICE_PLAN_S', { price: { unit: 'SGD', value: 1 } })), 'catalog.price.frozen');
  const startDateTime = new Date(stack.clock.now().getTime() + dayMs).toISOString();
  await ok(stack.clients.TMF620.POST('/productOfferingPrice', { body: {
    id: 'PRICE_PLAN_S_2', name: 'Lite price 2', version: '2.0', priceType: 'recurring', price: { unit: 'SGD', value: 12 }, validFor: { startDateTime }, productOffering: { id: 'PLAN_S' }, retireCurrent: true,
  } as never })); // chosen id and our extensions
  const before = await ordered(stack, id, 'PLAN_S');
  stack.clock.set({ frozenAtMs: stack.clock.now().getTime() + dayMs, offsetMs: 0 });
  const after = await ordered(stack, id, 'PLAN_S');
  t.deepEqual(await agreed(stack, before), { price: 'PRICE_PLAN_S', amount: 10, total: 10 });
  t.deepEqual(await agreed(stack, after), { price: 'PRICE_PLAN_S_2', amount: 12, total: 12 });
  t.deepEqual(await agreed(stack, first), { price: 'PRICE_PLAN_S', amount: 10, total: 10 });
  t.deepEqual(await charged(stack), [10, 10, 12]);

  await patchPrice(stack, 'PRICE_PLAN_S_2', { lifecycleStatus: 'Retired' });
  t.is(await refusedBy(placeOrder(stack, id)), 'order.create.price_missing');
  await patchPrice(stack, 'PRICE_PLAN_S_2', { lifecycleStatus: 'Launched' });
  await patchOffering(stack, 'PLAN_S', { validFor: { startDateTime: '2020-01-01T00:00:00Z', endDateTime: stack.clock.now().toISOString() } });
  t.is(await refusedBy(placeOrder(stack, id)), 'order.create.not_sellable');
  t.is(await refusedBy(placeOrder(stack, id, 'PLAN_M')), null);
  t.is((await line(stack, await customer(stack), 'PLAN_L')).state, 'active');
  await stack.settle();
  t.deepEqual(await agreed(stack, first), { price: 'PRICE_PLAN_S', amount: 10, total: 10 });
});

test('what TMF620 says is not sellable is sold to nobody, and a refusal shows what stands in the way', async (t) => {
  const stack = await startStack(t);
  const id = await customer(stack);
  const { id: lineId, msisdn } = await line(stack, id, 'PLAN_S');
  for (const offering of ['PLAN_S', 'PLAN_M', 'VAS_DATA_1GB']) await patchOffering(stack, offering, { isSellable: false });
  t.like((await refusal(placeOrder(stack, id)))?.body['context'], { isSellable: false, lifecycleStatus: 'Launched' });
  t.is(await refusedBy(ok(stack.clients.subscription.POST('/subscription/{id}/planChange', { params: { path: { id: lineId } }, body: { offeringId: 'PLAN_M' } }))), 'subscription.plan_change.not_sellable');
  t.is(await refusedBy(topUp(stack, lineId)), 'subscription.vas.not_sellable');
  const onSale = await ok(stack.clients.catalog.GET('/vasOffering', {}));
  t.false(onSale.some((one) => one.id === 'VAS_DATA_1GB'));
  t.is((await use(stack, msisdn, 100)).status, 'billed', 'who has it keeps it');
  await patchOffering(stack, 'PLAN_S', { isSellable: true, validFor: { startDateTime: '2020-01-01T00:00:00Z', endDateTime: '2021-01-01T00:00:00Z' } });
  t.like((await refusal(placeOrder(stack, id)))?.body['context'], { isSellable: true, validFor: { endDateTime: '2021-01-01T00:00:00.000Z' } });
});

test('whoever has a plan keeps it, though its price is retired and it has left its category', async (t) => {
  const stack = await startStack(t);
  const { id: lineId, msisdn } = await line(stack, await customer(stack), 'PLAN_S');
  await patchOffering(stack, 'PLAN_S', { lifecycleStatus: 'Retired' });
  await patchPrice(stack, 'PRICE_PLAN_S', { lifecycleStatus: 'Retired' });
  t.is((await use(stack, msisdn, 100)).status, 'billed');
  await patchOffering(stack, 'PLAN_S', { category: [] });
  stack.clock.set({ frozenAtMs: stack.clock.now().getTime() + 60_000, offsetMs: 0 });
  t.is((await use(stack, msisdn, 100)).status, 'billed');
  t.is(megabytesLeft(await lineOf(stack, lineId)), 5 * 1024 - 200);
});
