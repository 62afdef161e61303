import test from 'ava';
import { catalog } from '#handlers/catalog/index';
import { NotFound } from '#runtime/errors';
import { Counter, sgd, types } from './counter.ts';

/** DOMAIN §4 "Catalog offering", §6 catalog, §8 I22; prices of SCENARIOS §4 H5. */
let shop: Counter;

test.before(async () => {
  shop = await Counter.open('catalog', catalog, { at: '2026-02-09T09:00:00Z' });
});
test.after.always(async (t) => {
  t.deepEqual(await shop.close(), []);
});
test.beforeEach(async () => {
  await shop.events();
});

const active = async (id: string, at?: string): Promise<unknown> => {
  const { body } = await shop.call('catalog.retrieveActivePrice', { id, query: at === undefined ? {} : { at } });
  return [body.id, body.amount.value];
};

const priced = (productOffering: string, id: string, value: number, start?: string, end?: string, more: object = {}) => ({
  id, name: id, priceType: productOffering.startsWith('VAS') ? 'oneTime' : 'recurring', price: sgd(value), productOffering: { id: productOffering },
  ...(start || end ? { validFor: { ...(start ? { startDateTime: start } : {}), ...(end ? { endDateTime: end } : {}) } } : {}), ...more,
});

test.serial('the price in force is shown with its tax and its validity', async (t) => {
  const { body } = await shop.call('catalog.retrieveActivePrice', { id: 'PLAN_M' });
  t.like(body, {
    id: 'PRICE_PLAN_M', offeringId: 'PLAN_M', priceType: 'recurring', recurringChargePeriodType: 'month', amount: sgd(25), tax: sgd(2.06), taxIncluded: true,
    taxRateBp: 900, validTo: null, at: '2026-02-09T09:00:00.000Z',
  });
  const { body: once } = await shop.call('catalog.retrieveActivePrice', { id: 'VAS_DATA_1GB' });
  t.like(once, { priceType: 'oneTime', amount: sgd(3), tax: sgd(0.25), recurringChargePeriodType: null });
  t.true(await shop.failure('catalog.retrieveActivePrice', { id: 'PLAN_X' }) instanceof NotFound);
});

test.serial('two prices of one offering are never valid at one time', async (t) => {
  const body = priced('PLAN_M', 'PRICE_M_SALE', 20, '2026-02-10T00:00:00Z', '2026-02-24T00:00:00Z');
  const refused = await shop.refusal('TMF620.createProductOfferingPrice', { body });
  t.is(refused.rule, 'catalog.price.overlap');
  t.like(refused.context, { offeringId: 'PLAN_M', priceId: 'PRICE_PLAN_M' });
  t.like(refused.fix[0]!, { tool: 'catalog.add_price' });
  t.deepEqual(await shop.events(), []);

  await shop.call('TMF620.createProductOfferingPrice', { body: { ...body, retireCurrent: true } });
  await shop.call('TMF620.createProductOfferingPrice', { body: priced('PLAN_M', 'PRICE_M_NEXT', 25, '2026-02-24T00:00:00Z') });
  const told = await shop.events();
  t.deepEqual(types(told), ['catalog.price_changed', 'catalog.price_created', 'catalog.price_created']);
  t.like(told[0], { id: 'PRICE_PLAN_M', payload: { priceId: 'PRICE_PLAN_M', changed: ['validFor'] } });

  t.deepEqual(await active('PLAN_M'), ['PRICE_PLAN_M', 25]);
  t.deepEqual(await active('PLAN_M', '2026-02-09T23:59:59.999Z'), ['PRICE_PLAN_M', 25]);
  t.deepEqual(await active('PLAN_M', '2026-02-10T00:00:00Z'), ['PRICE_M_SALE', 20]);
  t.deepEqual(await active('PLAN_M', '2026-03-01T00:00:00Z'), ['PRICE_M_NEXT', 25]);
  const { body: closed } = await shop.call('TMF620.retrieveProductOfferingPrice', { id: 'PRICE_PLAN_M' });
  t.is(closed.validFor.endDateTime, '2026-02-10T00:00:00.000Z');
  t.false('retireCurrent' in (await shop.call('TMF620.retrieveProductOfferingPrice', { id: 'PRICE_M_SALE' })).body);
});

test.serial('of many who replace a price at a time one does', async (t) => {
  const replace = (i: number) => shop.call('TMF620.createProductOfferingPrice', { body: priced('PLAN_L', `PRICE_L_${i}`, 40 + i, '2026-02-20T00:00:00Z', undefined, { retireCurrent: true }) });
  const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => replace(i)));
  t.is(tries.filter(({ status }) => status === 'fulfilled').length, 1);
  const rules = tries.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { rule?: string }).rule] : [])); // refusals carry their rule
  t.deepEqual([...new Set(rules)], ['catalog.price.overlap']);
  t.deepEqual(types(await shop.events()), ['catalog.price_changed', 'catalog.price_created']);
});

test.serial('a price taken off sale makes room, and does not come back over its successor', async (t) => {
  const status = (lifecycleStatus: string) => ({ id: 'PRICE_VAS_ROAMING_1GB', body: { lifecycleStatus } });
  await shop.call('TMF620.patchProductOfferingPrice', status('Retired'));
  t.is((await shop.refusal('catalog.retrieveActivePrice', { id: 'VAS_ROAMING_1GB' })).rule, 'catalog.price.none_in_force');
  t.is((await shop.call('catalog.listVasOffering')).body.length, 3);
  await shop.call('TMF620.createProductOfferingPrice', { body: priced('VAS_ROAMING_1GB', 'PRICE_ROAM_2', 9) });
  t.deepEqual(await active('VAS_ROAMING_1GB'), ['PRICE_ROAM_2', 9]);
  t.is((await shop.refusal('TMF620.patchProductOfferingPrice', status('Launched'))).rule, 'catalog.price.overlap');
  t.deepEqual(types(await shop.events()), ['catalog.price_state_changed', 'catalog.price_created']);
});

