import type { Tx } from '#db/database';
import { record } from '#events/record';
import { pendingMachine } from '#policy/plan-change';
import { renewalMachine } from '#policy/renewal';
import { subscriptionMachine } from '#policy/subscription';
import type { Service } from '../service.ts';
import type { Outcome } from './card-charge.ts';
import { periodOf, renewalEvent } from './due.ts';
import { lineEvent, periodEvent } from './event.ts';
import { endPurchase } from './expiry.ts';
import type { Line } from './line.ts';
import { changeEvent, moveEvent, pendingOf, planFacts, type PendingChange } from './pending-change.ts';
import { boundaryFrom } from './period.ts';
import type { Purchase } from './purchase.ts';
import type { Renewal } from './renewal.ts';
import { nextIds, nothingPending } from './store.ts';
import { noteEnded } from './store-pending.ts';
import { storeCaptured, storePeriod, type RenewedLine } from './store-renewal.ts';

/**
 * Opens the period a captured renewal has paid for, in the transaction of the caller, who holds the line
 * lock: plan buckets replaced, the change it was charged for applied, the line active (DOMAIN §5 F3.3, F2.2).
 */
export async function startPeriod(tx: Tx, service: Service, line: Line, renewal: Renewal, { paymentId, billId }: Outcome): Promise<Renewal> {
  const now = service.clock.now();
  const period = periodOf(service, line, renewal);
  const capture = renewalMachine.move(tx, renewal.state, 'capture', undefined);
  const captured = await storeCaptured(tx, capture, renewal, {
    paymentId, billId, declineCode: null, settledAt: now, nextRunMs: null, periodStart: period.start, periodEnd: period.end,
  }, now);
  await endTopUps(tx, line, period.start, now);
  const applied = appliedChange(line, renewal);
  const values = { ...charged(renewal), anchor: period.anchor, periodStart: period.start, periodEnd: period.end, ...pendingAfter(service, line, period, applied) };
  const move = subscriptionMachine.move(tx, line.state, 'renew', { subscriptionId: line.id, state: line.state }, { subscriptionId: line.id, customerId: line.customerId });
  const stored = await storePeriod(tx, move, line, values, {
    ids: await nextIds(tx, 'BKT', values.grants.length), grants: values.grants, subscriptionId: line.id, source: 'plan', offeringId: values.offeringId,
    purchaseId: null, expiresAt: period.end,
  }, now);
  const change = { from: move.from, to: move.to, trigger: move.trigger };
  record(tx, 'subscription.renewed', line.id, { ...renewalEvent(stored, captured), ...periodEvent(stored), ...change, reason: null });
  if (line.state === 'blocked') record(tx, 'subscription.unblocked', line.id, { ...lineEvent(stored), ...change, reason: line.blockReason });
  if (applied) await tellApplied(tx, line, stored, applied, now);
  return captured;
}

/** What the line is from now on: as it was charged (CHECK renewal_charges_something). */
const charged = (renewal: Renewal): Pick<RenewedLine, 'offeringId' | 'offeringName' | 'priceId' | 'priceName' | 'priceMinor' | 'grants' | 'blockingAllowances'> => ({
  offeringId: renewal.offeringId!, offeringName: renewal.offeringName!, priceId: renewal.priceId!, priceName: renewal.priceName, priceMinor: renewal.priceMinor!,
  grants: renewal.grants!, blockingAllowances: renewal.blockingAllowances!,
});

/** Top-ups that end with the period before, or ended while the renewal was late. */
async function endTopUps(tx: Tx, line: Line, start: Date, now: Date): Promise<void> {
  const over = await tx.read<Purchase>(
    `SELECT p.* FROM subscription.vas_purchase p WHERE p.subscription_id = $1 AND p.state = 'applied' AND p.expires_at <= $2 ORDER BY p.id FOR UPDATE`,
    [line.id, start]);
  for (const purchase of over) await endPurchase(tx, line, purchase, now);
}

/** The change this renewal was charged for, as the customer or the operator had it. */
function appliedChange(line: Line, renewal: Renewal): PendingChange | null {
  if (renewal.changeKind === null) return null;
  const pending = pendingOf(line);
  const isPending = pending?.kind === renewal.changeKind && pending.priceId === renewal.priceId && pending.offeringId === renewal.offeringId;
  // An announced price may have given way to a customer's plan while it was charged: it applies all the same.
  return isPending ? pending : {
    kind: renewal.changeKind, ...charged(renewal), effectiveAt: renewal.boundary, requestedAt: renewal.createdAt, orderId: renewal.changeOrderId,
    migrationId: renewal.changeMigrationId,
  };
}

/** What still waits, and for which boundary; boundaries may have moved with the anchor. */
function pendingAfter({ config }: Service, line: Line, period: { end: Date; anchor: string }, applied: PendingChange | null): Partial<Line> {
  const pending = pendingOf(line);
  if (!pending) return {};
  if (applied && pending.kind === applied.kind && pending.priceId === applied.priceId) return nothingPending;
  return { pendingEffectiveAt: boundaryFrom(period.end, pending.effectiveAt, period.anchor, config.timezone) };
}

async function tellApplied(tx: Tx, line: Line, stored: Line, change: PendingChange, now: Date): Promise<void> {
  const move = change.kind === 'plan' ? pendingMachine.move(tx, 'scheduled', 'applyPlan', planFacts(line)) : pendingMachine.move(tx, 'scheduled', 'applyPrice', planFacts(line));
  await noteEnded(tx, move, line, change, null, now);
  record(tx, change.kind === 'plan' ? 'subscription.plan_changed' : 'subscription.price_migrated', line.id, {
    ...changeEvent(stored, change, line.offeringId), oldAmount: line.priceMinor, ...moveEvent(move, null),
  });
}
