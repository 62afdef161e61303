import test from 'ava';
import pg from 'pg';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { seedCatalog } from '../../db/seed/catalog.ts';
import { seedCrm } from '../../db/seed/crm.ts';
import { seedInventory } from '../../db/seed/inventory.ts';

/** DOMAIN §3; the template has been seeded once. */
let clone: ClonedDatabase;
let client: pg.Client;

test.before(async () => {
  clone = await cloneDatabase();
  client = new pg.Client({ connectionString: clone.url });
  await client.connect();
});
test.after.always(async () => {
  await client?.end();
  await clone?.drop();
});

const later = new Date('2026-06-01T00:00:00Z');
const tables = [
  'catalog.catalog', 'catalog.category', 'catalog.specification', 'catalog.service_specification', 'catalog.action_task', 'catalog.offering', 'catalog.price',
  'crm.agent', 'inventory.msisdn', 'inventory.esim',
];
const counts = async (): Promise<Record<string, number>> => {
  const pairs: [string, number][] = [];
  for (const table of tables) pairs.push([table, Number((await client.query(`SELECT count(*) FROM ${table}`)).rows[0].count)]);
  return Object.fromEntries(pairs);
};
const seed = async (config = clone.config): Promise<void> => {
  for (const plant of [seedCatalog, seedCrm, seedInventory]) await plant(client, config, later);
};

test.serial('the operator starts with its plans, top-ups, staff, numbers and profiles', async (t) => {
  t.deepEqual(await counts(), {
    'catalog.catalog': 1, 'catalog.category': 2, 'catalog.specification': 1, 'catalog.service_specification': 3, 'catalog.action_task': 14, 'catalog.offering': 7,
    'catalog.price': 7, 'crm.agent': 5, 'inventory.msisdn': 1000, 'inventory.esim': 1000,
  });
  const { rows } = await client.query(`SELECT o.id, p.amount_minor, p.currency, p.price_type FROM catalog.offering o JOIN catalog.price p ON p.offering_id = o.id ORDER BY o.id`);
  t.deepEqual(rows.map((row) => `${row.id} ${row.currency} ${row.amount_minor} ${row.price_type}`), [
    'PLAN_L SGD 4500 recurring', 'PLAN_M SGD 2500 recurring', 'PLAN_S SGD 1000 recurring', 'VAS_DATA_1GB SGD 300 oneTime', 'VAS_DATA_5GB SGD 1200 oneTime',
    'VAS_ROAMING_1GB SGD 800 oneTime', 'VAS_UNLIMITED_DAY SGD 500 oneTime',
  ]);
});

test.serial('seeding again adds nothing and leaves what the operator changed', async (t) => {
  await client.query(`UPDATE catalog.offering SET name = 'Small' WHERE id = 'PLAN_S'`);
  await client.query(`UPDATE catalog.price SET amount_minor = 1100 WHERE id = 'PRICE_PLAN_S'`);
  await client.query(`UPDATE crm.agent SET active = false WHERE id = 'AGT-001'`);
  await client.query(`UPDATE inventory.msisdn SET status = 'quarantined', quarantine_until = '2027-01-01' WHERE msisdn = '90000007'`);
  const before = await counts();
  await seed();
  t.deepEqual(await counts(), before);
  const one = async (sql: string): Promise<unknown> => (await client.query(sql)).rows[0].value;
  t.is(await one(`SELECT name AS value FROM catalog.offering WHERE id = 'PLAN_S'`), 'Small');
  t.is(Number(await one(`SELECT amount_minor AS value FROM catalog.price WHERE id = 'PRICE_PLAN_S'`)), 1100);
  t.is(await one(`SELECT active AS value FROM crm.agent WHERE id = 'AGT-001'`), false);
  t.is(await one(`SELECT status AS value FROM inventory.msisdn WHERE msisdn = '90000007'`), 'quarantined');
});

test.serial('a larger pool or another range adds what is missing', async (t) => {
  await seed({ ...clone.config, esimPoolSize: 1010, msisdnRanges: ['90000000-90000999', '91000000-91000004'] });
  const after = await counts();
  t.is(after['inventory.esim'], 1010);
  t.is(after['inventory.msisdn'], 1005);
});
