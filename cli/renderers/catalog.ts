import type { components } from '#generated/types/catalog';
import { card } from './card.ts';
import type { Look } from './look.ts';
import { clean, displayWidth, padEnd, padStart } from './text.ts';
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
  const rows = view.offerings.map((offering) => (view.kind === 'plan' ? planCells(offering) : vasCells(offering)));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  const lines = rows.map((row) => row.map((cell, column) => (column === 2 ? padStart : padEnd)(cell, widths[column] ?? 0)).join('  ').trimEnd());
  const count = view.offerings.length;
  return card({ title: 'Catalog', marks: [`${count} ${view.kind}${count === 1 ? '' : 's'}`, `at ${dateText(view.at)}`], lines: lines.length > 0 ? lines : ['nothing on sale'] }, look);
}

const planCells = (offering: Offered): string[] => [
  clean(offering.id), clean(offering.name), moneyText(offering.price?.amount),
  ...(['data', 'voice', 'sms'] as const).map((allowance) => grantText(offering.allowances, allowance)),
  `roaming ${grantText(offering.allowances, 'data_roaming')}`, offering.lifecycleStatus === 'Launched' ? '' : clean(offering.lifecycleStatus),
];

function vasCells(offering: Offered): string[] {
  const grants = offering.allowances.map(({ allowance }) => `${grantText(offering.allowances, allowance)} ${allowance.replace('data_', '')}`);
  const life = offering.durationHours ? `for ${offering.durationHours} h` : 'to the end of the period';
  return [clean(offering.id), clean(offering.name), moneyText(offering.price?.amount), grants.join(' + '), life];
}

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
