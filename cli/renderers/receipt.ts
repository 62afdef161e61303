import type { components as Subscription } from '#generated/types/subscription';
import type { components as Billing } from '#generated/types/billing';
import { card } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean } from './text.ts';
import { cardText, dateText, minuteText, moneyText } from './values.ts';

export type Receipt = Billing['schemas']['Receipt'];
export type VasPurchase = Subscription['schemas']['VasPurchase'];
export type Renewal = Subscription['schemas']['Renewal'];

/** `VAS_DATA_1GB   SGD 3.00   Visa **4242   2026-11-22 09:15   BILL-004 settled`. */
export function renderReceipt(receipt: Receipt, look: Look): string {
  const rows = receipt.lines.map((line) => [
    clean(line.offeringId ?? line.description), moneyText(line.amount), cardText(receipt.brand, receipt.last4),
    minuteText(receipt.billDate), `${clean(receipt.id)} ${stateText(receipt.state, look)}`,
  ].join('   '));
  const tax = `tax ${moneyText(receipt.tax)} of ${moneyText(receipt.total)} (${receipt.taxRateBp / 100} %)   ${clean(receipt.operatorName)}`;
  return card({
    title: 'Receipt',
    marks: [clean(receipt.paymentId ?? receipt.billNo), receipt.category === 'creditNote' ? 'credit note' : stateText('captured', look)],
    lines: [...rows, tax],
  }, look);
}

/** A top-up as its buyer sees it: what it cost and where the receipt is. */
export function renderVasPurchase(purchase: VasPurchase, look: Look): string {
  const expiry = purchase.expiresAt ? `until ${minuteText(purchase.expiresAt)}` : '';
  const facts = [clean(purchase.offeringId), moneyText(purchase.price.amount), purchase.paymentId ?? '', purchase.billId ?? '', expiry];
  return card({
    title: 'Top-up',
    marks: [clean(purchase.id), stateText(purchase.state, look)],
    lines: [facts.filter(Boolean).map((fact) => clean(fact)).join('   '), `${clean(purchase.subscriptionId)} is ${stateText(purchase.subscription.state, look)}`],
  }, look);
}

/** A renewal: what the period cost and how long it lasts. */
export function renderRenewal(renewal: Renewal, look: Look): string {
  const { offeringId, price, paymentId, billId, periodStart, periodEnd, declineCode } = renewal;
  const period = periodStart && periodEnd ? `${dateText(periodStart)} to ${dateText(periodEnd)}` : '';
  const facts = [offeringId, price && moneyText(price.amount), paymentId, billId, period, declineCode && `declined: ${declineCode}`];
  return card({
    title: 'Renewal',
    marks: [clean(renewal.id), stateText(renewal.state, look)],
    lines: [
      facts.filter((fact) => typeof fact === 'string' && fact !== '').map((fact) => clean(String(fact))).join('   '),
      ...(renewal.subscription ? [`${clean(renewal.subscriptionId)} is ${stateText(renewal.subscription.state, look)}`] : []),
    ],
  }, look);
}
