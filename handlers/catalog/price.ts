import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CatalogHandlers } from '#generated/stubs/catalog';
import { changePrice, closePrice, createPrice, deleteEntry, type PriceFacts } from '#policy/catalog';
import { unknownReference } from '#policy/reference';
import { isoTime } from '#runtime/clock';
import type { Config } from '#runtime/config';
import { fromWireMoney, type WireMoney } from '#runtime/money';
import { extensionsOf } from '../resource/extensions.ts';
import { changeRecorded, createRecorded, payloadOf } from '../resource/announce.ts';
import { accept, split } from '../resource/document.ts';
import { isObject } from '../resource/json.ts';
import { patched, type Patched } from '../resource/patch.ts';
import { hrefOf } from '../resource/project.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { changed, created, newId, resourceRoutes, rowToWrite } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { entry, type EntryRow } from './entry.ts';
import { endPrice, insertEntry, updateEntry } from './store.ts';

export interface PriceRow extends EntryRow {
  /** Null: recorded, but no price of anything yet. */
  readonly offeringId: string | null;
  readonly priceType: string | null;
  /** Null: named no amount, so it is never in force. */
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
  /** An order or line has taken the amount over. */
  readonly frozen: boolean;
}

/** TMF620 productOfferingPrice; our extension `productOffering` says what it is the price of. */
export const prices: ResourceDefinition<PriceRow> = {
  ...entry,
  key: 'TMF620.productOfferingPrice',
  table: 'catalog.price',
  chosenIds: 'POP',
  columns: {
    ...entry.columns,
    priceType: { column: 'price_type', type: 'text' },
    'productOffering.id': { column: 'offering_id', type: 'text' },
  },
  shown: { productOffering: `CASE WHEN r.offering_id IS NOT NULL THEN jsonb_build_object('id', r.offering_id, '@referredType', 'ProductOffering') END` },
  extensions: extensionsOf('TMF620.productOfferingPrice'),
  project: (row, service) => ({
    productOffering: row.offeringId === null ? undefined
      : { id: row.offeringId, href: hrefOf(service, { key: 'TMF620.productOffering' }, row.offeringId), '@referredType': 'ProductOffering' },
  }),
  permits: {
    delete: (tx, row) => deleteEntry.permit(tx, { type: 'productOfferingPrice', id: row.id, references: referencesOf(row) }),
  },
};

const referencesOf = ({ frozen, offeringId }: PriceRow): string[] =>
  [...(frozen ? ['an order or line'] : []), ...(offeringId === null ? [] : [`productOffering ${offeringId}`])];

type Routes = Pick<CatalogHandlers,
  | 'TMF620.listProductOfferingPrice' | 'TMF620.createProductOfferingPrice' | 'TMF620.retrieveProductOfferingPrice'
  | 'TMF620.patchProductOfferingPrice' | 'TMF620.deleteProductOfferingPrice'>;

export function priceRoutes(service: Service): Routes {
  const plain = resourceRoutes(service, prices);
  return {
    'TMF620.listProductOfferingPrice': plain.list,
    'TMF620.retrieveProductOfferingPrice': plain.retrieve,
    'TMF620.deleteProductOfferingPrice': plain.delete,
    async 'TMF620.createProductOfferingPrice'({ body }) {
      const { retireCurrent, ...attributes } = accept(prices, body);
      return created(service, prices, await service.db.tx((tx) => createPriceRow(service, tx, body, attributes, retireCurrent === true)));
    },
    async 'TMF620.patchProductOfferingPrice'(call) {
      const row = await service.db.tx(async (tx) => {
        const current = await rowToWrite(tx, prices, call);
        const change = await patched(service, prices, current, call);
        return change ? changePriceRow(service, tx, change) : current;
      });
      return changed(service, prices, row);
    },
  };
}

interface PricedOffering {
  readonly id: string;
  readonly kind: string | null;
}

/** The offering a price names, locked: its prices change one at a time. @throws {PolicyViolation} reference.id.unknown */
async function offeringOf(tx: Tx, { productOffering }: Document): Promise<PricedOffering | null> {
  if (!isObject(productOffering) || typeof productOffering['id'] !== 'string') return null;
  const { id } = productOffering;
  const offering = await tx.one<PricedOffering>('SELECT id, kind FROM catalog.offering WHERE id = $1 FOR UPDATE', [id]);
  if (!offering) throw unknownReference('productOffering', String(id), 'catalog.list_offerings');
  return offering;
}

/** Whether plans or top-ups are priced: every month, or once. */
export const priceTypeOf = (kind: string | null): 'recurring' | 'oneTime' => (kind === 'VAS' ? 'oneTime' : 'recurring');

/** What every price shows (TMF.md §3), and from when one of an offering is valid if nobody says. */
function complete(config: Config, attributes: Document, offering: PricedOffering | null, at: Date): Document {
  const own = attributes['isBundle'] === true && !offering ? {}
    : { priceType: attributes['priceType'] ?? priceTypeOf(offering?.kind ?? null), price: { unit: config.currency, value: 0, ...(attributes['price'] as object | undefined) } }; // Money, by its schema
  const validFor = attributes['validFor'] as Document | undefined; // TimePeriod, by its schema
  const window = offering ? { validFor: { startDateTime: isoTime(at), ...validFor } } : {};
  return { lifecycleStatus: 'Launched', ...attributes, ...own, ...window };
}

type Amount = Pick<PriceFacts, 'amountMinor' | 'currency'>;

/** The amount in minor units; null where it is no whole number of them, undefined where none is named. */
export function amountOf({ price }: Document, config: Config): Amount {
  if (!isObject(price) || price['value'] === undefined) return { amountMinor: undefined, currency: null };
  const amount = fromWireMoney(price as Partial<WireMoney>, config.currency); // Money, by its schema
  return { amountMinor: amount?.amountMinor ?? null, currency: String(price['unit'] ?? config.currency) };
}

