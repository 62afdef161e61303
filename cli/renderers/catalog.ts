import type { components } from '#generated/types/catalog';
import { card } from './card.ts';
import type { Look } from './look.ts';
import { alignedLines, type Column } from './table.ts';
import { clean } from './text.ts';
import { dateText, grouped, moneyText } from './values.ts';

export type Tariff = components['schemas']['Tariff'];
export type VasOffering = components['schemas']['VasOffering'];
export type ActivePrice = components['schemas']['ActivePrice'];
type Grant = components['schemas']['AllowanceGrant'];

/** Plans or top-ups with price and grants. */
export interface CatalogView {
  readonly '@type': 'CatalogView';
  readonly kind: 'plan' | 'top-up';
  readonly at: string;
  readonly offerings: readonly Offered[];
}

interface Offered {
  readonly id: string;
  readonly name: string;
  readonly lifecycleStatus: string;
  readonly price: { readonly amount: Tariff['price']['amount'] } | null;
  readonly allowances: readonly Grant[];
  readonly durationHours?: number | null | undefined;
}

/** `PLAN_S  Lite      SGD 10.00   5 GB  100 min    100 sms    roaming -`. */
export function renderCatalog(view: CatalogView, look: Look): string {
  const lines = alignedLines(view.kind === 'plan' ? planColumns : topUpColumns, view.offerings, look);
  const count = view.offerings.length;
  return card({ title: 'Catalog', marks: [`${count} ${view.kind}${count === 1 ? '' : 's'}`, `at ${dateText(view.at)}`], lines: lines.length > 0 ? lines : ['nothing on sale'] }, look);
}

const cell = (text: (offering: Offered) => string, more: Partial<Column<Offered>> = {}): Column<Offered> => ({ head: '', cell: text, ...more });

const sold: readonly Column<Offered>[] = [
  cell(({ id }) => clean(id)), cell(({ name }) => clean(name), { flexible: true }), cell(({ price }) => moneyText(price?.amount), { align: 'right' }),
];

const planColumns: readonly Column<Offered>[] = [
  ...sold,
  cell(({ allowances }) => grantText(allowances, 'data'), { align: 'right' }),
  cell(({ allowances }) => grantText(allowances, 'voice')),
  cell(({ allowances }) => grantText(allowances, 'sms')),
  cell(({ allowances, lifecycleStatus }) => `roaming ${grantText(allowances, 'data_roaming')}${lifecycleStatus === 'Launched' ? '' : `  ${clean(lifecycleStatus)}`}`),
];

const topUpColumns: readonly Column<Offered>[] = [
  ...sold,
  cell(({ allowances }) => allowances.map(({ allowance }) => `${grantText(allowances, allowance)} ${allowance.replace('data_', '')}`).join(' + ')),
  cell(({ durationHours }) => (durationHours ? `for ${durationHours} h` : 'to period end')),
];

const megabyte = 1_048_576;

function grantText(grants: readonly Grant[], allowance: Grant['allowance']): string {
  const grant = grants.find((one) => one.allowance === allowance);
  if (!grant) return '-';
  if (grant.unlimited || grant.total === null) return 'unlimited';
  if (grant.unit === 'second') return `${grouped(grant.total / 60)} min`;
  if (grant.unit === 'message') return `${grouped(grant.total)} sms`;
  const megabytes = grant.total / megabyte;
  return megabytes >= 1024 && megabytes % 1024 === 0 ? `${grouped(megabytes / 1024)} GB` : `${grouped(megabytes)} MB`;
}

/** One offering with all it grants. */
export function renderTariff(tariff: Tariff, look: Look): string {
  return card({
    title: 'Offering',
    marks: [clean(tariff.id), clean(tariff.lifecycleStatus), tariff.sellable ? 'on sale' : 'not on sale'],
    lines: [
      `${clean(tariff.name)}   ${moneyText(tariff.price.amount)}${tariff.category === 'PLAN' ? '/month' : ''}   ${clean(tariff.price.priceId)}`,
      tariff.allowances.map((grant) => `${grant.allowance.replace('data_', '')} ${grantText(tariff.allowances, grant.allowance)}`).join('   '),
      tariff.category === 'PLAN' ? `blocks at zero: ${tariff.blockingAllowances.join(', ') || 'never'}` : '',
    ].filter(Boolean),
  }, look);
}

export function renderActivePrice(price: ActivePrice, look: Look): string {
  const period = price.recurringChargePeriodType ? `/${price.recurringChargePeriodType}` : '';
  const until = price.validTo ? `until ${dateText(price.validTo)}` : 'without end';
  const tax = `${price.taxIncluded ? 'includes' : 'plus'} ${moneyText(price.tax)} tax (${price.taxRateBp / 100} %)`;
  return card({
    title: 'Price',
    marks: [clean(price.offeringId), `at ${dateText(price.at)}`],
    lines: [`${clean(price.id)}   ${moneyText(price.amount)}${period}   ${tax}`, `${clean(price.name)}   from ${dateText(price.validFrom)} ${until}`],
  }, look);
}
