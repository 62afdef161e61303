/**
 * How the database reads lists of large tables: documented filters, totals, sorts and far pages go
 * through an index. EXPLAIN of the very statements the resource layer sends, over 10,000 rows each.
 */
import { parse } from 'node:querystring';
import test from 'ava';
import pg from 'pg';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { ResourceKey } from '#generated/resources';
import { retentionSweep as paymentRetention } from '../../handlers/payment/retention.ts';
import { retentionSweep as taskRetention } from '../../handlers/provisioning-sim/retention.ts';
import type { ResourceDefinition } from '../../handlers/resource/resource.ts';
import type { Service } from '../../handlers/service.ts';
import { readCases } from '../../bench/read-cases.ts';
import { bigDefinitions } from '../support/big-definitions.ts';
import { base, paged, plansOf as listPlans } from '../support/list-plans.ts';
import { manyRows, rowsPerCustomer } from '../support/many-rows.ts';

const rows = 10_000;
let clone: ClonedDatabase;
let client: pg.Client;

test.before(async () => {
  clone = await cloneDatabase();
  await withClient(clone.url, (one) => manyRows(one, rows));
  client = new pg.Client({ connectionString: clone.url });
  await client.connect();
});

test.after.always(async () => {
  await client.end();
  await clone.drop();
});

const definitionOf = (key: ResourceKey): ResourceDefinition => bigDefinitions.find((one) => one.key === key)!;

const plansOf = (key: ResourceKey, query: Readonly<Record<string, string>>): Promise<string[]> => listPlans(client, definitionOf(key), query, rows);

const filters: readonly (readonly [ResourceKey, Readonly<Record<string, string>>])[] = [
  ['TMF629.customer', { id: 'CUST-077' }], ['TMF629.customer', { href: `${base}/customer/CUST-077` }], ['TMF629.customer', { name: 'Ada 77' }], ['TMF629.customer', { status: 'closed' }],
  ['TMF629.customer', { 'contactMedium.characteristic.emailAddress': 'ada.77@example.sg' }], ['TMF629.customer', { 'engagedParty.id': 'Ada 77' }],
  ['TMF622.productOrder', { id: 'ORD-077,ORD-078' }], ['TMF622.productOrder', { 'relatedParty.id': 'CUST-077' }], ['TMF622.productOrder', { state: 'failed' }],
  ['TMF622.productOrder', { orderDate: '2025-01-02' }], ['TMF622.productOrder', { 'orderDate.gte': '2025-01-30T00:00:00Z', 'orderDate.lt': '2025-01-30T06:00:00Z' }], ['TMF622.productOrder', { 'relatedParty.id': 'CUST-077', state: 'completed' }],
  ['TMF638.service', { 'relatedParty.id': 'CUST-077' }], ['TMF638.service', { state: 'terminated' }], ['TMF638.service', { 'serviceCharacteristic.value': 'SUB-077' }],
  ['TMF635.usage', { id: 'USG-077' }], ['TMF635.usage', { subscriptionId: 'SUB-077' }], ['TMF635.usage', { customerId: 'CUST-077' }], ['TMF635.usage', { msisdn: '90000077' }], ['TMF635.usage', { status: 'billed' }],
  ['TMF635.usage', { usageDate: '2025-01-02' }], ['TMF635.usage', { 'relatedParty.id': 'CUST-077' }],
  ['TMF678.customerBill', { 'relatedParty.id': 'CUST-077' }], ['TMF678.customerBill', { 'billingAccount.id': 'BA-077' }], ['TMF678.customerBill', { billNo: '00000077' }], ['TMF678.customerBill', { state: 'onHold' }],
  ['TMF678.customerBill', { billDate: '2025-01-02' }], ['TMF678.customerBill', { 'appliedPayment.payment.id': 'PAY-077' }], ['TMF678.customerBill', { 'billDocument.id': 'BILL-077' }],
];

for (const [key, query] of filters) {
  test.serial(`${key} by ${Object.keys(query).join(' and ')} reads an index, and so does its total`, async (t) => {
    const plans = await plansOf(key, query);
    t.true(plans.length === 2 || plans[0]!.includes('CTE few'));
    for (const plan of plans) t.notRegex(plan, /Seq Scan/, plan);
  });
}

