import test from 'ava';
import { BadRequest } from '#runtime/errors';
import { conditionsOf } from '../../../handlers/resource/condition.ts';
import { Binder, filterSql } from '../../../handlers/resource/filter.ts';
import { categories, Shelf } from './shelf.ts';

let shelf: Shelf;

test.before(async () => {
  shelf = await Shelf.open();
  const rows: [at: string, body: object][] = [
    ['2026-04-11T09:00:00Z', { name: 'Plans', description: 'Monthly, prepaid', isRoot: true, version: '1', tag: ['core', 'new'], weight: 5 }],
    ['2026-05-01T00:00:00Z', { name: 'Top-ups', lifecycleStatus: 'Launched', parentId: 'CTGY-001', productOffering: [{ id: 'VAS_1', name: 'One' }, { id: 'VAS_2', name: 'Two' }], weight: 7.5 }],
    ['2026-11-23T10:30:00.250Z', {
      name: 'Say "hi"; a=b', lifecycleStatus: 'Retired', isRoot: false, '@type': 'SpecialCategory',
      validFor: { startDateTime: '2026-01-01T08:00:00+08:00', endDateTime: '2027-01-01T00:00:00Z' }, tag: ['old'],
    }],
  ];
  for (const [at, body] of rows) {
    shelf.clock.freeze(new Date(at));
    await shelf.add(body);
  }
});

test.after.always(() => shelf?.close());

const plans = 'Plans';
const topUps = 'Top-ups';
const third = 'Say "hi"; a=b';

