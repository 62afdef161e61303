import type { components } from '#generated/types/TMF622';

/** What a posted productOrder asks for, as far as the domain reasons about it (DOMAIN §9 "TMF carriers"). */
export interface OrderRequest {
  readonly itemCount: number;
  readonly itemId: string;
  readonly quantity: number;
  readonly action: string;
  readonly offeringId: string | null;
  /** Any item names a productOffering, or the line it ends. */
  readonly namesEffect: boolean;
  readonly customerId: string | null;
  /** As written; see `nationalNumber`. */
  readonly msisdnPreference: string | null;
  readonly subscriptionId: string | null;
}

type Posted = components['schemas']['ProductOrder_Create'];
type Item = Posted['productOrderItem'][number];

/** Reads the first item: more than one is refused by a rule, not by the reader. */
export function requestOf(body: Posted): OrderRequest {
  const items = body.productOrderItem;
  const item = items[0]!; // the schema asks for one at least
  return {
    itemCount: items.length, itemId: item.id, quantity: item.quantity ?? 1, action: item.action, offeringId: offeringOf(item),
    namesEffect: items.some((one) => offeringOf(one) !== null || (one.action === 'delete' && lineOf(one) !== null)),
    customerId: customerOf(body), msisdnPreference: preferenceOf(item), subscriptionId: lineOf(item),
  };
}

const offeringOf = (item: Item): string | null => item.productOffering?.id ?? item.product?.productOffering?.id ?? null;

const lineOf = (item: Item): string | null => {
  const id = item.product?.id;
  return id !== undefined && /^SUB-\d{3,}$/.test(id) ? id : null;
};

/** Only ids of ours name a customer; anything else is a foreign reference (DOMAIN §1). */
function customerOf(body: Posted): string | null {
  const party = body.relatedParty?.find(({ id, role }) => role?.toLowerCase() === 'customer' && /^CUST-\d{3,}$/.test(id));
  return party?.id ?? null;
}

function preferenceOf(item: Item): string | null {
  const value: unknown = item.product?.productCharacteristic?.find(({ name }) => name === 'msisdnPreference')?.value;
  return value === undefined || value === null || value === '' ? null : String(value);
}
