import test from 'ava';
import { catalog } from '#handlers/catalog/index';
import { Counter, sgd, types } from './counter.ts';

/** DOMAIN §3, §4 "Catalog offering", §9 "TMF carriers"; TMF.md §2, §3. */
let shop: Counter;

test.before(async () => {
  shop = await Counter.open('catalog', catalog);
});
test.after.always(async (t) => {
  t.deepEqual(await shop.close(), []);
});
test.beforeEach(async () => {
  await shop.events();
});

const ids = async (query: object): Promise<string[]> => (await shop.call('TMF620.listProductOffering', { query })).body.map((one: { id: string }) => one.id).sort();
const plans = ['PLAN_L', 'PLAN_M', 'PLAN_S'];
const topUps = ['VAS_DATA_1GB', 'VAS_DATA_5GB', 'VAS_ROAMING_1GB', 'VAS_UNLIMITED_DAY'];

const use = (name: string, value: unknown, unitOfMeasure?: string) => ({ name, productSpecCharacteristicValue: [{ value, ...(unitOfMeasure ? { unitOfMeasure } : {}) }] });
const xl = {
  id: 'PLAN_XL', name: 'Extra', lifecycleStatus: 'Launched', category: [{ id: 'CTGY-001', name: 'PLAN' }], productSpecification: { id: 'SPEC_MOBILE_PREPAID' },
  prodSpecCharValueUse: [use('data', 300, 'GB'), use('voice', 'unlimited'), use('sms', 500), use('data_roaming', 1.5, 'GB')],
};
const transition = (id: string, lifecycleStatus: string, more: object = {}) => ({ id, body: { lifecycleStatus, ...more }, contentType: 'application/merge-patch+json' });

test.serial('what the operator sells is listed, filtered by any attribute and shown whole', async (t) => {
  t.deepEqual(await ids({}), [...plans, ...topUps]);
  t.deepEqual(await ids({ lifecycleStatus: 'Launched', 'category.name': 'PLAN' }), plans);
  t.deepEqual(await ids({ 'category.name': 'VAS' }), topUps);
  t.deepEqual(await ids({ name: 'Standard' }), ['PLAN_M']);
  t.deepEqual(await ids({ 'productOfferingPrice.id': 'PRICE_PLAN_L' }), ['PLAN_L']);
  t.deepEqual(await ids({ 'productSpecification.id': 'SPEC_MOBILE_PREPAID', 'prodSpecCharValueUse.name': 'data_roaming' }), ['PLAN_L', 'PLAN_M', 'VAS_ROAMING_1GB']);
  t.deepEqual(await ids({ 'validFor.startDateTime.lt': '2021-01-01T00:00:00Z', id: 'PLAN_S,PLAN_M' }), ['PLAN_M', 'PLAN_S']);
  t.deepEqual(await ids({ lifecycleStatus: 'Retired' }), []);
  t.is((await shop.failure('TMF620.listProductOffering', { query: { colour: 'red' } })).status, 400);

  const page = await shop.call('TMF620.listProductOffering', { query: { limit: 2, offset: 2, sort: 'name', fields: 'name' } });
  t.is(page.status, 206);
  t.like(page.headers, { 'X-Total-Count': '7', 'X-Result-Count': '2' });
  t.deepEqual(Object.keys(page.body[0]), ['id', 'href', 'name']);
});

test.serial('every row shows the mandatory attributes, and a filter on each of them finds it', async (t) => {
  for (const [key, names] of [
    ['TMF620.listProductOffering', ['productSpecification.id', 'productOfferingPrice.id']], ['TMF620.listProductOfferingPrice', ['priceType', 'price.value']],
    ['TMF620.listProductSpecification', []], ['TMF620.listCatalog', []], ['TMF620.listCategory', []],
  ] as const) {
    const { body } = await shop.call(key);
    t.true(body.length > 0, key);
    for (const row of body) {
      for (const name of ['id', 'href', 'name', 'lastUpdate', 'lifecycleStatus', '@type', ...names]) {
        const value = name.split('.').reduce((at: unknown, member) => [at].flat().map((one) => (one as Record<string, unknown>)?.[member])[0], row);
        t.truthy(value, `${key} ${row.id} ${name}`);
        const found = await shop.call(key, { query: { [name]: String(value), id: row.id } });
        t.is(found.body.length, 1, `${key} ${row.id} ${name}=${String(value)}`);
      }
    }
  }
});