/** Oldest first in `want`, since that is how the rows were made. */
const found: { query: string; want: string[] }[] = [
  { query: 'name=Plans', want: [plans] },
  { query: 'name=plans', want: [] },
  { query: 'name="Plans"', want: [plans] },
  { query: 'name=Plans,Top-ups', want: [plans, topUps] },
  { query: 'name=Plans&name=Top-ups', want: [plans, topUps] },
  { query: 'name=Plans;Top-ups', want: [plans, topUps] },
  { query: 'name=Plans;name=Top-ups', want: [plans, topUps] },
  { query: 'name=Plans;lifecycleStatus=Retired', want: [plans, third] },
  { query: 'name=Plans;lifecycleStatus=Retired&isRoot=false', want: [third] },
  { query: 'description=Monthly, prepaid', want: [plans] },
  { query: 'description="Monthly, prepaid"', want: [plans] },
  { query: `name=${encodeURIComponent(third)}`, want: [third] },
  { query: `name="${encodeURIComponent('Say; a=b;c=d')}"`, want: [] },
  { query: 'description=', want: [] },
  { query: 'id=CTGY-001', want: [plans] },
  { query: 'id.ne=CTGY-001', want: [topUps, third] },
  { query: 'href=http://localhost:8001/tmf-api/productCatalogManagement/v4/category/CTGY-002', want: [topUps] },
  { query: 'href=https://elsewhere/tmf-api/productCatalogManagement/v4/category/CTGY-002', want: [topUps] },
  { query: 'href=/tmf-api/productCatalogManagement/v4/category/CTGY-002', want: [topUps] },
  { query: 'href.regex=/CTGY-00[13]$', want: [plans, third] },
  { query: '@type=Category', want: [plans, topUps] },
  { query: '@type=SpecialCategory', want: [third] },
  { query: '@baseType.ne=Category', want: [plans, topUps, third] },
  { query: '@schemaLocation=https://schema.example/a', want: [] },
  { query: 'isRoot=true', want: [plans] },
  { query: 'isRoot.ne=true', want: [topUps, third] },
  { query: 'lifecycleStatus.ne=Launched', want: [plans, third] },
  { query: 'lifecycleStatus.ne=Launched,Retired', want: [plans] },
  { query: 'parentId.ne=CTGY-001', want: [plans, third] },
  { query: 'name.gt=Q', want: [topUps, third] },
  { query: 'name.gte=Plans', want: [plans, topUps, third] },
  { query: 'name%3C=Say', want: [plans] },
  { query: 'name.lt=Say', want: [plans] },
  { query: 'name%3EQ', want: [topUps, third] },
  { query: 'name%3E%3DPlans', want: [plans, topUps, third] },
  { query: 'name%3E=Plans', want: [plans, topUps, third] },
  { query: 'name!=Plans', want: [topUps, third] },
  { query: 'name*=^P.*s$', want: [plans] },
  { query: 'name.regex=^(P|T)', want: [plans, topUps] },
  { query: 'version.regex=^[0-9],?$', want: [plans] },
  { query: 'version.gt=0', want: [plans] },
  { query: 'productOffering.id=VAS_2', want: [topUps] },
  { query: 'productOffering.id=VAS_9', want: [] },
  { query: 'productOffering.id.ne=VAS_2', want: [plans, third] },
  { query: 'productOffering.name.regex=^T', want: [topUps] },
  { query: 'productOffering=VAS_1', want: [topUps] },
  { query: `productOffering=${encodeURIComponent('{"id":"VAS_1","name":"One"}')}`, want: [topUps] },
  { query: `productOffering=${encodeURIComponent('[{"id":"VAS_1"},{"id":"VAS_2"}]')}`, want: [topUps] },
  { query: `productOffering=${encodeURIComponent('[{"id":"VAS_1"},{"id":"VAS_3"}]')}`, want: [] },
  { query: `validFor=${encodeURIComponent('{"startDateTime":"2026-01-01T00:00:00.000Z"}')}`, want: [third] },
  { query: 'validFor.startDateTime=2026-01-01T00:00:00Z', want: [third] },
  { query: 'validFor.startDateTime=2026-01-01T08:00:00+08:00', want: [third] },
  { query: 'validFor.startDateTime=2026-01-01T08:00:00%2B08:00', want: [third] },
  { query: 'validFor.startDateTime=2026', want: [third] },
  { query: 'validFor.startDateTime=2025-12', want: [] },
  { query: 'validFor.startDateTime.gte=2026-01-01&validFor.endDateTime.lte=2027-01', want: [third] },
  { query: 'validFor.endDateTime.gt=2027-01', want: [] },
  { query: 'validFor.endDateTime.lt=2027-01', want: [] },
  { query: 'lastUpdate=2026-11-23T10:30:00.250Z', want: [third] },
  { query: 'lastUpdate=2026-11-23T10:30:00.25Z', want: [third] },
  { query: 'lastUpdate=2026-11-23T10:30:00', want: [third] },
  { query: 'lastUpdate=2026-11-23T10', want: [third] },
  { query: 'lastUpdate=2026-11', want: [third] },
  { query: 'lastUpdate=2026-04,2026-05', want: [plans, topUps] },
  { query: 'lastUpdate=2026-04;2026-05', want: [plans, topUps] },
  { query: 'lastUpdate.ne=2026-04', want: [topUps, third] },
  { query: 'lastUpdate.gt=2026-04', want: [topUps, third] },
  { query: 'lastUpdate%3E2026-04&lastUpdate%3C2026-06', want: [topUps] },
  { query: 'lastUpdate.lte=2026-05-01', want: [plans, topUps] },
  { query: 'lastUpdate.lt=2026-05-01T00:00:00Z', want: [plans] },
  { query: 'lastUpdate.lte=2026-05-01T00:00:00Z', want: [plans, topUps] },
  { query: 'lastUpdate.regex=^2026-0', want: [plans, topUps] },
  { query: 'size.value=5', want: [plans] },
  { query: 'size.value=5,7.5', want: [plans, topUps] },
  { query: 'size.value=5;7.5', want: [plans, topUps] },
  { query: 'size.value.gt=5', want: [topUps] },
  { query: 'size.value.gte=5', want: [plans, topUps] },
  { query: 'size.value.lt=1e3', want: [plans, topUps] },
  { query: 'size.value.ne=5', want: [topUps, third] },
  { query: 'tag=core', want: [plans] },
  { query: 'tag=old,new', want: [plans, third] },
  { query: 'tag.ne=core', want: [topUps, third] },
  { query: 'tag.regex=^o', want: [third] },
  { query: 'policyViolation.reason=x', want: [] },
  { query: 'policyViolation.reason.eq=x', want: [] },
  { query: 'policyViolation.reason.ne=x', want: [plans, topUps, third] },
  { query: 'policyViolation.ne=x', want: [plans, topUps, third] },
  { query: 'policyViolation.reason.regex=^x', want: [] },
  { query: `name=${encodeURIComponent("'; DROP TABLE catalog.test_category; --")}`, want: [] },
  { query: `description=${encodeURIComponent('") || (1 == 1')}`, want: [] },
];

for (const { query, want } of found) {
  test(`${query} finds ${want.join(' and ') || 'nothing'}`, async (t) => {
    t.deepEqual(await shelf.names(`${query}&sort=id`), want);
    t.is((await shelf.list(query)).headers['X-Total-Count'], String(want.length));
  });
}

