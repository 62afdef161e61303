import type { Tx } from '#db/database';
import { record } from '#events/record';
import { renewalMachine, type SkipReason } from '#policy/renewal';
import { isoTime } from '#runtime/clock';
import { originOf } from '#runtime/origin';
import type { Service } from '../service.ts';
import { lineEvent } from './event.ts';
import { leaseMs } from './lease.ts';
import type { Line } from './line.ts';
import { pendingOf, type PendingChange } from './pending-change.ts';
import { anchorOf, boundariesUntil, nextBoundary } from './period.ts';
import { lockBoundary, type Renewal } from './renewal.ts';
import { nextIds } from './store.ts';
import { insertRenewal, storeClaimed, storeRenewal, type Snapshot } from './store-renewal.ts';

/** What every event of a renewal tells (DOMAIN §7). */
export const renewalEvent = (line: Line, renewal: Renewal): Readonly<Record<string, unknown>> => ({
  ...lineEvent(line), renewalId: renewal.id, boundary: isoTime(renewal.boundary), attempt: renewal.attempt, paymentId: renewal.paymentId,
  billId: renewal.billId, amount: renewal.priceMinor ?? line.priceMinor, currency: line.currency,
});

/**
 * Writes down every boundary a locked line has met; of several the newest alone is to be charged
 * (DOMAIN §5 F3.6).
 * @returns the renewal of the newest boundary, due
 */
export async function fallDue(tx: Tx, service: Service, line: Line): Promise<Renewal> {
  const { periodEnd, anchor } = line;
  const now = service.clock.now();
  if (!periodEnd || !anchor || periodEnd > now) throw new Error(`line ${line.id} has met no boundary`);
  const boundaries = boundariesUntil(periodEnd, now, anchor, service.config.timezone);
  for (const missed of boundaries.slice(0, -1)) await skip(tx, line, await renewalAt(tx, service, line, missed), 'newer_boundary', now);
  return renewalAt(tx, service, line, boundaries.at(-1)!); // the end of the period is one of them
}

async function renewalAt(tx: Tx, service: Service, line: Line, boundary: Date): Promise<Renewal> {
  const known = await lockBoundary(tx, line.id, boundary);
  if (known) return known;
  const [id] = await nextIds(tx, 'REN', 1);
  const move = renewalMachine.move(tx, null, 'fallDue', undefined, { renewalId: id, subscriptionId: line.id });
  return insertRenewal(tx, move, {
    id: id!, subscriptionId: line.id, customerId: line.customerId, boundary, ...originOf(), nextRunMs: service.clock.tick(), // one id was asked for
  }, service.clock.now());
}

/** Leaves a boundary uncharged; one that is settled stays as it is. */
export async function skip(tx: Tx, line: Line, renewal: Renewal, reason: SkipReason, now: Date): Promise<void> {
  if (renewal.state !== 'due') return;
  const move = renewalMachine.move(tx, renewal.state, 'skip', undefined, { renewalId: renewal.id, subscriptionId: line.id });
  // A charge that came through after all is given back by the worker.
  const nextRunMs = isRefundable(renewal) ? renewal.nextRunMs : null;
  const stored = await storeRenewal(tx, move, renewal, { skipReason: reason, settledAt: now, nextRunMs }, reason, now);
  record(tx, 'subscription.renewal_skipped', line.id, { ...renewalEvent(line, stored), from: move.from, to: move.to, trigger: move.trigger, reason });
}

/** Money was taken for it and has not gone back. */
export const isRefundable = ({ paymentId, billId, refundId }: Renewal): boolean => paymentId !== null && billId !== null && refundId === null;

/** Takes a due renewal of a locked line to charge it now. What an attempt once began to charge, it charges. */
export function claim(tx: Tx, service: Service, line: Line, renewal: Renewal, requestKey: string | null): Promise<Renewal> {
  const move = renewalMachine.move(tx, renewal.state, 'claim', undefined, { renewalId: renewal.id, subscriptionId: line.id });
  const tick = service.clock.tick();
  const snapshot = renewal.offeringId === null ? snapshotOf(service, line, renewal) : renewal;
  const { offeringId, offeringName, priceId, priceName, priceMinor, currency, grants, blockingAllowances, changeKind, changeOrderId, changeMigrationId } = snapshot;
  const { periodStart, periodEnd } = snapshot;
  return storeClaimed(tx, move, renewal, {
    offeringId, offeringName, priceId, priceName, priceMinor, currency, grants, blockingAllowances, changeKind, changeOrderId, changeMigrationId, periodStart, periodEnd,
  }, { nextRunMs: tick, leaseUntilMs: tick + leaseMs(service), ...(requestKey === null ? {} : { requestKey }) }, service.clock.now());
}

/** From the boundary, or, once it was declined, from now on: then the anchor moves along (DOMAIN §5 F3.5). */
export function periodOf(service: Service, line: Line, renewal: Renewal): { start: Date; end: Date; anchor: string } {
  const { timezone } = service.config;
  const isOnTime = renewal.attempt === 1 && line.anchor !== null;
  const start = isOnTime ? renewal.boundary : service.clock.now();
  const anchor = isOnTime ? line.anchor : anchorOf(start, timezone);
  return { start, end: nextBoundary(start, anchor, timezone), anchor };
}

/** The change a period that begins at `start` brings; null = none is due by then. */
export function changeAt(line: Line, start: Date): PendingChange | null {
  const pending = pendingOf(line);
  return pending && pending.effectiveAt <= start ? pending : null;
}

function snapshotOf(service: Service, line: Line, renewal: Renewal): Snapshot {
  const { start, end } = periodOf(service, line, renewal);
  const change = changeAt(line, start);
  const { offeringId, offeringName, priceId, priceName, priceMinor, grants, blockingAllowances } = change ?? line;
  return {
    offeringId, offeringName, priceId, priceName, priceMinor, currency: line.currency, grants, blockingAllowances, changeKind: change?.kind ?? null,
    changeOrderId: change?.orderId ?? null, changeMigrationId: change?.migrationId ?? null, periodStart: start, periodEnd: end,
  };
}
