import type { Database, Tx } from '#db/database';
import { changeOrder, deleteOrder, type OrderAction, type OrderState } from '#policy/order';
import { minorUnitsSql, money, toWireMoney } from '#runtime/money';
import { isObject, listOf } from '../resource/json.ts';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { extensionsOf } from '../resource/extensions.ts';

/** A product order with what its one item means; the item's columns are null in an order recorded for its form alone. */
export interface OrderRow extends ResourceRow {
  readonly state: OrderState;
  readonly customerId: string | null;
  readonly orderDate: Date;
  readonly completionDate: Date | null;
  readonly cancellationDate: Date | null;
  readonly action: OrderAction | null;
  readonly itemId: string | null;
  readonly offeringId: string | null;
  readonly offeringName: string | null;
  readonly priceId: string | null;
  readonly priceName: string | null;
  /** Price agreed, in minor units. */
  readonly priceMinor: number | null;
  readonly currency: string | null;
  readonly msisdnPreference: string | null;
  readonly subscriptionId: string | null;
  readonly paymentId: string | null;
  readonly serviceOrderId: string | null;
  /** Why whoever cancelled it did. */
  readonly cancelledFor: string | null;
}

const cancelledFor = `(SELECT c.document->>'cancellationReason' FROM order_mgmt.cancel_product_order c
  WHERE c.order_id = r.id AND c.state = 'done' AND r.state = 'cancelled' ORDER BY c.id LIMIT 1)`;

const further = {
  action: 'i.action', itemId: 'i.item_id', offeringId: 'i.offering_id', offeringName: 'i.offering_name', priceId: 'i.price_id', priceName: 'i.price_name',
  priceMinor: 'i.price_minor', currency: 'i.currency', msisdnPreference: 'i.msisdn_preference', subscriptionId: 'i.subscription_id',
  paymentId: "s.data->>'paymentId'", serviceOrderId: "s.data->>'serviceOrderId'", cancelledFor,
} as const;

/** What `priceOf` shows. */
const shownPrice = `jsonb_build_object('name', coalesce(i.price_name, i.price_id), 'priceType', 'recurring', 'recurringChargePeriod', 'month',
  'price', jsonb_build_object('@type', 'Price', 'taxIncludedAmount', jsonb_build_object('unit', i.currency, 'value', i.price_minor / ${minorUnitsSql('i.currency')})),
  'productOfferingPrice', jsonb_build_object('id', i.price_id, 'name', coalesce(i.price_name, i.price_id)))`;
const shownTotal = `(coalesce(r.document->'orderTotalPrice', '[]')
  || coalesce((SELECT jsonb_build_array(${shownPrice}) FROM order_mgmt.order_item i WHERE i.order_id = r.id AND i.price_minor IS NOT NULL AND i.currency IS NOT NULL), '[]'))`;

/** What `itemsOf` shows. */
const shownItems = `(SELECT jsonb_agg(CASE WHEN i.order_id IS NULL THEN item ELSE item
    || CASE WHEN i.subscription_id IS NULL THEN '{}' ELSE jsonb_build_object('product', coalesce(item->'product', '{}') || jsonb_build_object('id', i.subscription_id)) END
    || CASE WHEN i.offering_name IS NULL THEN '{}' ELSE jsonb_build_object('productOffering', jsonb_build_object('name', i.offering_name) || coalesce(item->'productOffering', '{}')) END
    || CASE WHEN i.price_minor IS NULL OR i.currency IS NULL THEN '{}' ELSE jsonb_build_object('itemPrice', jsonb_build_array(${shownPrice})) END END)
  FROM jsonb_array_elements(r.document->'productOrderItem') item LEFT JOIN order_mgmt.order_item i ON i.order_id = r.id AND i.item_id = item->>'id')`;

const reads = ['state', 'itemId', 'offeringName', 'subscriptionId', 'priceId', 'priceName', 'priceMinor', 'currency', 'cancelledFor'] as const satisfies readonly (keyof OrderRow)[];

type ShownOrder = Pick<OrderRow, 'id' | 'document' | (typeof reads)[number]>;

