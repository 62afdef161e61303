import type { Database, Tx } from '#db/database';
import { record } from '#events/record';
import type { components } from '#generated/types/subscription';
import { pendingMachine, planChangeNonePending } from '#policy/plan-change';
import { renewInProgress } from '#policy/renewal';
import { enforce } from '#policy/rule';
import { requireContext } from '#runtime/context';
import { BadRequest, NotFound, RemoteError } from '#runtime/errors';
import type { IncomingHeaders } from '#runtime/handler';
import { requireMatch } from '../resource/etag.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Service } from '../service.ts';
import { findLine, lockLine, type Line } from './line.ts';
import { schedulePrice } from './migration-slice.ts';
import { cancelMove, changeEvent, moveEvent, pendingOf, pendingState, planFacts, type PendingChange } from './pending-change.ts';
import { nextBoundary } from './period.ts';
import type { PriceMigration } from './price-migration.ts';
import { inFlight, renewalFacts, type Renewal } from './renewal.ts';
import { requestKey } from './request-key.ts';
import { storeCancelled, storeScheduled } from './store-pending.ts';
import { amountOf, fetchTariff, grantsOf, type Tariff } from './tariff.ts';

export type Wish = components['schemas']['PlanChangeCreate'];

/**
 * Keeps another plan for the next boundary, at the price it has now (DOMAIN §5 F2.1). The same order,
 * and the same caller with the same key, find their change again, applied or not.
 * @returns the line
 * @throws {PolicyViolation} subscription.plan_change.*, reference.id.unknown, auth.customer.not_owner
 * @throws {BadRequest} an order or the price it agreed on is named by somebody who carries none out
 */
export async function schedulePlanChange(service: Service, lineId: string, wish: Wish, headers: IncomingHeaders): Promise<Line> {
  const line = await requireLine(service, lineId);
  if ((wish.orderId ?? wish.price) !== undefined && requireContext().role !== 'system') throw new BadRequest('orderId and price are set by product orders; leave them out.');
  const key = requestKey(`plan:${lineId}`);
  if (await isAskedBefore(service.db, lineId, wish.orderId ?? null, key)) return line;
  requireMatch(headers, line);
  const tariff = await tariffOf(service, wish.offeringId);
  return service.db.tx(async (tx) => {
    const current = await lockLine(tx, lineId);
    if (!current) throw new NotFound('subscription', lineId);
    if (await isAskedBefore(tx, lineId, wish.orderId ?? null, key)) return current;
    return schedule(tx, service, current, wish, tariff, key);
  });
}

async function requireLine(service: Service, id: string): Promise<Line> {
  const line = await findLine(service.db, id);
  if (!line) throw new NotFound('subscription', id);
  requireOwner('subscription', id, line.customerId);
  return line;
}

/** An order names one line, so a change of it is never asked for twice. */
async function isAskedBefore(reader: Pick<Database, 'one'>, lineId: string, orderId: string | null, key: string | null): Promise<boolean> {
  if (orderId === null && key === null) return false;
  const row = await reader.one(
    `SELECT 1 AS one FROM subscription.pending_change_history
     WHERE to_state = 'scheduled' AND ((order_id = $1 AND subscription_id = $2) OR request_key = $3) LIMIT 1`, [orderId, lineId, key]);
  return row !== null;
}

/** Null for an offering that has no price now: it is not on sale, and there is nothing to agree on. */
async function tariffOf(service: Service, offeringId: string): Promise<Tariff | null> {
  try {
    return await fetchTariff(service, offeringId, service.clock.now(), 'catalog.list_active_offerings');
  } catch (error) {
    if (error instanceof RemoteError && error.rule === 'catalog.price.none_in_force') return null;
    throw error;
  }
}