test.serial('a tariff tells price, allowances and blocking in base units', async (t) => {
  const { body } = await shop.call('catalog.retrieveTariff', { id: 'PLAN_S' });
  t.like(body, { id: 'PLAN_S', category: 'PLAN', sellable: true, specificationId: 'SPEC_MOBILE_PREPAID', price: { priceId: 'PRICE_PLAN_S', amount: sgd(10) }, blockingAllowances: ['data'] });
  t.deepEqual(body.allowances, [
    { allowance: 'data', unit: 'byte', total: 5 * 1024 ** 3, unlimited: false }, { allowance: 'voice', unit: 'second', total: 6000, unlimited: false },
    { allowance: 'sms', unit: 'message', total: 100, unlimited: false },
  ]);
  const { body: day } = await shop.call('catalog.retrieveTariff', { id: 'VAS_UNLIMITED_DAY' });
  t.like(day, { category: 'VAS', durationHours: 24, allowances: [{ allowance: 'data', unit: 'byte', total: null, unlimited: true }], blockingAllowances: [] });
});

test.serial('top-ups on sale are listed cheapest first', async (t) => {
  const { body, headers } = await shop.call('catalog.listVasOffering');
  t.deepEqual(body.map((one: { id: string; price: { amount: { value: number } } }) => [one.id, one.price.amount.value]),
    [['VAS_DATA_1GB', 3], ['VAS_UNLIMITED_DAY', 5], ['VAS_ROAMING_1GB', 8], ['VAS_DATA_5GB', 12]]);
  t.is(headers['X-Total-Count'], '4');
  const beyond = await shop.call('catalog.listVasOffering', { query: { limit: 2, offset: 4 } });
  t.deepEqual([beyond.body, beyond.headers['X-Total-Count']], [[], '4']);
  t.deepEqual((await shop.call('catalog.listVasOffering', { query: { at: '2019-01-01T00:00:00Z' } })).body, []);
});

test.serial('a specification tells its services and the tasks of each action', async (t) => {
  const { body } = await shop.call('catalog.retrieveServiceMapping', { id: 'SPEC_MOBILE_PREPAID' });
  t.is(body.customerFacingService.id, 'CFS_MOBILE_BROADBAND');
  t.deepEqual(body.resourceFacingServices.map((one: { id: string }) => one.id), ['RFS_DATA', 'RFS_VOICE']);
  const tasks = Object.fromEntries(body.actions.map((one: { action: string; tasks: { taskType: string; durationMs: number }[] }) => [one.action, one.tasks.map(({ taskType, durationMs }) => `${taskType} ${durationMs}`)]));
  t.deepEqual(tasks['add'], ['HLR_PROVISION 500', 'PCRF_POLICY_PUSH 300', 'OCS_BALANCE_INIT 200', 'ESIM_PROFILE_PREPARE 400']);
  t.deepEqual(Object.keys(tasks).sort(), ['add', 'delete', 'modify', 'resume', 'suspend']);

  const { body: other } = await shop.call('TMF620.createProductSpecification', { body: { name: 'Fibre' } });
  t.is((await shop.refusal('catalog.retrieveServiceMapping', { id: other.id })).rule, 'catalog.launch.specification_unmapped');
  await shop.call('TMF620.patchProductSpecification', { id: other.id, body: { serviceSpecification: [{ id: 'CFS_MOBILE_BROADBAND' }] } });
  t.is((await shop.call('catalog.retrieveServiceMapping', { id: other.id })).body.customerFacingService.id, 'CFS_MOBILE_BROADBAND');
});

