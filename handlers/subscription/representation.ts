import type { components } from '#generated/types/subscription';
import { isoTime } from '#runtime/clock';
import { toWireMoney } from '#runtime/money';
import type { Service } from '../service.ts';
import { balancesOf, wireBucket, type Bucket } from './bucket.ts';
import type { Line, LineChange } from './line.ts';
import { pendingOf } from './pending-change.ts';
import type { MigrationLine, PriceMigration } from './price-migration.ts';
import type { Purchase } from './purchase.ts';
import type { Renewal } from './renewal.ts';

type Schemas = components['schemas'];

const collection = '/bss-api/subscription/v1/subscription';

export const collectionHref = (service: Service): string => service.href(collection);
export const hrefOf = (service: Service, id: string, part = ''): string => service.href(`${collection}/${id}${part}`);

const time = (at: Date | null): string | null => at && isoTime(at);

/** A price as it stood when it was agreed. */
const priceOf = ({ priceId, priceName, priceMinor, currency }: Pick<Line, 'priceId' | 'priceName' | 'priceMinor' | 'currency'>): Schemas['Price'] => ({
  priceId, ...(priceName === null ? {} : { name: priceName }), amount: toWireMoney({ amountMinor: priceMinor, currency }),
});

/** @param newest the newest renewal of the line; null before its first boundary */
export const wireLine = (service: Service, line: Line, buckets: readonly Bucket[], newest: Renewal | null): Schemas['Subscription'] => ({
  id: line.id, href: hrefOf(service, line.id), '@type': 'Subscription', customerId: line.customerId, offeringId: line.offeringId,
  offeringName: line.offeringName, orderId: line.orderId, msisdn: line.msisdn, iccid: line.iccid, state: line.state, blockReason: line.blockReason,
  price: priceOf(line), periodStart: time(line.periodStart), periodEnd: time(line.periodEnd), anchor: line.anchor,
  blockingAllowances: [...line.blockingAllowances], balances: balancesOf(line, buckets), activationPaymentId: line.activationPaymentId,
  activationBillId: line.activationBillId, createdAt: isoTime(line.createdAt), activatedAt: time(line.activatedAt), terminatedAt: time(line.terminatedAt),
  terminationReason: line.terminationReason, pendingChange: wirePending(line), lastRenewal: newest && wireNewest(newest),
});

function wirePending(line: Line): Schemas['PendingChange'] | null {
  const pending = pendingOf(line);
  return pending && {
    kind: pending.kind, offeringId: pending.offeringId, offeringName: pending.offeringName, price: priceOf({ ...pending, currency: line.currency }),
    effectiveAt: isoTime(pending.effectiveAt), requestedAt: isoTime(pending.requestedAt), orderId: pending.orderId, migrationId: pending.migrationId,
  };
}

const wireNewest = ({ id, boundary, attempt, state, declineCode }: Renewal): Schemas['LastRenewal'] =>
  ({ id, boundary: isoTime(boundary), attempt, state, declineCode });

export const wireRenewal = (service: Service, renewal: Renewal): Schemas['Renewal'] => ({
  id: renewal.id, href: hrefOf(service, renewal.subscriptionId, '/renewal'), '@type': 'Renewal', subscriptionId: renewal.subscriptionId,
  customerId: renewal.customerId, boundary: isoTime(renewal.boundary), attempt: renewal.attempt, state: renewal.state, offeringId: renewal.offeringId,
  ...chargedPrice(renewal), periodStart: time(renewal.periodStart), periodEnd: time(renewal.periodEnd), paymentId: renewal.paymentId, billId: renewal.billId,
  declineCode: renewal.declineCode, skipReason: renewal.skipReason, refundId: renewal.refundId, delayedAt: time(renewal.delayedAt),
  createdAt: isoTime(renewal.createdAt), settledAt: time(renewal.settledAt),
});

const chargedPrice = ({ priceId, priceName, priceMinor, currency }: Renewal): Pick<Schemas['Renewal'], 'price'> =>
  (priceId === null || priceMinor === null || currency === null ? {} : { price: priceOf({ priceId, priceName, priceMinor, currency }) });

const migrations = '/bss-api/subscription/v1/priceMigration';

export const migrationHref = (service: Service, id?: string, part = ''): string => service.href(id === undefined ? migrations : `${migrations}/${id}${part}`);

export const wireMigration = (service: Service, migration: PriceMigration): Schemas['PriceMigration'] => ({
  id: migration.id, href: migrationHref(service, migration.id), '@type': 'PriceMigration', offeringId: migration.offeringId, price: priceOf(migration),
  effectiveFrom: isoTime(migration.effectiveFrom), noticeDays: migration.noticeDays, state: migration.state, scheduled: migration.scheduled,
  skipped: migration.skipped, initiatedBy: migration.initiatedBy, createdAt: isoTime(migration.createdAt), completedAt: time(migration.completedAt),
});

export const wireMigrationLine = (service: Service, line: MigrationLine): Schemas['PriceMigrationLine'] => ({
  id: line.subscriptionId, href: hrefOf(service, line.subscriptionId), '@type': 'PriceMigrationLine', migrationId: line.migrationId,
  subscriptionId: line.subscriptionId, customerId: line.customerId, outcome: line.outcome, reason: line.reason, effectiveAt: time(line.effectiveAt),
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
  service: Service, purchase: Purchase, granted: readonly Bucket[], subscription: Schemas['Subscription'],
): Schemas['VasPurchase'] => ({
  id: purchase.id, href: hrefOf(service, purchase.subscriptionId, '/balance'), '@type': 'VasPurchase', subscriptionId: purchase.subscriptionId, customerId: purchase.customerId,
  offeringId: purchase.offeringId, state: purchase.state, price: priceOf(purchase), paymentId: purchase.paymentId, billId: purchase.billId,
  buckets: granted.map(wireBucket), subscription, createdAt: isoTime(purchase.createdAt),
  appliedAt: time(purchase.appliedAt), expiresAt: time(purchase.expiresAt),
});
