import type { components } from '#generated/types/payment';
import { isoTime } from '#runtime/clock';
import { fromWireMoney, type Money } from '#runtime/money';

/** One charge as it will stand on the bill; stored with the payment until the bill is written. */
export interface ChargeItem {
  readonly description: string;
  readonly amountMinor: number;
  readonly offeringId: string | null;
  readonly priceId: string | null;
  readonly subscriptionId: string | null;
  readonly orderId: string | null;
  /** RFC 3339; the period covered, end excluded. */
  readonly periodStart: string | null;
  readonly periodEnd: string | null;
}

type WireItem = components['schemas']['BillItem'];

export interface ChargedItems {
  readonly items: readonly ChargeItem[];
  /** Every amount is whole and in the currency, and together they are the total. */
  readonly addUp: boolean;
}

/** What an item inherits from the charge it belongs to. */
export interface ItemDefaults {
  readonly description: string;
  readonly subscriptionId: string | null;
  readonly orderId: string | null;
}

const itemOf = (wire: WireItem, amountMinor: number, defaults: ItemDefaults): ChargeItem => ({
  description: wire.description, amountMinor, offeringId: wire.offeringId ?? null, priceId: wire.priceId ?? null,
  subscriptionId: wire.subscriptionId ?? defaults.subscriptionId, orderId: wire.orderId ?? defaults.orderId,
  periodStart: instant(wire.periodStart), periodEnd: instant(wire.periodEnd),
});

/** UTC with `Z` (TMF.md §2 "dates"); a leap second, which Date does not know, stays as it is. */
function instant(text: string | undefined): string | null {
  if (text === undefined) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : isoTime(new Date(at));
}

/** Characters of a line on a receipt; TMF676 sets no limit. */
const lineMax = 500;

/** Cuts between characters, never inside one. */
export const lineText = (text: string): string => (text.length <= lineMax ? text : [...text].slice(0, lineMax).join(''));

/** The one item of a charge that names none. */
export const singleItem = (amountMinor: number, defaults: ItemDefaults): ChargeItem => ({
  ...defaults, description: lineText(defaults.description), amountMinor, offeringId: null, priceId: null, periodStart: null, periodEnd: null,
});

/** Reads the items of a charge of `total`; without items the total is one. */
export function chargedItems(wire: readonly WireItem[] | undefined, total: Money, defaults: ItemDefaults): ChargedItems {
  if (wire === undefined) return { items: [singleItem(total.amountMinor, defaults)], addUp: true };
  const items: ChargeItem[] = [];
  for (const one of wire) {
    const amount = fromWireMoney(one.amount, total.currency);
    if (!amount || amount.currency !== total.currency) return { items: [], addUp: false };
    items.push(itemOf(one, amount.amountMinor, defaults));
  }
  return { items, addUp: items.reduce((sum, one) => sum + one.amountMinor, 0) === total.amountMinor };
}