for (const [key, query] of [
  ['TMF622.productOrder', (id: string) => ({ 'relatedParty.id': id, limit: '5' })], ['TMF638.service', (id: string) => ({ 'relatedParty.id': id, state: 'active', limit: '5' })],
] as const) {
  test.serial(`${key} of any customer is searched in the documents, one whose row the statistics hold too`, async (t) => {
    for (let i = 1; i <= rows / rowsPerCustomer; i += 1) {
      const [plan = ''] = await plansOf(key, query(`CUST-${String(i).padStart(3, '0')}`));
      t.regex(plan, /Bitmap Index Scan on \w+_document/, plan);
    }
  });
}

for (const { key } of bigDefinitions) {
  test.serial(`${key}: the newest are read in their order, all are counted in an index alone`, async (t) => {
    const [page = '', total = ''] = await plansOf(key, {});
    t.notRegex(paged(page), /Seq Scan|Sort/, page);
    t.regex(total, /Index Only Scan/);
  });

  test.serial(`${key}: a far page skips rows in an index alone, from either end`, async (t) => {
    for (const offset of ['4000', '9000']) {
      const [, page = ''] = await plansOf(key, { offset });
      t.regex(page, new RegExp(`Index Only Scan ${offset === '4000' ? 'Backward ' : ''}using \\S*(newest|created_at)`), page);
      t.notRegex(page, /Seq Scan/, page);
    }
  });

  test.serial(`${key}: a sort by id reads an index`, async (t) => {
    for (const sort of ['id', '-id']) {
      const [page = ''] = await plansOf(key, { sort });
      t.notRegex(paged(page), /Seq Scan|Sort/, page);
    }
  });
}

for (const [key, sort] of [['TMF622.productOrder', 'orderDate'], ['TMF635.usage', 'usageDate'], ['TMF678.customerBill', 'billDate']] as const) {
  test.serial(`${key} sorted by ${sort}, either way, is read in that order`, async (t) => {
    for (const sign of ['', '-']) {
      const [page = ''] = await plansOf(key, { sort: `${sign}${sort}` });
      t.notRegex(page, /Seq Scan/, page);
    }
  });
}

for (const [key, query] of [
  ['TMF629.customer', { status: 'active' }], ['TMF622.productOrder', { state: 'completed' }], ['TMF638.service', { state: 'active' }],
  ['TMF635.usage', { status: 'rated' }], ['TMF678.customerBill', { state: 'settled' }],
] as const) {
  test.serial(`${key}: most rows of a state are counted in an index alone, the newest of them read in their order`, async (t) => {
    const [page = '', total = ''] = await plansOf(key, query);
    t.regex(total, /Index Only Scan/, total);
    t.notRegex(paged(page), /Seq Scan|Sort/, page);
  });
}

test.serial('whatever the bench lists is found and counted through indexes', async (t) => {
  const cases = Object.values(readCases.phases).flat().filter(({ label }) => label !== 'GET');
  t.true(cases.length > 20);
  for (const { resource, suffix } of cases) {
    const query = { ...parse(suffix(7, rows).slice(1)) } as Record<string, string>; // no name comes twice
    for (const plan of await plansOf(resource, query)) t.notRegex(plan, /Seq Scan/, `${resource}${suffix(7, rows)}\n${plan}`);
  }
});

for (const [of, retention] of [['refused payments and refunds', paymentRetention], ['finished tasks', taskRetention]] as const) {
  test.serial(`the retention of ${of} looks in indexes alone for what is due`, async (t) => {
    const plans: string[] = [];
    const explain = async (text: string, values: readonly unknown[] = []): Promise<never[]> => {
      const { rows: lines } = await client.query({ text: `EXPLAIN (COSTS OFF) ${text}`, values: [...values], rowMode: 'array' });
      plans.push(lines.flat().join('\n'));
      return [];
    };
    const service = {
      db: { read: explain, one: async (text: string, values?: readonly unknown[]) => (await explain(text, values))[0] ?? null },
      clock: { now: () => new Date('2025-02-01T00:00:00Z') }, config: { refusedPaymentRetentionDays: 400, monitorRetentionDays: 90 },
    } as unknown as Service; // looking asks no more of it
    const sweep = retention(service);
    await sweep.due();
    await sweep.run();
    t.is(plans.length, 3);
    for (const plan of plans) t.notRegex(plan, /Seq Scan|Sort/, plan);
  });
}