const refused: { query: string; message: RegExp }[] = [
  { query: 'colour=red', message: /Category has no attribute colour; \/colour: must be one of .*\bisRoot, lastUpdate\b.*policyViolation/ },
  { query: 'productOffering.colour=red', message: /no attribute productOffering\.colour; .*must be one of id, href, name,/ },
  { query: 'name.first=x', message: /no attribute name\.first; .*: name has no attributes; the operators .* \.regex$/ },
  { query: 'name.like=x', message: /no attribute name\.like; .*operators after a name are \.eq / },
  { query: 'productOffering[0].id=x', message: /no attribute productOffering\[0\]\.id; .*lists are passed through: productOffering\.id$/ },
  { query: 'productOffering.0.id=x', message: /lists are passed through: productOffering\.id$/ },
  { query: 'constructor=x', message: /no attribute constructor;/ },
  { query: 'name..x=1', message: /no attribute/ },
  { query: 'colour.gt=red', message: /no attribute colour;/ },
  { query: 'name=Plans;colour=red', message: /no attribute colour;/ },
  { query: 'name=Plans;colour.gt=red', message: /no attribute colour;/ },
  { query: 'isRoot=yes', message: /isRoot is true or false/ },
  { query: 'lastUpdate=yesterday', message: /lastUpdate is a time/ },
  { query: 'lastUpdate=2026-02-30', message: /lastUpdate is a time/ },
  { query: 'validFor.startDateTime=2026-13', message: /is a time/ },
  { query: 'size.value=many', message: /size\.value is a number/ },
  { query: 'name.regex=(', message: /cannot be evaluated/ },
  { query: 'version.regex=(', message: /cannot be evaluated/ },
  { query: `name.regex=${'a'.repeat(201)}`, message: /at most 200/ },
  { query: 'name.regex=(a)%5C1', message: /back-references/ },
  { query: 'name%3E', message: /compares with nothing/ },
  { query: 'name=%00', message: /cannot be stored/ },
  { query: 'sort=colour', message: /no attribute colour/ },
  { query: 'limit=-1', message: /limit/ },
  { query: 'offset=x', message: /offset/ },
];

for (const { query, message } of refused) {
  test(`${query} is refused`, async (t) => {
    await t.throwsAsync(shelf.list(query), { instanceOf: BadRequest, message });
  });
}

const sorted: { query: string; want: string[] }[] = [
  { query: '', want: [third, topUps, plans] },
  { query: 'sort=tag', want: [plans, third, topUps] },
  { query: 'sort=-tag', want: [third, plans, topUps] },
  { query: 'sort=name', want: [plans, third, topUps] },
  { query: 'sort=-name', want: [topUps, third, plans] },
  { query: 'sort=+name', want: [plans, third, topUps] },
  { query: 'sort=-lastUpdate,+id', want: [third, topUps, plans] },
  { query: 'sort=isRoot', want: [third, plans, topUps] },
  { query: 'sort=-isRoot', want: [plans, third, topUps] },
  { query: 'sort=validFor.startDateTime,-id', want: [third, topUps, plans] },
  { query: 'sort=size.value', want: [plans, topUps, third] },
];

for (const { query, want } of sorted) {
  test(`a list with ${query || 'no sort'} has its order`, async (t) => {
    t.deepEqual(await shelf.names(query), want);
  });
}

test('an equality on the document is served by a path index', async (t) => {
  await shelf.sql('CREATE TABLE catalog.test_many (LIKE catalog.test_category INCLUDING ALL)');
  await shelf.sql("INSERT INTO catalog.test_many (id, name, lifecycle_status, document, created_at, updated_at) SELECT 'X-' || n, 'x', 'x', jsonb_build_object('productOffering', jsonb_build_array(jsonb_build_object('id', 'P-' || n))), '2020-01-01', '2020-01-01' FROM generate_series(1, 5000) n");
  await shelf.sql('ANALYZE catalog.test_many');
  const binder = new Binder();
  const [condition] = filterSql(categories, conditionsOf(categories, { 'productOffering.id': 'P-77' }), '', binder);
  const plan = await shelf.sql(`EXPLAIN SELECT 1 FROM catalog.test_many r WHERE ${condition}`, binder.values);
  t.regex(JSON.stringify(plan), /test_many_document_idx/);
});
