import { characteristicText, usedText } from './characteristics.ts';
import type { Column } from './table.ts';
import { stateText } from './look.ts';
import { anyText, dateText, minuteText, momentText, moneyText } from './values.ts';

export type Row = Readonly<Record<string, unknown>>;

/** The value at a dotted path; arrays answer their first item. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split('.')) {
    if (Array.isArray(found)) found = found[0];
    if (found === null || typeof found !== 'object') return undefined;
    found = (found as Row)[part]; // an object, just checked
  }
  return Array.isArray(found) && found.length === 0 ? undefined : found;
}

const text = (head: string, path: string): Column<Row> => ({ head, cell: (row) => anyText(at(row, path)) });
/** Names and sentences: cut before anything else is. */
const prose = (head: string, path: string): Column<Row> => ({ ...text(head, path), flexible: true });
/** Left out where a row has no room for it. */
const spare = (column: Column<Row>): Column<Row> => ({ ...column, spare: true });
const number = (head: string, path: string): Column<Row> => ({ ...text(head, path), align: 'right' });
const state = (head: string, path: string): Column<Row> => ({
  ...text(head, path), paint: (padded, row, look) => stateText(String(at(row, path)), look, padded),
});
const time = (head: string, path: string): Column<Row> => ({ head, cell: (row) => minuteText(textAt(row, path)) });
const date = (head: string, path: string): Column<Row> => ({ head, cell: (row) => dateText(textAt(row, path)) });
const money = (head: string, path: string): Column<Row> => ({
  head, align: 'right', cell: (row) => moneyText(at(row, path) as { unit?: string; value?: number } | undefined), // a TMF Money where the path is one
});
const flag = (head: string, path: string): Column<Row> => ({ head, cell: (row) => (at(row, path) === true ? 'yes' : '-') });

const textAt = (row: Row, path: string): string | undefined => {
  const value = at(row, path);
  return typeof value === 'string' ? value : undefined;
};

const characteristic = (head: string, name: string): Column<Row> => ({ head, cell: (row) => characteristicText(row, name) });