/** TMF622 productOrder. */
export const productOrder: ResourceDefinition<OrderRow, (typeof reads)[number]> = {
  key: 'TMF622.productOrder',
  table: 'order_mgmt.product_order',
  select: further,
  joins: 'LEFT JOIN order_mgmt.order_item i ON i.order_id = r.id LEFT JOIN order_mgmt.saga s ON s.order_id = r.id',
  columns: {
    state: { column: 'state', type: 'text' },
    orderDate: { column: 'order_date', type: 'timestamptz' },
    completionDate: { column: 'completion_date', type: 'timestamptz' },
    cancellationDate: { column: 'cancellation_date', type: 'timestamptz' },
    cancellationReason: { sql: `coalesce(${cancelledFor}, r.document->>'cancellationReason')`, type: 'text' },
    'productOrderItem.state': { column: 'state', type: 'text' },
  },
  shown: {
    'productOrderItem.product': shownItems, 'productOrderItem.itemPrice': shownItems, 'productOrderItem.productOffering': shownItems,
    orderTotalPrice: shownTotal,
  },
  sortNewest: 'order_date',
  ownerColumn: 'customer_id',
  extensions: extensionsOf('TMF622.productOrder'),
  readOnly: ['state', 'orderDate', 'completionDate', 'cancellationDate', 'relatedParty'],
  mandatory: ['orderDate', 'state', 'productOrderItem', 'relatedParty'],
  stateAttribute: 'state',
  reads,
  project: (row) => ({ productOrderItem: itemsOf(row), ...totalOf(row), ...reasonOf(row), relatedParty: row.document['relatedParty'] ?? [] }),
  payload: (row) => orderFactsOf(row),
  permits: {
    patch: (tx) => changeOrder.permit(tx),
    delete: (tx, row) => deleteOrder.permit(tx, { orderId: row.id, state: row.state, references: referencesOf(row) }),
  },
};

/** The items as posted, each in the state of its order; the one with effect shows its line and its price. */
function itemsOf(row: ShownOrder): Document[] {
  const posted = row.document['productOrderItem'];
  const items = listOf(posted);
  return items.map((item) => ({ ...item, state: row.state, ...(item['id'] === row.itemId ? effectOf(row, item) : {}) }));
}

function effectOf(row: ShownOrder, item: Document): Document {
  const product = isObject(item['product']) ? item['product'] : {};
  const offering = isObject(item['productOffering']) ? item['productOffering'] : {};
  return {
    ...(row.offeringName === null ? {} : { productOffering: { name: row.offeringName, ...offering } }),
    ...(row.subscriptionId === null ? {} : { product: { ...product, id: row.subscriptionId } }),
    ...(row.priceMinor === null || row.currency === null ? {} : { itemPrice: [priceOf(row, row.priceMinor, row.currency)] }),
  };
}

/** One item, one price: the total is the same, after what a client posted there. */
function totalOf(row: ShownOrder): Document {
  if (row.priceMinor === null || row.currency === null) return {};
  const posted = row.document['orderTotalPrice'];
  return { orderTotalPrice: [...(Array.isArray(posted) ? posted : []), priceOf(row, row.priceMinor, row.currency)] };
}

const reasonOf = ({ cancelledFor: reason }: ShownOrder): Document => (typeof reason === 'string' ? { cancellationReason: reason } : {});

const priceOf = ({ priceId, priceName }: ShownOrder, priceMinor: number, currency: string): Document => ({
  name: priceName ?? priceId, priceType: 'recurring', recurringChargePeriod: 'month',
  price: { taxIncludedAmount: toWireMoney(money(priceMinor, currency)), '@type': 'Price' },
  productOfferingPrice: { id: priceId, name: priceName ?? priceId },
});

/** What keeps an order on record. */
const referencesOf = (row: OrderRow): string[] =>
  (row.action === null ? [] : [row.serviceOrderId, row.paymentId, row.subscriptionId].filter((id) => id !== null).concat('saga'));

/** Members of every order event besides id and change of state (DOMAIN §7). */
export const orderFactsOf = (row: OrderRow): Document => ({
  customerId: row.customerId, subscriptionId: row.subscriptionId, action: row.action, offeringId: row.offeringId,
  priceSnapshot: row.priceId === null ? null : { priceId: row.priceId, amount: row.priceMinor, currency: row.currency },
  paymentId: row.paymentId, serviceOrderId: row.serviceOrderId,
});

type Reader = Pick<Database, 'read' | 'one'> | Pick<Tx, 'read' | 'one'>;

/** An order open on a line; null = none. */
export async function openOrderOf(reader: Reader, subscriptionId: string): Promise<string | null> {
  const row = await reader.one<{ orderId: string }>(
    `SELECT order_id FROM order_mgmt.order_item WHERE subscription_id = $1
       AND state NOT IN ('rejected', 'completed', 'failed', 'cancelled')`, [subscriptionId]);
  return row?.orderId ?? null;
}

/** Orders of a customer that will become lines. */
export async function countOpenAdds(reader: Reader, customerId: string): Promise<number> {
  const row = await reader.one<{ count: number }>(
    `SELECT count(*) AS count FROM order_mgmt.product_order o JOIN order_mgmt.order_item i ON i.order_id = o.id
     WHERE o.customer_id = $1 AND i.action = 'add' AND o.state NOT IN ('rejected', 'completed', 'failed', 'cancelled')`, [customerId]);
  return row?.count ?? 0;
}