test.serial('the database itself refuses a second price at one time (I22)', async (t) => {
  const insert = (type: string) => shop.sql(
    `INSERT INTO catalog.price (id, name, lifecycle_status, offering_id, price_type, amount_minor, currency, valid_from, created_at, updated_at)
     VALUES ('PRICE_SQL_' || upper($1::text), 'x', 'Launched', 'PLAN_S', $1, 1, 'SGD', '2026-01-01', '2026-01-01', '2026-01-01')`, [type]);
  await t.throwsAsync(insert('recurring'), { message: /price_overlap/ });
  await t.notThrowsAsync(insert('oneTime'));
});

test.serial('a price is checked before it is kept', async (t) => {
  const refuse = async (body: object): Promise<string> => (await shop.refusal('TMF620.createProductOfferingPrice', { body })).rule;
  t.is(await refuse({ ...priced('PLAN_L', 'PRICE_L_EUR', 50, '2027-01-01T00:00:00Z'), price: { unit: 'EUR', value: 50 } }), 'catalog.price.currency_mismatch');
  t.is(await refuse(priced('PLAN_L', 'PRICE_L_ODD', 50.005, '2027-01-01T00:00:00Z')), 'catalog.price.amount_invalid');
  t.is(await refuse(priced('PLAN_L', 'PRICE_L_NEG', -1, '2027-01-01T00:00:00Z')), 'catalog.price.amount_invalid');
  t.is(await refuse(priced('PLAN_L', 'PRICE_L_BACK', 50, '2027-01-01T00:00:00Z', '2026-12-31T00:00:00Z')), 'catalog.window.invalid');
  t.is(await refuse(priced('PLAN_L', 'PRICE_PLAN_L', 50, '2027-01-01T00:00:00Z')), 'catalog.create.id_taken');
  t.is(await refuse(priced('PLAN_NONE', 'PRICE_NONE', 50)), 'reference.id.unknown');
});

test.serial('a price somebody has taken over keeps its amount', async (t) => {
  const change = (value: number) => ({ id: 'PRICE_VAS_DATA_5GB', body: { price: sgd(value) }, contentType: 'application/merge-patch+json' });
  await shop.call('TMF620.patchProductOfferingPrice', change(11));
  t.deepEqual(types(await shop.events()), ['catalog.price_changed']);
  t.deepEqual(await active('VAS_DATA_5GB'), ['PRICE_VAS_DATA_5GB', 11]);
  await shop.deliver('subscription.vas_purchased', 'SUB-001', { subscriptionId: 'SUB-001', offeringId: 'VAS_DATA_5GB' });
  t.is((await shop.refusal('TMF620.patchProductOfferingPrice', change(12))).rule, 'catalog.price.frozen');
  await t.notThrowsAsync(shop.call('TMF620.patchProductOfferingPrice', { ...change(0), body: { description: 'Once, and for all.' } }));

  await shop.deliver('order.acknowledged', 'ORD-002', { orderId: 'ORD-002', offeringId: 'PLAN_S', priceSnapshot: null });
  t.deepEqual(await shop.sql(`SELECT frozen FROM catalog.price WHERE id = 'PRICE_PLAN_S'`), [{ frozen: false }], 'an order that took no price over');
  await shop.deliver('order.acknowledged', 'ORD-001', { orderId: 'ORD-001', priceSnapshot: { priceId: 'PRICE_PLAN_S', amount: 1000, currency: 'SGD' } });
  t.is((await shop.refusal('TMF620.patchProductOfferingPrice', { ...change(9), id: 'PRICE_PLAN_S' })).rule, 'catalog.price.frozen');
  t.is((await shop.refusal('TMF620.deleteProductOfferingPrice', { id: 'PRICE_PLAN_S' })).rule, 'catalog.delete.has_effects');
});

test.serial('an offering without price in force has no tariff', async (t) => {
  const refused = await shop.refusal('catalog.retrieveTariff', { id: 'PLAN_M', query: { at: '2019-12-31T00:00:00Z' } });
  t.is(refused.rule, 'catalog.price.none_in_force');
  t.like(refused.context, { offeringId: 'PLAN_M', at: '2019-12-31T00:00:00.000Z' });
  t.is((await shop.failure('catalog.retrieveTariff', { id: 'PLAN_M', query: { at: 'tomorrow' } })).status, 400);
});

test.serial('a price recorded for its form alone costs nothing anybody pays', async (t) => {
  const { body } = await shop.call('TMF620.createProductOfferingPrice', { body: { name: 'Bare' } });
  t.like(body, { name: 'Bare', lifecycleStatus: 'Launched', priceType: 'recurring', price: sgd(0), '@type': 'ProductOfferingPrice' });
  t.regex(body.id, /^POP_\d{3}$/);
  t.is(body.productOffering, undefined);
  t.is((await shop.call('TMF620.deleteProductOfferingPrice', { id: body.id })).status, 204);
  t.deepEqual(types(await shop.events()), ['catalog.price_created', 'catalog.price_deleted']);
});
