import type { Tx } from '#db/database';
import { record } from '#events/record';
import { subscriptionMachine, unblocks } from '#policy/subscription';
import { violation, violations } from '#policy/rule';
import { stillEligible, vasMachine, vasPaymentDeclined } from '#policy/vas';
import { isoTime } from '#runtime/clock';
import { PolicyViolation } from '#runtime/errors';
import type { Service } from '../service.ts';
import { exhaustedAllowances } from './bucket.ts';
import { chargeCard, giveBack, pauseMs, type Outcome } from './card-charge.ts';
import { lineEvent } from './event.ts';
import { findLine, lockLine, type Line } from './line.ts';
import { lineFacts, lockPurchase, type Purchase } from './purchase.ts';
import { nextIds, updateLine } from './store.ts';
import { storeApplied, storeCaptured, storePostponed, updatePurchase } from './store-purchase.ts';

/**
 * Takes a leased purchase to its end (DOMAIN §5 F4.2–4.3): charge, then bucket, or money back. Every
 * step has its key, so that a repeat after a crash finds the first result.
 * @returns the settled purchase: applied or expired
 * @throws {PolicyViolation} subscription.vas.payment_declined, or the rule for which the money went back
 * @throws {Unavailable | RemoteError} payment does not answer now; the purchase is tried again later
 */
export async function settlePurchase(service: Service, purchase: Purchase): Promise<Purchase> {
  try {
    return await refusedOrSettled(service, await settle(service, purchase));
  } catch (error) {
    // What payment did not settle may end differently next time; a verdict of ours does not.
    if (!(error instanceof PolicyViolation)) await postpone(service, purchase);
    throw error;
  }
}

async function settle(service: Service, purchase: Purchase): Promise<Purchase> {
  if (purchase.state !== 'charging') return purchase;
  const charged = purchase.refundRule === null ? await takeOutcome(service, purchase, await charge(service, purchase)) : purchase;
  return charged.state === 'charging' ? returnMoney(service, charged) : charged;
}

async function refusedOrSettled(service: Service, purchase: Purchase): Promise<Purchase> {
  const { id, subscriptionId, customerId, paymentId, declineCode } = purchase;
  if (purchase.state === 'declined') throw violation(vasPaymentDeclined, { subscriptionId, customerId, purchaseId: id, paymentId, declineCode, declined: true });
  if (purchase.state !== 'refunded') return purchase;
  const rule = stillEligible.find((one) => one.code === purchase.refundRule);
  const line = await findLine(service.db, subscriptionId);
  if (!rule || !line) throw new Error(`purchase ${id} was given back for ${purchase.refundRule}, which is no rule of top-ups`);
  throw violation(rule, lineFacts(line, service.clock.now()));
}

const postpone = (service: Service, { id, attempts }: Purchase): Promise<void> =>
  service.db.tx((tx) => storePostponed(tx, id, service.clock.tick() + pauseMs(service, attempts)));

const charge = (service: Service, { id, customerId, subscriptionId, offeringName, priceMinor, currency, paymentMethodId }: Purchase): Promise<Outcome> =>
  chargeCard(service, {
    key: id, customerId, subscriptionId, purpose: 'vas', description: offeringName, amountMinor: priceMinor, currency, paymentMethodId,
  });

/** T(subscription) under the line lock; another worker may have been faster. */
const takeOutcome = (service: Service, purchase: Purchase, outcome: Outcome): Promise<Purchase> =>
  service.db.tx(async (tx) => {
    const line = await lockLine(tx, purchase.subscriptionId);
    const current = await lockPurchase(tx, purchase.id);
    if (!line || !current) throw new Error(`purchase ${purchase.id} or its line is gone`);
    if (current.state !== 'charging') return current;
    const now = service.clock.now();
    if (!outcome.captured) return decline(tx, line, current, outcome, now);
    const [refusal] = violations(stillEligible, lineFacts(line, now));
    if (refusal) return storeCaptured(tx, current, { paymentId: outcome.paymentId, billId: outcome.billId, refundRule: refusal.rule }, now);
    return apply(tx, line, current, outcome, now);
  });