test.serial('a new plan is designed, priced, launched, retired and dropped', async (t) => {
  const { body, headers } = await shop.call('TMF620.createProductOffering', { body: xl });
  t.is(headers['Location'], body.href);
  t.like(body, { id: 'PLAN_XL', lifecycleStatus: 'In design', name: 'Extra' }, 'nobody creates something that is on sale at once');
  const launch = (): Promise<unknown> => shop.call('TMF620.patchProductOffering', transition('PLAN_XL', 'Launched'));
  t.is((await shop.refusal('TMF620.patchProductOffering', transition('PLAN_XL', 'Launched'))).rule, 'catalog.launch.price_missing');
  await shop.call('TMF620.createProductOfferingPrice', { body: { id: 'PRICE_PLAN_XL', name: 'Extra', price: sgd(60), productOffering: { id: 'PLAN_XL' } } });
  await launch();
  t.deepEqual(types(await shop.events()), ['catalog.offering_created', 'catalog.price_created', 'catalog.offering_state_changed']);
  const { body: tariff } = await shop.call('catalog.retrieveTariff', { id: 'PLAN_XL' });
  t.like(tariff, { sellable: true, price: { amount: sgd(60) }, blockingAllowances: ['data'] });
  t.deepEqual(tariff.allowances.map((one: { total: number | null }) => one.total), [300 * 1024 ** 3, null, 500, 1.5 * 1024 ** 3]);
  const { body: shown } = await shop.call('TMF620.retrieveProductOffering', { id: 'PLAN_XL' });
  t.like(shown.productOfferingPrice, [{ id: 'PRICE_PLAN_XL', name: 'Extra' }]);

  t.is((await shop.refusal('TMF620.patchProductOffering', transition('PLAN_XL', 'Obsolete'))).rule, 'catalog.transition.invalid');
  await shop.deliver('subscription.created', 'SUB-001', { subscriptionId: 'SUB-001', offeringId: 'PLAN_XL' });
  await shop.call('TMF620.patchProductOffering', transition('PLAN_XL', 'Retired'));
  t.false((await shop.call('catalog.retrieveTariff', { id: 'PLAN_XL' })).body.sellable);
  const kept = await shop.refusal('TMF620.patchProductOffering', transition('PLAN_XL', 'Obsolete'));
  t.is(kept.rule, 'catalog.delete.has_effects');
  t.like(kept.context, { references: ['subscription SUB-001'] });
  await shop.deliver('subscription.terminated', 'SUB-001', { subscriptionId: 'SUB-001', offeringId: 'PLAN_XL' });
  await shop.call('TMF620.patchProductOffering', transition('PLAN_XL', 'Obsolete'));
  const history = await shop.sql<{ to_state: string }>(`SELECT to_state FROM catalog.offering_history WHERE offering_id = 'PLAN_XL' ORDER BY id`);
  t.deepEqual(history.map((row) => row.to_state), ['In design', 'Launched', 'Retired', 'Obsolete']);
});

test.serial('a line that ended before its creation was heard of is not alive', async (t) => {
  await shop.deliver('subscription.terminated', 'SUB-009', { subscriptionId: 'SUB-009', offeringId: 'PLAN_L' });
  await shop.deliver('subscription.created', 'SUB-009', { subscriptionId: 'SUB-009', offeringId: 'PLAN_L' });
  t.deepEqual(await shop.sql('SELECT ended FROM catalog.live_line WHERE subscription_id = $1', ['SUB-009']), [{ ended: true }]);
});

