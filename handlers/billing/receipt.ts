import type { components } from '#generated/types/billing';
import { isoTime } from '#runtime/clock';
import { NotFound } from '#runtime/errors';
import { money, toWireMoney } from '#runtime/money';
import { requireOwn } from '../resource/ownership.ts';
import { hrefOf } from '../resource/project.ts';
import { findResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { accountById } from './account.ts';
import { billDefinition, type BillRow, type RateRow } from './bill.ts';

type Receipt = components['schemas']['Receipt'];

/** Lines of one bill; a charge has at most 50 items. */
const linesMax = 100;

/**
 * A bill as its customer reads it: the lines add up to the total, each with the tax it holds.
 * @throws {NotFound} @throws {PolicyViolation} auth.customer.not_owner
 */
export async function receiptOf(service: Service, id: string): Promise<Receipt> {
  const bill = await findResource(service.db, billDefinition, id);
  if (!bill) throw new NotFound('customerBill', id);
  requireOwn(billDefinition, bill);
  const rates = await service.db.read<RateRow>('SELECT * FROM billing.applied_rate WHERE bill_id = $1 ORDER BY id LIMIT $2', [id, linesMax]);
  const account = await accountById(service.db, bill.billingAccountId);
  const wire = wireIn(bill.currency);
  return {
    id, href: hrefOf(service, billDefinition, id), '@type': 'Receipt', billNo: bill.billNo, billDate: isoTime(bill.billDate), state: bill.state,
    category: bill.category, customerId: bill.customerId, customerName: account?.name ?? null, billingAccountId: bill.billingAccountId,
    operatorName: bill.operatorName, paymentId: bill.paymentId, brand: bill.brand, last4: bill.last4, lines: rates.map((rate) => lineOf(rate)),
    total: wire(bill.amountMinor), taxExcludedTotal: wire(bill.taxExcludedMinor), tax: wire(bill.taxMinor), taxRateBp: bill.taxRateBp,
  };
}

const wireIn = (currency: string) => (minor: BillRow['amountMinor']) => toWireMoney(money(minor, currency));

function lineOf(rate: RateRow): Receipt['lines'][number] {
  const wire = wireIn(rate.currency);
  return {
    id: rate.id, description: rate.name, offeringId: rate.offeringId, priceId: rate.priceId, subscriptionId: rate.subscriptionId,
    periodStart: rate.periodStart && isoTime(rate.periodStart), periodEnd: rate.periodEnd && isoTime(rate.periodEnd),
    amount: wire(rate.amountMinor), taxExcludedAmount: wire(rate.taxExcludedMinor), tax: wire(rate.taxMinor),
  };
}
