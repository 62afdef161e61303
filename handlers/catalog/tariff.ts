import type { CatalogHandlers } from '#generated/stubs/catalog';
import type { components } from '#generated/types/catalog';
import { priceNoneInForce } from '#policy/catalog';
import { violation } from '#policy/rule';
import { isoTime } from '#runtime/clock';
import { BadRequest, NotFound } from '#runtime/errors';
import { includedTax, money, toWireMoney } from '#runtime/money';
import { hrefOf } from '../resource/project.ts';
import { findResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { offerings, type OfferingRow } from './offering.ts';
import { priceTypeOf, type PriceRow } from './price.ts';

type Schemas = components['schemas'];
type Routes = Pick<CatalogHandlers, 'catalog.retrieveActivePrice' | 'catalog.retrieveTariff'>;

/** A price that has all a charge needs. */
type ForceRow = PriceRow & { readonly amountMinor: number; readonly currency: string };

/** What an offering costs and grants at one instant, for whoever is to keep a snapshot of it. */
export function tariffRoutes(service: Service): Routes {
  return {
    async 'catalog.retrieveActivePrice'({ params, query }) {
      const at = instantOf(service, query.at);
      const offering = await offeringOf(service, params.id);
      return { body: activePrice(service, offering, await priceInForce(service, offering, at), at) };
    },
    async 'catalog.retrieveTariff'({ params, query }) {
      const at = instantOf(service, query.at);
      const offering = await offeringOf(service, params.id);
      return { body: tariff(service, offering, await priceInForce(service, offering, at), at) };
    },
  };
}

/** @throws {BadRequest} a text that is no instant */
export function instantOf({ clock }: Service, text: string | undefined): Date {
  if (text === undefined) return clock.now();
  // A `+` of the query string arrives as a blank.
  const at = new Date(text.replace(' ', '+'));
  if (Number.isNaN(at.getTime())) throw new BadRequest(`at must be an instant such as 2026-04-11T09:00:00Z, not ${JSON.stringify(text)}`);
  return at;
}

async function offeringOf({ db }: Service, id: string): Promise<OfferingRow> {
  const row = await findResource(db, offerings, id);
  if (!row) throw new NotFound('productOffering', id);
  return row;
}

/** @throws {PolicyViolation} catalog.price.none_in_force; also for what is neither plan nor top-up and has no kind of price */
async function priceInForce({ db }: Service, { id, kind }: OfferingRow, at: Date): Promise<ForceRow> {
  const price = kind && await db.one<ForceRow>(
    `SELECT * FROM catalog.price WHERE offering_id = $1 AND price_type = $2 AND lifecycle_status = 'Launched'
       AND amount_minor IS NOT NULL AND validity @> $3::timestamptz LIMIT 1`, [id, priceTypeOf(kind), at]);
  if (!price) throw violation(priceNoneInForce, { offeringId: id, at, found: false });
  return price;
}

/** Prices without a beginning have been valid since they were recorded. */
const sinceOf = ({ validFrom, createdAt }: PriceRow): string => isoTime(validFrom ?? createdAt);

function activePrice(service: Service, offering: OfferingRow, price: ForceRow, at: Date): Schemas['ActivePrice'] {
  const { taxInclusive, taxRateBp } = service.config;
  const { amountMinor, currency } = price;
  const taxMinor = taxInclusive ? includedTax(amountMinor, taxRateBp) : Math.round((amountMinor * taxRateBp) / 10_000);
  return {
    id: price.id, href: hrefOf(service, { key: 'TMF620.productOfferingPrice' }, price.id), '@type': 'ActivePrice', offeringId: offering.id, name: price.name,
    priceType: priceTypeOf(offering.kind), recurringChargePeriodType: offering.kind === 'PLAN' ? 'month' : null,
    amount: toWireMoney(money(amountMinor, currency)), tax: toWireMoney(money(taxMinor, currency)), taxIncluded: taxInclusive, taxRateBp,
    validFrom: sinceOf(price), validTo: price.validTo ? isoTime(price.validTo) : null, at: isoTime(at),
  };
}

function tariff(service: Service, offering: OfferingRow, price: ForceRow, at: Date): Schemas['Tariff'] {
  return {
    id: offering.id, href: hrefOf(service, offerings, offering.id), '@type': 'Tariff', offeringId: offering.id, name: offering.name,
    category: offering.kind === 'VAS' ? 'VAS' : 'PLAN', lifecycleStatus: offering.lifecycleStatus, sellable: isSellable(offering, at),
    specificationId: offering.specificationId, at: isoTime(at), price: priceOf(price), allowances: [...offering.allowances],
    // Policy let only allowances block that are granted.
    blockingAllowances: [...offering.blockingAllowances] as Schemas['Allowance'][], durationHours: offering.durationHours,
  };
}

export const priceOf = ({ id, name, amountMinor, currency }: Pick<ForceRow, 'id' | 'name' | 'amountMinor' | 'currency'>): Schemas['Price'] =>
  ({ priceId: id, name, amount: toWireMoney(money(amountMinor, currency)) });

/** DOMAIN §4: Launched and inside its validity, and TMF620 does not say otherwise; that a price is in force the caller has found out. */
const isSellable = ({ lifecycleStatus, validFrom, validTo, document }: OfferingRow, at: Date): boolean =>
  lifecycleStatus === 'Launched' && document['isSellable'] !== false && (validFrom === null || validFrom <= at) && (validTo === null || at < validTo);
