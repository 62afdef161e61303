/** What `bench/read.ts` asks for: the filters, sorts and pages clients use (TMF.md §2, §3). */
import type { ResourceKey } from '#generated/resources';
import { rowsPerCustomer } from '../test/support/many-rows.ts';

export interface ReadCase {
  readonly resource: ResourceKey;
  readonly label: string;
  /** What follows the collection's path in the i-th request. */
  readonly suffix: (i: number, rows: number) => string;
}

const big = {
  'TMF629.customer': 'CUST', 'TMF622.productOrder': 'ORD', 'TMF638.service': 'SVC', 'TMF635.usage': 'USG', 'TMF678.customerBill': 'BILL',
} as const satisfies Partial<Record<ResourceKey, string>>;

const keys = Object.keys(big) as (keyof typeof big)[]; // its own

/** Jumps about, so that no two requests in a row find the same page of the table. */
const spread = (i: number, most: number): number => 1 + ((i * 7919) % most);

const numbered = (prefix: string, number: number): string => `${prefix}-${String(number).padStart(3, '0')}`;
const oneOf = (prefix: string, i: number, rows: number): string => numbered(prefix, spread(i, rows));
const customer = (i: number, rows: number): string => oneOf('CUST', i, Math.max(1, rows / rowsPerCustomer));

const list = (resource: ResourceKey, label: string, query: (i: number, rows: number) => string): ReadCase =>
  ({ resource, label, suffix: (i, rows) => `?${query(i, rows)}` });

const gets = keys.map((resource): ReadCase => ({ resource, label: 'GET', suffix: (i, rows) => `/${oneOf(big[resource], i, rows)}` }));

/** A day of November 2025: 288 rows, one every five minutes. */
const day = (i: number): string => `2025-11-${String(spread(i, 28)).padStart(2, '0')}`;

const filters: readonly ReadCase[] = [
  list('TMF622.productOrder', 'of a customer', (i, rows) => `relatedParty.id=${customer(i, rows)}`),
  list('TMF622.productOrder', 'of a day and state', (i) => `state=completed&orderDate=${day(i)}&limit=20`),
  list('TMF622.productOrder', 'fields, by state', () => 'state=failed&fields=state,orderDate&limit=20'),
  list('TMF629.customer', 'by id', (i, rows) => `id=${oneOf('CUST', i, rows)}`),
  list('TMF629.customer', 'by name', (i, rows) => `name=Ada%20${spread(i, rows)}`),
  list('TMF629.customer', 'by e-mail', (i, rows) => `contactMedium.characteristic.emailAddress=ada.${spread(i, rows)}@example.sg`),
  list('TMF638.service', 'of a customer and state', (i, rows) => `relatedParty.id=${customer(i, rows)}&state=active`),
  list('TMF638.service', 'of a line', (i, rows) => `serviceCharacteristic.value=${numbered('SUB', spread(i, rows / 3))}`),
  list('TMF635.usage', 'of a line', (i) => `subscriptionId=${numbered('SUB', spread(i, 10_000))}`),
  list('TMF635.usage', 'of a day, sorted', (i) => `usageDate.gte=${day(i)}T00:00:00Z&usageDate.lt=${day(i)}T02:00:00Z&sort=-usageDate&limit=20`),
  list('TMF678.customerBill', 'of a customer', (i, rows) => `relatedParty.id=${customer(i, rows)}`),
  list('TMF678.customerBill', 'of an account, sorted', (i, rows) => `billingAccount.id=${oneOf('BA', i, rows / rowsPerCustomer)}&sort=-billDate`),
];

const states = { 'TMF629.customer': 'status=active', 'TMF622.productOrder': 'state=completed', 'TMF638.service': 'state=active', 'TMF635.usage': 'status=rated', 'TMF678.customerBill': 'state=settled' } as const;

const totals: readonly ReadCase[] = keys.flatMap((resource) => [
  list(resource, 'newest 20 of all', () => 'limit=20'),
  list(resource, 'newest 20 of a state', () => `${states[resource]}&limit=20`),
]);

const far: readonly ReadCase[] = keys.flatMap((resource) => [
  list(resource, 'page far inside', (i, rows) => `limit=20&offset=${spread(i, rows)}`),
]);

const whole: readonly ReadCase[] = keys.map((resource) => list(resource, 'newest 100 of all', () => ''));

export const readCases = { oneOf, phases: { get: gets, filtered: filters, totals, far, whole } } as const;
