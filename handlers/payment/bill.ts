import { json, type RowValues, type Tx } from '#db/database';
import { record } from '#events/record';
import { billMachine } from '#policy/bill';
import { isoTime } from '#runtime/clock';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import type { AccountRow } from './account.ts';
import type { ChargeItem } from './item.ts';
import { nextIds } from './sequence.ts';
import { insertBill } from './store-bill.ts';
import { customerRef, methodRef, taxed, taxRateOf, wireMoney } from './wire.ts';

/** Money that has moved, or an amount of zero, ready to be written down. */
export interface Settlement {
  readonly account: AccountRow;
  /** null only for an amount of zero (I14). */
  readonly paymentId: string | null;
  readonly refundId: string | null;
  /** Card charged or credited. */
  readonly method: { readonly id: string; readonly brand: string; readonly last4: string } | null;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly category: 'normal' | 'creditNote';
  readonly currency: string;
  /** Negative on a credit note. */
  readonly items: readonly ChargeItem[];
  readonly description: string | null;
  readonly idempotencyKey: string | null;
}

/** A bill and its rates as written. */
export interface WrittenBill {
  readonly billId: string;
  readonly rateIds: readonly string[];
}

interface Totals {
  readonly amountMinor: number;
  readonly netMinor: number;
  readonly taxMinor: number;
}

/**
 * Writes a settled bill with one rate per item, in the transaction of the capture (I8, I13, I14):
 * rate.applied for each, then bill.created.
 */
export async function writeBill(tx: Tx, service: Service, settlement: Settlement, billId: string, at: Date): Promise<WrittenBill> {
  const rateIds = await nextIds(tx, 'RATE', settlement.items.length);
  const totals = totalsOf(service, settlement.items);
  const move = billMachine.move(tx, null, 'create', undefined);
  const rates = settlement.items.map((item, i) => rateRow(service, settlement, item, { id: rateIds[i]!, billId, at }));
  await insertBill(tx, move, billRow(service, settlement, totals, billId, at), rates);
  settlement.items.forEach((item, i) => record(tx, 'rate.applied', rateIds[i]!, ratePayload(service, settlement, item, rateIds[i]!, billId)));
  recordMove(tx, move, billId, billPayload(settlement, totals, billId));
  return { billId, rateIds };
}

/** The bill's tax is the sum of its rates' taxes, so that a receipt adds up line by line. */
function totalsOf(service: Service, items: readonly ChargeItem[]): Totals {
  const all = items.map(({ amountMinor }) => taxed(service, amountMinor));
  const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
  return { amountMinor: sum((one) => one.totalMinor), netMinor: sum((one) => one.netMinor), taxMinor: sum((one) => one.taxMinor) };
}

const periodOf = (items: readonly ChargeItem[]): { start: string | null; end: string | null } => ({
  start: items.map((one) => one.periodStart).filter((one) => one !== null).sort()[0] ?? null,
  end: items.map((one) => one.periodEnd).filter((one) => one !== null).sort().at(-1) ?? null,
});

function billRow(service: Service, settlement: Settlement, totals: Totals, id: string, at: Date): RowValues & { readonly id: string; readonly createdAt: Date } {
  const { account, method, items } = settlement;
  const period = periodOf(items);
  return {
    id, document: json(billDocument(service, settlement, totals, id, at)), createdAt: at, updatedAt: at,
    billNo: id.replace('BILL-', '').padStart(8, '0'), billDate: at, state: 'settled', category: settlement.category,
    customerId: account.customerId, billingAccountId: account.id, orderId: settlement.orderId, subscriptionId: settlement.subscriptionId,
    paymentId: settlement.paymentId, refundId: settlement.refundId, paymentMethodId: method?.id ?? null, brand: method?.brand ?? null, last4: method?.last4 ?? null,
    operatorName: service.config.operatorName, currency: settlement.currency, amountMinor: totals.amountMinor, taxExcludedMinor: totals.netMinor,
    taxMinor: totals.taxMinor, taxRateBp: taxRateOf(service), periodStart: period.start, periodEnd: period.end, idempotencyKey: settlement.idempotencyKey,
  };
}