/** Per type of row: the columns of its table, also those of `--plain`. */
const listColumns: Readonly<Record<string, readonly Column<Row>[]>> = {
  Customer: [text('id', 'id'), prose('name', 'name'), state('status', 'status'), text('kyc', 'kycStatus'), prose('contact', 'contactMedium.characteristic.emailAddress')],
  CustomerLookup: [text('id', 'id'), prose('name', 'name'), state('status', 'status'), text('kyc', 'kycStatus'), text('by', 'matchedBy'), text('line', 'subscriptionId')],
  ProductOrder: [text('id', 'id'), state('state', 'state'), text('action', 'productOrderItem.action'), text('offering', 'productOrderItem.productOffering.id'), text('customer', 'relatedParty.id'), time('ordered', 'orderDate')],
  Subscription: [text('id', 'id'), text('msisdn', 'msisdn'), text('plan', 'offeringId'), state('state', 'state'), text('customer', 'customerId'), money('price', 'price.amount'), date('renews', 'periodEnd')],
  Renewal: [text('id', 'id'), date('boundary', 'boundary'), state('state', 'state'), spare(number('tries', 'attempt')), text('plan', 'offeringId'), money('price', 'price.amount'), text('payment', 'paymentId'), text('bill', 'billId'), prose('declined', 'declineCode')],
  CustomerBill: [text('id', 'id'), time('billed', 'billDate'), state('state', 'state'), text('category', 'category'), money('amount', 'amountDue'), text('customer', 'relatedParty.id'), text('payment', 'appliedPayment.payment.id')],
  Case: [text('id', 'id'), state('state', 'state'), text('priority', 'priority'), spare(text('category', 'category')), text('customer', 'customerId'), text('agent', 'agentId'), time('due', 'slaDueAt'), prose('subject', 'subject')],
  TroubleTicket: [text('id', 'id'), state('state', 'status'), text('severity', 'severity'), spare(text('type', 'ticketType')), text('agent', 'agentId'), text('case', 'caseId'), time('due', 'slaDueAt'), prose('subject', 'description')],
  PartyInteraction: [text('id', 'id'), time('at', 'interactionDate.startDateTime'), text('direction', 'direction'), text('channel', 'channel.id'), text('customer', 'relatedParty.id'), prose('summary', 'reason')],
  PaymentMethod: [text('id', 'id'), state('status', 'status'), text('brand', 'brand'), text('last4', 'last4'), { head: 'expires', cell: (row) => `${anyText(at(row, 'expMonth'))}/${anyText(at(row, 'expYear'))}` }, flag('default', 'isDefault'), text('customer', 'customerId')],
  Msisdn: [text('msisdn', 'msisdn'), state('status', 'status'), text('reserved by', 'reservedBy'), text('line', 'subscriptionId'), text('customer', 'customerId'), date('rests until', 'quarantineUntil')],
  Esim: [text('iccid', 'iccid'), state('status', 'status'), text('imsi', 'imsi'), text('msisdn', 'msisdn'), text('line', 'subscriptionId')],
  ProvisioningTask: [text('id', 'id'), text('task', 'taskType'), state('state', 'state'), number('tries', 'attempts'), text('order', 'serviceOrderId'), text('line', 'subscriptionId'), prose('last error', 'lastError')],
  FaultRule: [text('id', 'id'), text('task', 'taskType'), text('kind', 'kind'), flag('on', 'enabled'), number('probability', 'probability')],
  Usage: [
    text('id', 'id'), state('status', 'status'), characteristic('msisdn', 'msisdn'), characteristic('kind', 'eventType'),
    { head: 'quantity', align: 'right', cell: usedText }, time('used', 'usageDate'), prose('rule', 'policyViolation.reason'),
  ],
  Event: [
    { head: 'time', cell: (row) => momentText(textAt(row, 'occurredAt')) }, text('event', 'eventType'), text('aggregate', 'aggregateId'), text('channel', 'channel'), prose('actor', 'actor'), prose('trace', 'traceId'),
  ],
  Tariff: [text('id', 'id'), prose('name', 'name'), state('status', 'lifecycleStatus'), money('price', 'price.amount')],
  VasOffering: [text('id', 'id'), prose('name', 'name'), money('price', 'price.amount')],
  ParkedMessage: [text('id', 'id'), text('consumer', 'consumer'), text('event', 'eventType'), text('aggregate', 'aggregateId'), number('tries', 'attempts'), prose('error', 'error')],
  Hub: [text('id', 'id'), text('api', 'api'), state('state', 'state'), number('waiting', 'waiting'), number('delivered', 'delivered'), number('parked', 'parked'), prose('callback', 'callback'), prose('query', 'query'), prose('last error', 'lastError')],
  HubDelivery: [text('id', 'id'), prose('notification', 'eventName'), text('of', 'aggregateId'), state('state', 'state'), number('tries', 'attempts'), spare(text('status', 'lastStatus')), time('happened', 'occurredAt'), prose('last error', 'lastError')],
  DoctorCheck: [text('check', 'name'), state('verdict', 'verdict'), prose('finding', 'finding'), prose('fix', 'fix')],
};

/** Columns of a type nobody listed: its id and its short members. */
export function columnsOf(type: string, rows: readonly Row[]): readonly Column<Row>[] {
  const known = listColumns[type];
  if (known) return known;
  const keys = Object.entries(rows[0] ?? {}).filter(([key, value]) => key !== 'href' && !key.startsWith('@') && typeof value !== 'object');
  return keys.slice(0, 6).map(([key]) => prose(key, key));
}

/** Columns asked for by `--fields`, dotted paths allowed. */
export const fieldColumns = (fields: readonly string[]): readonly Column<Row>[] => fields.map((field) => prose(field, field));