/** A price of nothing has no effect, so any amount in any currency is recorded; its offering asks when it takes it (DOMAIN §1). */
const judged = (amount: Amount, offeringId: string | null): Amount => (offeringId === null ? { amountMinor: undefined, currency: null } : amount);

/** As the columns hold it: what is no amount is none. */
const stored = ({ amountMinor, currency }: Amount): Amount => ({ amountMinor: typeof amountMinor === 'number' && amountMinor >= 0 ? amountMinor : null, currency });

const instant = (text: unknown): Date | null => (typeof text === 'string' ? new Date(text) : null);

export function windowOf({ validFor }: Document): { validFrom: Date | null; validTo: Date | null } {
  const { startDateTime, endDateTime } = (validFor ?? {}) as { startDateTime?: string; endDateTime?: string }; // TimePeriod, by its schema
  return { validFrom: instant(startDateTime), validTo: instant(endDateTime) };
}

type Window = Pick<PriceRow, 'id' | 'offeringId' | 'priceType' | 'lifecycleStatus' | 'validFrom' | 'validTo'>;

/** Prices of the same offering and kind that are valid somewhere in the window, locked, oldest first (I22). */
export async function overlapping(tx: Tx, { id, offeringId, priceType, lifecycleStatus, validFrom, validTo }: Window): Promise<PriceRow[]> {
  if (offeringId === null || lifecycleStatus !== 'Launched' || (validFrom !== null && validTo !== null && validTo <= validFrom)) return [];
  return tx.read<PriceRow>(
    `SELECT * FROM catalog.price WHERE offering_id = $1 AND price_type = $2 AND lifecycle_status = 'Launched' AND id <> $3
       AND validity && tstzrange($4, $5, '[)') ORDER BY valid_from NULLS FIRST FOR UPDATE`, [offeringId, priceType, id, validFrom, validTo]);
}

/** One row with its events. @throws {PolicyViolation} catalog.create.id_taken, catalog.price.*, catalog.window.invalid, reference.id.unknown */
export async function createPriceRow(service: Service, tx: Tx, body: unknown, posted: Document, retireCurrent: boolean): Promise<PriceRow> {
  const { config } = service;
  const at = service.clock.now();
  const offering = await offeringOf(tx, posted);
  const { id, taken } = await newId(tx, prices, body);
  const { productOffering: _shown, ...attributes } = complete(config, posted, offering, at);
  const { columns, document } = split(prices, offering ? attributes : { ...attributes, productOffering: posted['productOffering'] });
  const { validFrom, validTo } = windowOf(attributes);
  const offeringId = offering?.id ?? null;
  const others = await overlapping(tx, { id, offeringId, priceType: String(attributes['priceType']), lifecycleStatus: String(attributes['lifecycleStatus']), validFrom, validTo });
  const closing = retireCurrent && validFrom ? others.filter((one) => one.validFrom === null || one.validFrom < validFrom) : [];
  const amount = amountOf(posted, config);
  const permit = createPrice.permit(tx, {
    id, taken, offeringId, ...judged(amount, offeringId), expectedCurrency: config.currency, validFrom, validTo, frozenAmountChanges: false,
    overlapping: others.find((one) => !closing.includes(one))?.id ?? null,
  });
  for (const price of closing) await close(tx, price, validFrom!, at); // only a price with a beginning closes others
  const values = { ...columns, offeringId, validFrom, validTo, ...stored(amount) };
  const row = await insertEntry(tx, permit, prices, { id, at, columns: values, document });
  createRecorded(tx, prices, row);
  return row;
}

async function close(tx: Tx, price: PriceRow, validTo: Date, at: Date): Promise<void> {
  const document = { ...price.document, validFor: { ...(price.document['validFor'] as object | undefined), endDateTime: isoTime(validTo) } }; // TimePeriod, by its schema
  const row = await endPrice(tx, closePrice.permit(tx), price, document, validTo, at);
  record(tx, 'catalog.price_changed', row.id, { ...payloadOf(prices, row), changed: ['validFor'] });
}

export async function changePriceRow(service: Service, tx: Tx, change: Patched<PriceRow>): Promise<PriceRow> {
  const { row } = change;
  const { config } = service;
  // Prices of one offering change one at a time, as in create.
  await tx.read('SELECT id FROM catalog.offering WHERE id = $1 FOR UPDATE', [row.offeringId]);
  const after = complete(config, change.after, null, row.createdAt);
  const { validFrom, validTo } = windowOf(after);
  const amount = change.changed.includes('price') ? amountOf(change.after, config) : { amountMinor: row.amountMinor ?? undefined, currency: row.currency };
  const [other] = await overlapping(tx, { ...row, priceType: String(after['priceType']), lifecycleStatus: String(after['lifecycleStatus']), validFrom, validTo });
  const permit = changePrice.permit(tx, {
    id: row.id, taken: false, offeringId: row.offeringId, ...judged(amount, row.offeringId), expectedCurrency: config.currency, validFrom, validTo, overlapping: other?.id ?? null,
    frozenAmountChanges: row.frozen && (amount.amountMinor !== (row.amountMinor ?? undefined) || after['priceType'] !== row.priceType),
  });
  const { productOffering: _shown, ...attributes } = after;
  const { columns, document } = split(prices, row.offeringId === null ? after : attributes);
  const values = { ...columns, validFrom, validTo, ...stored(amount) };
  const updated = await updateEntry(tx, permit, prices, row.id, { at: service.clock.now(), columns: values, document });
  changeRecorded(tx, prices, updated, change);
  return updated;
}