async function decline(tx: Tx, line: Line, purchase: Purchase, { paymentId, declineCode }: Outcome, now: Date): Promise<Purchase> {
  const move = vasMachine.move(tx, purchase.state, 'deny', lineFacts(line, now));
  const stored = await updatePurchase(tx, move, purchase, { paymentId, declineCode }, declineCode, now);
  record(tx, 'subscription.vas_declined', line.id, { ...purchaseEvent(line, stored), declineCode, from: move.from, to: move.to, trigger: move.trigger, reason: declineCode });
  return stored;
}

async function apply(tx: Tx, line: Line, purchase: Purchase, { paymentId, billId }: Outcome, now: Date): Promise<Purchase> {
  const move = vasMachine.move(tx, purchase.state, 'capture', lineFacts(line, now));
  const expiresAt = purchase.durationHours === null ? line.periodEnd! : new Date(now.getTime() + purchase.durationHours * 3_600_000); // an eligible line has a period
  const stored = await storeApplied(tx, move, purchase, { paymentId, billId, appliedAt: now, expiresAt }, {
    ids: await nextIds(tx, 'BKT', purchase.grants.length), grants: purchase.grants, subscriptionId: line.id, source: 'vas',
    offeringId: purchase.offeringId, purchaseId: purchase.id, expiresAt,
  }, now);
  record(tx, 'subscription.vas_purchased', line.id, {
    ...purchaseEvent(line, stored), grants: stored.grants, expiresAt: isoTime(expiresAt), from: move.from, to: move.to, trigger: move.trigger, reason: null,
  });
  await bringBack(tx, line, now);
  return stored;
}

/** A line that only ran out works again once every blocking allowance has something left (DOMAIN §4, F6). */
async function bringBack(tx: Tx, line: Line, now: Date): Promise<void> {
  const { state, blockReason, periodEnd } = line;
  if (state !== 'blocked' || !unblocks({ state, blockReason, periodEnd, now, exhausted: await exhaustedAllowances(tx, line, now) })) return;
  const move = subscriptionMachine.move(tx, state, 'topUp', { subscriptionId: line.id, state });
  const stored = await updateLine(tx, move, line, { blockReason: null }, 'topped up', now);
  record(tx, 'subscription.unblocked', line.id, { ...lineEvent(stored), from: move.from, to: move.to, trigger: move.trigger, reason: blockReason });
}

/** F10: the money of a purchase that came too late for its line. */
async function returnMoney(service: Service, purchase: Purchase): Promise<Purchase> {
  const { id, customerId, paymentId, priceMinor, currency } = purchase;
  const reason = `Top-up ${id} came too late for its line.`;
  const refundId = paymentId === null ? null : await giveBack(service, { key: `${id}:refund`, customerId, paymentId, amountMinor: priceMinor, currency, reason });
  return service.db.tx(async (tx) => {
    const line = await lockLine(tx, purchase.subscriptionId);
    const current = await lockPurchase(tx, id);
    if (!line || !current) throw new Error(`purchase ${id} or its line is gone`);
    if (current.state !== 'charging') return current;
    const now = service.clock.now();
    const move = vasMachine.move(tx, current.state, 'refund', lineFacts(line, now));
    const stored = await updatePurchase(tx, move, current, { refundId }, current.refundRule, now);
    record(tx, 'subscription.vas_refunded', line.id, {
      ...purchaseEvent(line, stored), refundId, rule: current.refundRule, from: move.from, to: move.to, trigger: move.trigger, reason: current.refundRule,
    });
    return stored;
  });
}

const purchaseEvent = (line: Line, purchase: Purchase): Readonly<Record<string, unknown>> => ({
  ...lineEvent(line), purchaseId: purchase.id, vasOfferingId: purchase.offeringId, paymentId: purchase.paymentId, billId: purchase.billId,
  amount: purchase.priceMinor, currency: purchase.currency,
});