test.serial('nothing is launched that cannot be delivered', async (t) => {
  const rule = async (id: string, more: object): Promise<string> => {
    await shop.call('TMF620.createProductOffering', { body: { ...xl, id, ...more } });
    await shop.call('TMF620.createProductOfferingPrice', { body: { id: `PRICE_${id}`, name: 'x', price: sgd(1), productOffering: { id } } });
    return (await shop.refusal('TMF620.patchProductOffering', transition(id, 'Launched'))).rule;
  };
  await shop.call('TMF620.createProductSpecification', { body: { id: 'SPEC_TV', name: 'Television' } });
  t.is(await rule('PLAN_TV', { productSpecification: { id: 'SPEC_TV' } }), 'catalog.launch.specification_unmapped');
  t.is(await rule('PLAN_FOREIGN', { productSpecification: { id: 'foreign-7' } }), 'catalog.launch.specification_unmapped');
  t.is(await rule('PLAN_NOTHING', { prodSpecCharValueUse: [use('data', 'much', 'GB'), use('voice', 5, 'GB')] }), 'catalog.launch.allowance_missing');
  t.is(await rule('PLAN_TALK', { prodSpecCharValueUse: [use('voice', 100, 'min')] }), 'catalog.launch.blocking_unknown');
  await shop.call('TMF620.patchProductOffering', transition('PLAN_TALK', 'Launched', { prodSpecCharValueUse: [use('voice', 100, 'min'), use('blockingAllowances', 'voice')] }));
  t.like((await shop.call('catalog.retrieveTariff', { id: 'PLAN_TALK' })).body, { blockingAllowances: ['voice'], sellable: true });
  t.is((await shop.refusal('TMF620.patchProductOffering', { id: 'PLAN_TALK', body: { prodSpecCharValueUse: [] } })).rule, 'catalog.launch.allowance_missing');
  t.is((await shop.refusal('TMF620.createProductOffering', { body: { ...xl, id: 'PLAN_GHOST', productSpecification: { id: 'SPEC_GHOST' } } })).rule, 'reference.id.unknown');
  t.is((await shop.refusal('TMF620.createProductOffering', { body: { ...xl, id: 'PLAN_S' } })).rule, 'catalog.create.id_taken');
});

test.serial('an offering takes prices it names and gives back those it no longer names', async (t) => {
  const { body: price } = await shop.call('TMF620.createProductOfferingPrice', { body: { name: 'Loose', priceType: 'recurring', price: sgd(7) } });
  const { body } = await shop.call('TMF620.createProductOffering', { body: { ...xl, id: undefined, productOfferingPrice: [{ id: price.id }, { id: 'elsewhere', name: 'foreign' }] } });
  t.regex(body.id, /^PO_\d{3}$/);
  t.deepEqual(body.productOfferingPrice.map((one: { id: string }) => one.id), [price.id, 'elsewhere']);
  t.deepEqual(types(await shop.events()), ['catalog.price_created', 'catalog.offering_created', 'catalog.price_changed']);
  t.is((await shop.call('catalog.retrieveActivePrice', { id: body.id })).body.id, price.id);

  await shop.call('TMF620.patchProductOffering', { id: body.id, body: { productOfferingPrice: [{ id: 'elsewhere', name: 'foreign' }] } });
  t.deepEqual(types(await shop.events()), ['catalog.price_changed', 'catalog.offering_changed']);
  t.is((await shop.refusal('catalog.retrieveActivePrice', { id: body.id })).rule, 'catalog.price.none_in_force');
  t.is((await shop.call('TMF620.retrieveProductOfferingPrice', { id: price.id })).body.productOffering, undefined);
  t.is((await shop.call('TMF620.deleteProductOffering', { id: body.id })).status, 204);
  t.is((await shop.failure('TMF620.retrieveProductOffering', { id: body.id })).status, 404);
});

test.serial('a price in another currency is recorded, and refused by the offering that names it', async (t) => {
  const record = async (price: object): Promise<string> => (await shop.call('TMF620.createProductOfferingPrice', { body: { name: 'Foreign', price } })).body.id;
  const take = async (...ids: string[]): Promise<string> =>
    (await shop.refusal('TMF620.createProductOffering', { body: { ...xl, id: 'PLAN_EURO', productOfferingPrice: ids.map((id) => ({ id })) } })).rule;
  t.is(await take(await record({ unit: 'EUR', value: 7 })), 'catalog.price.currency_mismatch');
  t.is(await take(await record({ unit: 'SGD', value: -7 })), 'catalog.price.amount_invalid');
  t.is(await take(await record({ unit: 'SGD', value: 7 }), await record({ unit: 'SGD', value: 8 })), 'catalog.price.overlap');
  t.is(await take('PRICE_GHOST'), 'reference.id.unknown');
  t.is((await shop.failure('TMF620.retrieveProductOffering', { id: 'PLAN_EURO' })).status, 404);
});