async function schedule(tx: Tx, service: Service, line: Line, { offeringId, orderId, price: agreed }: Wish, tariff: Tariff | null, key: string | null): Promise<Line> {
  const now = service.clock.now();
  const facts = {
    ...planFacts(line), offeringId, category: tariff?.category ?? null, lifecycleStatus: tariff?.lifecycleStatus ?? null, sellable: tariff?.sellable ?? false,
  };
  const move = pendingMachine.move(tx, pendingState(line), 'choosePlan', facts, { subscriptionId: line.id, customerId: line.customerId });
  if (!tariff) throw new Error(`${offeringId} has no price and passed the rules of a plan change`);
  const price = agreed ?? tariff.price;
  const change: PendingChange = {
    kind: 'plan', offeringId: tariff.id, offeringName: tariff.name, priceId: price.priceId, priceName: price.name ?? null,
    priceMinor: amountOf(service, price.amount).amountMinor, grants: grantsOf(tariff), blockingAllowances: tariff.blockingAllowances,
    effectiveAt: boundaryFor(service, line, await inFlight(tx, line.id), now), requestedAt: now, orderId: orderId ?? null, migrationId: null,
  };
  const replaced = pendingOf(line);
  const stored = await storeScheduled(tx, move, line, change, key, now);
  record(tx, 'subscription.plan_change_scheduled', line.id, {
    ...changeEvent(stored, change, line.offeringId), ...(replaced ? { replacedMigrationId: replaced.migrationId } : {}), ...moveEvent(move, null),
  });
  return stored;
}

/** The next boundary; behind a period that is being charged already, and at once where only a paid renewal is missing. */
function boundaryFor({ config }: Service, line: Line, renewal: Renewal | null, now: Date): Date {
  const { periodEnd, anchor, blockReason } = line;
  if (!periodEnd || !anchor) throw new Error(`line ${line.id} is live and has no period`);
  if (renewal) return nextBoundary(renewal.boundary, anchor, config.timezone);
  return blockReason === 'payment_failed' && periodEnd < now ? now : periodEnd;
}

/**
 * Drops the plan that is pending; the line keeps what it has. An announced price stays, as it is the operator's, and one that had
 * given way to the plan comes back.
 * @param orderId only when the change is of this order
 * @throws {PolicyViolation} subscription.plan_change.none_pending, subscription.renew.in_progress, auth.customer.not_owner
 */
export async function cancelPlanChange(service: Service, lineId: string, orderId: string | undefined, headers: IncomingHeaders): Promise<void> {
  requireMatch(headers, await requireLine(service, lineId));
  await service.db.tx(async (tx) => {
    const line = await lockLine(tx, lineId);
    if (!line) throw new NotFound('subscription', lineId);
    const change = pendingOf(line);
    const facts = planFacts(line);
    const isAnothers = orderId !== undefined && change?.orderId !== orderId;
    enforce([planChangeNonePending], isAnothers ? { ...facts, pendingKind: null } : facts);
    const now = service.clock.now();
    const renewal = await inFlight(tx, lineId);
    // What is being charged is this very plan: whether it was paid is not known yet.
    enforce([renewInProgress], { ...renewalFacts(line, now), chargingId: renewal?.changeKind === 'plan' ? renewal.id : null });
    const move = cancelMove(tx, line);
    const stored = await storeCancelled(tx, move, line, change!, null, now); // a kind was pending
    record(tx, 'subscription.plan_change_cancelled', lineId, { ...changeEvent(stored, change!, line.offeringId), ...moveEvent(move, null) });
    const migration = await givenWay(tx, stored);
    if (migration) await schedulePrice(tx, service, migration, stored, now);
  });
}

/** The price that was announced to a line and gave way to a plan which is not to be any more: without it a change of mind would keep the old price. */
const givenWay = (tx: Tx, line: Line): Promise<PriceMigration | null> =>
  tx.one<PriceMigration>(
    `SELECT m.* FROM subscription.price_migration m
     JOIN LATERAL (SELECT migration_id, to_state FROM subscription.pending_change_history WHERE subscription_id = $1 AND kind = 'price' ORDER BY id DESC LIMIT 1) last
       ON last.migration_id = m.id AND last.to_state = 'scheduled'
     WHERE m.offering_id = $2 AND m.price_id <> $3`, [line.id, line.offeringId, line.priceId]);
