import type pg from 'pg';
import type { Config } from '#runtime/config';
import { formatId } from '#runtime/ids';
import { money, toWireMoney } from '#runtime/money';
import { baseUnitOf, type Allowance } from '#runtime/quantity';

const GB = 1_073_741_824;
const MB = 1_048_576;

/** Since when the operator sells: before any time a test or scenario sets its clock to. */
export const onSaleSince = '2020-01-01T00:00:00.000Z';

/** Quantity in base units, or no limit. */
type Grants = Readonly<Partial<Record<Allowance, number | 'unlimited'>>>;

interface SeedOffering {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: 'PLAN' | 'VAS';
  readonly amountMinor: number;
  readonly grants: Grants;
  /** How long a top-up lasts; until the end of the period when absent. */
  readonly durationHours?: number;
}

/** DOMAIN §3. */
export const offerings: readonly SeedOffering[] = [
  { id: 'PLAN_S', name: 'Lite', description: '5 GB, 100 minutes and 100 messages a month.', kind: 'PLAN', amountMinor: 1000, grants: { data: 5 * GB, voice: 6000, sms: 100 } },
  { id: 'PLAN_M', name: 'Standard', description: '30 GB, calls and messages without limit, 500 MB abroad a month.', kind: 'PLAN', amountMinor: 2500, grants: { data: 30 * GB, voice: 'unlimited', sms: 'unlimited', data_roaming: 500 * MB } },
  { id: 'PLAN_L', name: 'Max', description: '150 GB, calls and messages without limit, 2 GB abroad a month.', kind: 'PLAN', amountMinor: 4500, grants: { data: 150 * GB, voice: 'unlimited', sms: 'unlimited', data_roaming: 2 * GB } },
  { id: 'VAS_DATA_1GB', name: 'Data top-up 1 GB', description: '1 GB until the end of the period.', kind: 'VAS', amountMinor: 300, grants: { data: GB } },
  { id: 'VAS_DATA_5GB', name: 'Data top-up 5 GB', description: '5 GB until the end of the period.', kind: 'VAS', amountMinor: 1200, grants: { data: 5 * GB } },
  { id: 'VAS_UNLIMITED_DAY', name: 'Day pass', description: 'Data without limit for 24 hours.', kind: 'VAS', amountMinor: 500, grants: { data: 'unlimited' }, durationHours: 24 },
  { id: 'VAS_ROAMING_1GB', name: 'Roaming top-up', description: '1 GB abroad until the end of the period.', kind: 'VAS', amountMinor: 800, grants: { data_roaming: GB } },
];

const specificationId = 'SPEC_MOBILE_PREPAID';

const serviceSpecifications = [
  { id: 'CFS_MOBILE_BROADBAND', kind: 'customer_facing', name: 'Mobile broadband', partOf: null },
  { id: 'RFS_DATA', kind: 'resource_facing', name: 'Data', partOf: 'CFS_MOBILE_BROADBAND' },
  { id: 'RFS_VOICE', kind: 'resource_facing', name: 'Voice and messages', partOf: 'CFS_MOBILE_BROADBAND' },
] as const;

/** Task type and its time in the simulated network, in milliseconds (DOMAIN §3). */
const actionTasks: Readonly<Record<string, readonly (readonly [type: string, durationMs: number])[]>> = {
  add: [['HLR_PROVISION', 500], ['PCRF_POLICY_PUSH', 300], ['OCS_BALANCE_INIT', 200], ['ESIM_PROFILE_PREPARE', 400]],
  suspend: [['HLR_SUSPEND', 200], ['PCRF_BLOCK', 200]],
  resume: [['HLR_RESUME', 200], ['PCRF_POLICY_PUSH', 300]],
  modify: [['PCRF_POLICY_PUSH', 300], ['OCS_BALANCE_INIT', 200]],
  delete: [['HLR_DEPROVISION', 400], ['PCRF_POLICY_REMOVE', 200], ['OCS_BALANCE_CLOSE', 200], ['ESIM_PROFILE_DELETE', 300]],
};