/** TMF678 attributes that never change; bill number, date, state and category are columns. */
function billDocument(service: Service, settlement: Settlement, totals: Totals, id: string, at: Date): Document {
  const { account, currency, method, paymentId } = settlement;
  const period = periodOf(settlement.items);
  const amount = wireMoney(totals.amountMinor, currency);
  return {
    runType: 'offCycle', amountDue: amount, remainingAmount: wireMoney(0, currency), taxIncludedAmount: amount,
    taxExcludedAmount: wireMoney(totals.netMinor, currency), taxItem: [taxItem(service, totals.taxMinor, currency)],
    billingAccount: { id: account.id, name: account.name, '@referredType': 'BillingAccount' },
    relatedParty: [customerRef(account.customerId, account.name)], paymentDueDate: isoTime(at),
    billDocument: [{ id, name: `Receipt ${id}`, attachmentType: 'receipt', mimeType: 'application/json', ...(settlement.description === null ? {} : { description: settlement.description }) }],
    appliedPayment: paymentId === null ? [] : [{ appliedAmount: amount, payment: { id: paymentId, '@referredType': 'Payment' } }],
    ...(method ? { paymentMethod: methodRef(method) } : {}),
    ...(period.start === null ? {} : { billingPeriod: timePeriod(period.start, period.end) }),
  };
}

const taxItem = (service: Service, taxMinor: number, currency: string): Document =>
  ({ taxCategory: 'GST', taxRate: taxRateOf(service) / 100, taxAmount: wireMoney(taxMinor, currency) });

const timePeriod = (start: string, end: string | null): Document => ({ startDateTime: start, ...(end === null ? {} : { endDateTime: end }) });

function rateRow(service: Service, settlement: Settlement, item: ChargeItem, { id, billId, at }: { id: string; billId: string; at: Date }): RowValues {
  const { account, currency } = settlement;
  const { netMinor, taxMinor, totalMinor } = taxed(service, item.amountMinor);
  const characteristic = Object.entries({ offeringId: item.offeringId, priceId: item.priceId, orderId: item.orderId })
    .flatMap(([name, value]) => (value === null ? [] : [{ name, value, valueType: 'string' }]));
  return {
    id, createdAt: at, updatedAt: at, billId, customerId: account.customerId, billingAccountId: account.id, orderId: item.orderId,
    subscriptionId: item.subscriptionId, offeringId: item.offeringId, priceId: item.priceId, name: item.description, currency, amountMinor: totalMinor,
    taxExcludedMinor: netMinor, taxMinor, periodStart: item.periodStart, periodEnd: item.periodEnd,
    document: json({
      isBilled: true, type: item.amountMinor < 0 ? 'appliedBillingCredit' : 'appliedBillingCharge', description: item.description,
      bill: { id: billId, '@referredType': 'CustomerBill' }, billingAccount: { id: account.id, name: account.name, '@referredType': 'BillingAccount' },
      taxIncludedAmount: wireMoney(totalMinor, currency), taxExcludedAmount: wireMoney(netMinor, currency), appliedTax: [taxItem(service, taxMinor, currency)],
      ...(characteristic.length === 0 ? {} : { characteristic }),
      ...(item.subscriptionId === null ? {} : { product: { id: item.subscriptionId, name: item.offeringId ?? item.description, '@referredType': 'Product' } }),
      ...(item.periodStart === null ? {} : { periodCoverage: timePeriod(item.periodStart, item.periodEnd) }),
    }),
  };
}

/** Members of the rate's event (DOMAIN §7); amounts in minor units. */
function ratePayload(service: Service, settlement: Settlement, item: ChargeItem, rateId: string, billId: string): Document {
  const { netMinor, taxMinor } = taxed(service, item.amountMinor);
  return {
    rateId, billId, customerId: settlement.account.customerId, subscriptionId: item.subscriptionId, orderId: item.orderId, paymentId: settlement.paymentId,
    category: settlement.category, amount: netMinor + taxMinor, tax: taxMinor, currency: settlement.currency, offeringId: item.offeringId, priceId: item.priceId,
    period: item.periodStart === null ? null : { start: item.periodStart, end: item.periodEnd },
  };
}

function billPayload(settlement: Settlement, totals: Totals, billId: string): Document {
  const period = periodOf(settlement.items);
  return {
    billId, customerId: settlement.account.customerId, subscriptionId: settlement.subscriptionId, orderId: settlement.orderId, paymentId: settlement.paymentId,
    refundId: settlement.refundId, category: settlement.category, amount: totals.amountMinor, tax: totals.taxMinor, currency: settlement.currency,
    period: period.start === null ? null : period,
  };
}
