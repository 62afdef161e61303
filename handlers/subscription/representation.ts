import type { components } from '#generated/types/subscription';
import { isoTime } from '#runtime/clock';
import { toWireMoney } from '#runtime/money';
import type { Service } from '../service.ts';
import { balancesOf, wireBucket, type Bucket } from './bucket.ts';
import type { Line, LineChange } from './line.ts';
import type { Purchase } from './purchase.ts';

type Schemas = components['schemas'];

const collection = '/bss-api/subscription/v1/subscription';

export const collectionHref = (service: Service): string => service.href(collection);
export const hrefOf = (service: Service, id: string, part = ''): string => service.href(`${collection}/${id}${part}`);

const time = (at: Date | null): string | null => at && isoTime(at);

/** A price as it stood when it was agreed. */
const priceOf = ({ priceId, priceName, priceMinor, currency }: Pick<Line, 'priceId' | 'priceName' | 'priceMinor' | 'currency'>): Schemas['Price'] => ({
  priceId, ...(priceName === null ? {} : { name: priceName }), amount: toWireMoney({ amountMinor: priceMinor, currency }),
});

export const wireLine = (service: Service, line: Line, buckets: readonly Bucket[]): Schemas['Subscription'] => ({
  id: line.id, href: hrefOf(service, line.id), '@type': 'Subscription', customerId: line.customerId, offeringId: line.offeringId,
  offeringName: line.offeringName, orderId: line.orderId, msisdn: line.msisdn, iccid: line.iccid, state: line.state, blockReason: line.blockReason,
  price: priceOf(line), periodStart: time(line.periodStart), periodEnd: time(line.periodEnd), anchor: line.anchor,
  blockingAllowances: [...line.blockingAllowances], balances: balancesOf(line, buckets), activationPaymentId: line.activationPaymentId,
  activationBillId: line.activationBillId, createdAt: isoTime(line.createdAt), activatedAt: time(line.activatedAt), terminatedAt: time(line.terminatedAt),
  terminationReason: line.terminationReason,
});

export const wireBalance = (service: Service, line: Line, buckets: readonly Bucket[]): Schemas['SubscriptionBalance'] => ({
  id: line.id, href: hrefOf(service, line.id, '/balance'), '@type': 'SubscriptionBalance', subscriptionId: line.id, customerId: line.customerId,
  offeringId: line.offeringId, msisdn: line.msisdn, state: line.state, blockReason: line.blockReason, periodStart: time(line.periodStart),
  periodEnd: time(line.periodEnd), balances: balancesOf(line, buckets),
});

export const wireChange = (service: Service, line: Line, change: LineChange): Schemas['SubscriptionHistory'] => ({
  id: String(change.id), href: hrefOf(service, line.id, '/history'), '@type': 'SubscriptionHistory', subscriptionId: line.id, customerId: line.customerId,
  at: isoTime(change.at), from: change.fromState, to: change.toState, trigger: change.trigger, reason: change.reason, blockReason: change.blockReason,
  actor: change.actor, channel: change.channel,
});

/** A purchase with the line as it is now. */
export const wirePurchase = (
  service: Service, purchase: Purchase, granted: readonly Bucket[], line: Line, buckets: readonly Bucket[],
): Schemas['VasPurchase'] => ({
  id: purchase.id, href: hrefOf(service, line.id, '/balance'), '@type': 'VasPurchase', subscriptionId: line.id, customerId: purchase.customerId,
  offeringId: purchase.offeringId, state: purchase.state, price: priceOf(purchase), paymentId: purchase.paymentId, billId: purchase.billId,
  buckets: granted.map(wireBucket), subscription: wireLine(service, line, buckets), createdAt: isoTime(purchase.createdAt),
  appliedAt: time(purchase.appliedAt), expiresAt: time(purchase.expiresAt),
});