/** Plants catalog, categories, specification with its services and tasks, offerings and prices. */
export async function seedCatalog(client: pg.Client, config: Config, at: Date): Promise<void> {
  await seedServices(client);
  await seedSpecification(client, at);
  const categories = { PLAN: await seedCategory(client, 'PLAN', 'Monthly bundles', at), VAS: await seedCategory(client, 'VAS', 'Top-ups', at) };
  await seedCatalogRow(client, config, Object.entries(categories), at);
  for (const offering of offerings) {
    const added = await seedOffering(client, offering, categories[offering.kind], at);
    if (added) await seedPrice(client, offering, config.currency, at);
  }
}

async function seedServices(client: pg.Client): Promise<void> {
  for (const { id, kind, name, partOf } of serviceSpecifications) {
    await client.query('INSERT INTO catalog.service_specification (id, kind, name, part_of) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [id, kind, name, partOf]);
  }
  for (const [action, tasks] of Object.entries(actionTasks)) {
    for (const [position, [type, durationMs]] of tasks.entries()) {
      await client.query(
        `INSERT INTO catalog.action_task (service_specification_id, action, task_type, position, duration_ms)
         VALUES ('CFS_MOBILE_BROADBAND', $1, $2, $3, $4) ON CONFLICT DO NOTHING`, [action, type, position, durationMs]);
    }
  }
}

async function seedSpecification(client: pg.Client, at: Date): Promise<void> {
  const document = {
    description: 'A prepaid line with data, voice and messages.', isBundle: false, brand: 'mobile', version: '1.0',
    productSpecCharacteristic: [
      ...Object.entries(baseUnitOf).map(([name, unit]) => ({ name, valueType: 'number', configurable: false, description: `Allowance in ${unit}s or larger units, or unlimited.` })),
      { name: 'blockingAllowances', valueType: 'string', configurable: false, description: 'Allowances whose exhaustion blocks the line.' },
      { name: 'msisdnPreference', valueType: 'string', configurable: true, description: 'Number the customer would like.' },
    ],
    serviceSpecification: [{ id: 'CFS_MOBILE_BROADBAND', name: 'Mobile broadband', '@referredType': 'CustomerFacingServiceSpecification' }],
  };
  await client.query(
    `INSERT INTO catalog.specification (id, name, lifecycle_status, cfs_id, document, created_at, updated_at)
     VALUES ($1, 'Mobile prepaid', 'Launched', 'CFS_MOBILE_BROADBAND', $2, $3, $3) ON CONFLICT DO NOTHING`, [specificationId, JSON.stringify(document), at]);
}

/** The id of the category with this name, made if missing. */
async function seedCategory(client: pg.Client, name: string, description: string, at: Date): Promise<string> {
  const known = await client.query<{ id: string }>('SELECT id FROM catalog.category WHERE name = $1 ORDER BY created_at LIMIT 1', [name]);
  if (known.rows[0]) return known.rows[0].id;
  const id = formatId('CTGY', await next(client, 'catalog.seq_ctgy'));
  await client.query(
    `INSERT INTO catalog.category (id, name, lifecycle_status, document, created_at, updated_at) VALUES ($1, $2, 'Launched', $3, $4, $4)`,
    [id, name, JSON.stringify({ description, isRoot: true, version: '1.0' }), at]);
  return id;
}

async function seedCatalogRow(client: pg.Client, config: Config, categories: readonly [string, string][], at: Date): Promise<void> {
  const known = await client.query('SELECT 1 FROM catalog.catalog LIMIT 1');
  if (known.rowCount !== 0) return;
  const document = {
    description: `What ${config.operatorName} sells.`, catalogType: 'ProductCatalog', version: '1.0',
    category: categories.map(([name, id]) => ({ id, name, '@referredType': 'Category' })),
  };
  await client.query(
    `INSERT INTO catalog.catalog (id, name, lifecycle_status, document, created_at, updated_at) VALUES ($1, $2, 'Launched', $3, $4, $4)`,
    [formatId('CATL', await next(client, 'catalog.seq_catl')), `${config.operatorName} catalog`, JSON.stringify(document), at]);
}

async function next(client: pg.Client, sequence: string): Promise<string> {
  const result = await client.query<{ n: string }>('SELECT nextval($1) AS n', [sequence]);
  return result.rows[0]!.n;
}

/** False when the operator has an offering with this id already. */
async function seedOffering(client: pg.Client, offering: SeedOffering, categoryId: string, at: Date): Promise<boolean> {
  const blocking = offering.kind === 'PLAN' ? ['data'] : [];
  const result = await client.query(
    `INSERT INTO catalog.offering (id, name, lifecycle_status, kind, specification_id, allowances, blocking_allowances, duration_hours, valid_from, document, created_at, updated_at)
     VALUES ($1, $2, 'Launched', $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING`,
    [offering.id, offering.name, offering.kind, specificationId, JSON.stringify(grantsOf(offering)), JSON.stringify(blocking),
      offering.durationHours ?? null, onSaleSince, JSON.stringify(offeringDocument(offering, categoryId, blocking)), at]);
  return result.rowCount === 1;
}

/** As `catalog.offering.allowances` holds them. */
const grantsOf = ({ grants }: SeedOffering): object[] =>
  Object.entries(grants).map(([allowance, quantity]) => ({
    allowance, unit: baseUnitOf[allowance as Allowance], // keys of Grants
    total: quantity === 'unlimited' ? null : quantity, unlimited: quantity === 'unlimited',
  }));

function offeringDocument(offering: SeedOffering, categoryId: string, blocking: readonly string[]): object {
  const allowances = Object.entries(offering.grants).map(([name, quantity]) => characteristic(name, [shown(name, quantity)]));
  const blocks = blocking.length > 0 ? [characteristic('blockingAllowances', blocking.map((value) => ({ value, valueType: 'string' })))] : [];
  return {
    description: offering.description, isBundle: false, isSellable: true, version: '1.0', validFor: { startDateTime: onSaleSince },
    category: [{ id: categoryId, name: offering.kind, '@referredType': 'Category' }],
    productSpecification: { id: specificationId, name: 'Mobile prepaid', '@referredType': 'ProductSpecification' },
    prodSpecCharValueUse: [...allowances, ...blocks],
    ...(offering.durationHours === undefined ? {} : { productOfferingTerm: [{ name: 'validity', duration: { amount: offering.durationHours, units: 'hour' } }] }),
  };
}

const characteristic = (name: string, values: readonly object[]): object => ({
  name, valueType: name === 'blockingAllowances' ? 'string' : 'number', minCardinality: 1, maxCardinality: values.length,
  productSpecCharacteristicValue: values, productSpecification: { id: specificationId, '@referredType': 'ProductSpecification' },
});

/** The largest unit that leaves a whole number, as people write quantities. */
function shown(allowance: string, quantity: number | 'unlimited'): object {
  if (quantity === 'unlimited') return { value: 'unlimited', valueType: 'string', isDefault: true };
  const units: readonly (readonly [unit: string, size: number])[] =
    allowance === 'voice' ? [['min', 60], ['second', 1]] : allowance === 'sms' ? [['message', 1]] : [['GB', GB], ['MB', MB], ['byte', 1]];
  const [unit, size] = units.find(([, one]) => quantity % one === 0)!; // every list ends with 1
  return { value: quantity / size, valueType: 'number', unitOfMeasure: unit, isDefault: true };
}

async function seedPrice(client: pg.Client, offering: SeedOffering, currency: string, at: Date): Promise<void> {
  const recurring = offering.kind === 'PLAN';
  const priceType = recurring ? 'recurring' : 'oneTime';
  const document = {
    description: recurring ? 'Every month, tax included.' : 'Once, tax included.', isBundle: false, version: '1.0', priceType,
    ...(recurring ? { recurringChargePeriodType: 'month', recurringChargePeriodLength: 1 } : {}),
    price: toWireMoney(money(offering.amountMinor, currency)), validFor: { startDateTime: onSaleSince },
  };
  await client.query(
    `INSERT INTO catalog.price (id, name, lifecycle_status, offering_id, price_type, amount_minor, currency, valid_from, document, created_at, updated_at)
     VALUES ($1, $2, 'Launched', $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING`,
    [`PRICE_${offering.id}`, `${offering.name} price`, offering.id, priceType, offering.amountMinor, currency, onSaleSince, JSON.stringify(document), at]);
}
