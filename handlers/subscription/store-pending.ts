import { json, type Tx, type Writer } from '#db/database';
import { requireContext } from '#runtime/context';
import type { Line } from './line.ts';
import type { PendingChange, PendingMove } from './pending-change.ts';
import { nothingPending } from './store.ts';

/** Keeps a change for its boundary on a locked line; what was pending before gives way. */
export async function storeScheduled(
  tx: Tx, move: PendingMove<'pending_change.choosePlan' | 'pending_change.migratePrice'>, line: Line, change: PendingChange, requestKey: string | null, at: Date,
): Promise<Line> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<Line>('subscription.subscription', { id: line.id }, {
    pendingKind: change.kind, pendingOfferingId: change.offeringId, pendingOfferingName: change.offeringName, pendingPriceId: change.priceId,
    pendingPriceName: change.priceName, pendingPriceMinor: change.priceMinor, pendingGrants: json(change.grants),
    pendingBlockingAllowances: change.blockingAllowances, pendingEffectiveAt: change.effectiveAt, pendingRequestedAt: change.requestedAt,
    pendingOrderId: change.orderId, pendingMigrationId: change.migrationId, rev: line.rev + 1, updatedAt: at,
  });
  await noteChange(writer, move, line, change, null, at, requestKey);
  return stored!; // the row is locked by the caller
}

/** Drops what is pending on a locked line. */
export async function storeCancelled(tx: Tx, move: PendingMove<'pending_change.cancel'>, line: Line, change: PendingChange, reason: string | null, at: Date): Promise<Line> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<Line>('subscription.subscription', { id: line.id }, { ...nothingPending, rev: line.rev + 1, updatedAt: at });
  await noteChange(writer, move, line, change, reason, at);
  return stored!; // the row is locked by the caller
}

/** Notes how a change ended whose line is stored by the caller's own transition: applied by its renewal, dropped with its line. */
export const noteEnded = (
  tx: Tx, move: PendingMove<'pending_change.applyPlan' | 'pending_change.applyPrice' | 'pending_change.cancel'>, line: Line, change: PendingChange,
  reason: string | null, at: Date,
): Promise<void> => noteChange(tx.writer(move.permit), move, line, change, reason, at);

async function noteChange(
  writer: Writer, move: PendingMove<string>, line: Line, change: PendingChange, reason: string | null, at: Date, requestKey: string | null = null,
): Promise<void> {
  const { kind, offeringId, priceId, priceMinor, effectiveAt, orderId, migrationId } = change;
  await writer.insert('subscription.pending_change_history', {
    subscriptionId: line.id, fromState: move.from, toState: move.to, trigger: move.trigger, reason, kind, offeringId, priceId, priceMinor, effectiveAt,
    orderId, migrationId, requestKey, actor: requireContext().actor, at,
  });
}