test.serial('an offering outside its validity is not for sale', async (t) => {
  await shop.call('TMF620.patchProductOffering', { id: 'PLAN_L', body: { validFor: { startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2026-05-01T00:00:00+08:00' } } });
  t.deepEqual(types(await shop.events()), ['catalog.offering_changed']);
  const sellable = async (at: string): Promise<boolean> => (await shop.call('catalog.retrieveTariff', { id: 'PLAN_L', query: { at } })).body.sellable;
  t.true(await sellable('2026-04-30T15:59:59Z'));
  t.false(await sellable('2026-04-30T16:00:00Z'));
  t.is((await shop.refusal('TMF620.patchProductOffering', { id: 'PLAN_L', body: { validFor: { endDateTime: '2025-01-01T00:00:00Z', startDateTime: '2026-01-01T00:00:00Z' } } })).rule, 'catalog.window.invalid');
});

test.serial('a patch that changes nothing is answered and not told', async (t) => {
  const { body: before } = await shop.call('TMF620.retrieveProductOffering', { id: 'PLAN_M' });
  const { status, body } = await shop.call('TMF620.patchProductOffering', { id: 'PLAN_M', body: { name: 'Standard', lifecycleStatus: 'Launched' } });
  t.is(status, 200);
  t.deepEqual(body, before);
  t.deepEqual(await shop.events(), []);
  const locked = await shop.refusal('TMF620.patchProductOffering', { id: 'PLAN_M', body: { lastUpdate: '2020-01-01T00:00:00Z' } });
  t.is(locked.rule, 'catalog.patch.field_locked');
});

test.serial('catalogs and categories are kept; what others name stays', async (t) => {
  const { body: category } = await shop.call('TMF620.createCategory', { body: { name: 'Seniors', parentId: 'CTGY-001' } });
  t.like(category, { name: 'Seniors', lifecycleStatus: 'In design', parentId: 'CTGY-001', '@type': 'Category' });
  const { body: shelf } = await shop.call('TMF620.createCatalog', { body: { name: 'Shop', category: [{ id: category.id }], lifecycleStatus: 'Active' } });
  t.is(shelf.lifecycleStatus, 'Active');
  t.is((await shop.refusal('TMF620.deleteCategory', { id: category.id })).rule, 'catalog.delete.has_effects');
  t.is((await shop.refusal('TMF620.createCatalog', { body: { name: 'Bad', category: [{ id: 'CTGY-999' }] } })).rule, 'reference.id.unknown');
  await shop.call('TMF620.patchCatalog', { id: shelf.id, body: [{ op: 'replace', path: '/lifecycleStatus', value: 'Retired' }, { op: 'remove', path: '/category' }], contentType: 'application/json-patch+json' });
  t.is((await shop.call('TMF620.deleteCategory', { id: category.id })).status, 204);
  t.deepEqual(types(await shop.events()), ['catalog.category_created', 'catalog.catalog_created', 'catalog.catalog_changed', 'catalog.catalog_state_changed', 'catalog.category_deleted']);
});

test.serial('a job for an address that is none of ours is recorded with its verdict and moves nothing', async (t) => {
  for (const kind of ['Import', 'Export'] as const) {
    const { body } = await shop.call(`TMF620.create${kind}Job`, { body: { url: 'http://example.org/catalog.json', status: 'Running' } });
    t.like(body, { status: 'Failed', url: 'http://example.org/catalog.json', creationDate: '2026-04-11T09:00:00.000Z', '@type': `${kind}Job` });
    t.regex(body.id, /^JOB-\d{3}$/);
    t.is((await shop.call(`TMF620.list${kind}Job`, { query: { status: 'Failed' } })).body.length, 1);
    t.is((await shop.call(`TMF620.retrieve${kind}Job`, { id: body.id })).body.id, body.id);
    t.is((await shop.call(`TMF620.delete${kind}Job`, { id: body.id })).status, 204);
  }
  t.deepEqual(await shop.events(), []);
});
