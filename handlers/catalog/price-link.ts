import type { Tx } from '#db/database';
import { record } from '#events/record';
import { changePrice, type PriceFacts } from '#policy/catalog';
import { unknownReference } from '#policy/reference';
import { enforce } from '#policy/rule';
import type { Config } from '#runtime/config';
import { payloadOf } from '../resource/announce.ts';
import { listOf } from '../resource/json.ts';
import type { Document } from '../resource/resource.ts';
import { chosenId } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { amountOf, overlapping, prices, type PriceRow } from './price.ts';
import { setPriceOffering } from './store.ts';

/** Prices an offering is to get or to lose, because its `productOfferingPrice` names them or no longer does. */
export interface PriceLinks {
  readonly attached: readonly PriceRow[];
  readonly detached: readonly PriceRow[];
}

/**
 * Compares what an offering names with what it has. A price of another offering stays there: the
 * reference is kept and shown, without effect.
 * @param linked ids of its prices
 * @throws {PolicyViolation} reference.id.unknown; catalog.price.overlap, catalog.price.frozen
 */
export async function planLinks({ config }: Service, tx: Tx, offeringId: string, linked: readonly string[], attributes: Document): Promise<PriceLinks> {
  const named = listOf(attributes['productOfferingPrice']).map(({ id }) => id).filter((id): id is string => typeof id === 'string');
  const rows = await tx.read<PriceRow>('SELECT * FROM catalog.price WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE', [[...new Set([...named, ...linked])]]);
  const unknown = named.find((id) => chosenId.test(id) && !rows.some((row) => row.id === id));
  if (unknown !== undefined) throw unknownReference('productOfferingPrice', unknown, 'catalog.get_offering');
  const attached = rows.filter((row) => named.includes(row.id) && row.offeringId === null);
  const detached = rows.filter((row) => !named.includes(row.id) && row.offeringId === offeringId);
  for (const row of attached) enforce(changePrice.rules, await attachFacts(tx, config, offeringId, row, attached));
  for (const row of detached) enforce(changePrice.rules, { ...factsOf(row), frozenAmountChanges: row.frozen });
  return { attached, detached };
}

/** Carries the plan out; `planLinks` has asked for every step. */
export async function applyLinks(tx: Tx, offeringId: string, { attached, detached }: PriceLinks, at: Date): Promise<void> {
  const steps = [...detached.map((row) => [row, null] as const), ...attached.map((row) => [row, offeringId] as const)];
  for (const [row, to] of steps) {
    await setPriceOffering(tx, changePrice.permit(tx, factsOf(row)), row.id, to, at);
    record(tx, 'catalog.price_changed', row.id, { ...payloadOf(prices, row), changed: ['productOffering'] });
  }
}

const factsOf = (row: PriceRow): PriceFacts => ({
  id: row.id, taken: false, offeringId: row.offeringId, amountMinor: row.amountMinor ?? undefined, currency: row.currency, expectedCurrency: row.currency ?? '',
  validFrom: row.validFrom, validTo: row.validTo, overlapping: null, frozenAmountChanges: false,
});

/** Two prices that come at once may stand in each other's way as well. */
async function attachFacts(tx: Tx, config: Config, offeringId: string, row: PriceRow, attached: readonly PriceRow[]): Promise<PriceFacts> {
  const [there] = await overlapping(tx, { ...row, offeringId });
  const beside = attached.find((other) => other !== row && other.priceType === row.priceType && other.lifecycleStatus === 'Launched' && meets(other, row));
  // Recorded in any form: from here on somebody pays it.
  const amount = { ...amountOf(row.document, config), expectedCurrency: config.currency };
  return { ...factsOf(row), ...amount, offeringId, overlapping: (row.lifecycleStatus === 'Launched' ? (there ?? beside)?.id : null) ?? null };
}

const meets = (a: PriceRow, b: PriceRow): boolean => begins(a) < ends(b) && begins(b) < ends(a);
const begins = ({ validFrom }: PriceRow): number => validFrom?.getTime() ?? -Infinity;
const ends = ({ validTo }: PriceRow): number => validTo?.getTime() ?? Infinity;
