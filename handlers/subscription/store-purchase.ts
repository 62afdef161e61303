import { json, type Tx, type Writer } from '#db/database';
import type { Move } from '#policy/machine';
import type { VasState } from '#policy/vas';
import { leasePurchase, notePurchase, postponePurchase } from '#policy/vas';
import { requireContext } from '#runtime/context';
import type { Purchase } from './purchase.ts';
import { insertBuckets, type NewBuckets } from './store.ts';

type PurchaseMove<Action extends string> = Move<Action, VasState>;

export type NewPurchase = Omit<Purchase, 'state' | 'paymentId' | 'billId' | 'declineCode' | 'refundRule' | 'refundId' | 'appliedAt' | 'expiresAt'>;

export async function insertPurchase(tx: Tx, move: PurchaseMove<'vas.buy'>, purchase: NewPurchase): Promise<Purchase> {
  const writer = tx.writer(move.permit);
  const stored = await writer.insert<Purchase>('subscription.vas_purchase', { ...purchase, state: move.to, grants: json(purchase.grants) });
  await noteChange(writer, move, stored, null, purchase.createdAt);
  return stored;
}

/** What a transition of a purchase may change besides its state. */
export type PurchaseValues = Partial<Pick<Purchase, 'paymentId' | 'billId' | 'declineCode' | 'refundId' | 'appliedAt' | 'expiresAt'>>;

/** Stores a transition of a locked purchase; what it was leased for is done. */
export const updatePurchase = (
  tx: Tx, move: PurchaseMove<'vas.deny' | 'vas.refund'>, purchase: Purchase, values: PurchaseValues, reason: string | null, at: Date,
): Promise<Purchase> => changePurchase(tx.writer(move.permit), move, purchase, values, reason, at);

async function changePurchase(
  writer: Writer, move: PurchaseMove<string>, purchase: Purchase, values: PurchaseValues, reason: string | null, at: Date,
): Promise<Purchase> {
  const [stored] = await writer.update<Purchase>('subscription.vas_purchase', { id: purchase.id }, { ...values, state: move.to, leaseUntilMs: null, updatedAt: at });
  await noteChange(writer, move, stored!, reason, at);
  return stored!; // the row is locked by the caller
}

async function noteChange(writer: Writer, move: PurchaseMove<string>, { id }: Purchase, reason: string | null, at: Date): Promise<void> {
  const { actor } = requireContext();
  await writer.insert('subscription.vas_purchase_history', { vasPurchaseId: id, fromState: move.from, toState: move.to, trigger: move.trigger, reason, actor, at });
}

/** Applies a paid purchase: its buckets open with it. */
export async function storeApplied(
  tx: Tx, move: PurchaseMove<'vas.capture'>, purchase: Purchase, values: PurchaseValues, buckets: NewBuckets, at: Date,
): Promise<Purchase> {
  const writer = tx.writer(move.permit);
  const stored = await changePurchase(writer, move, purchase, values, null, at);
  await insertBuckets(writer, buckets, at);
  return stored;
}

/** Ends an applied purchase and closes what is left of its buckets. */
export async function storeExpired(tx: Tx, move: PurchaseMove<'vas.expire'>, purchase: Purchase, at: Date): Promise<Purchase> {
  const writer = tx.writer(move.permit);
  const stored = await changePurchase(writer, move, purchase, {}, null, at);
  await writer.sql('UPDATE subscription.bucket SET closed_at = $2 WHERE purchase_id = $1 AND closed_at IS NULL', [purchase.id, at]);
  return stored;
}

/** Keeps that the money of a captured charge has to go back, and why; the state follows when it did. */
export async function storeCaptured(tx: Tx, purchase: Purchase, values: Pick<Purchase, 'paymentId' | 'billId' | 'refundRule'>, at: Date): Promise<Purchase> {
  const [stored] = await tx.writer(notePurchase.permit(tx)).update<Purchase>('subscription.vas_purchase', { id: purchase.id }, { ...values, updatedAt: at });
  return stored!; // the row is locked by the caller
}

/** Takes the lease of one purchase that nobody works on; null when somebody does, or when it is settled. */
export async function claimPurchase(tx: Tx, id: string, tick: number, leaseMs: number): Promise<Purchase | null> {
  const [claimed] = await tx.writer(leasePurchase.permit(tx)).sql<Purchase>(
    `UPDATE subscription.vas_purchase SET lease_until_ms = $2 + $3
     WHERE id = $1 AND state = 'charging' AND (lease_until_ms IS NULL OR lease_until_ms <= $2) RETURNING *`, [id, tick, leaseMs]);
  return claimed ?? null;
}

/** Leases at most `most` purchases that are due, oldest first. */
export const claimDue = (tx: Tx, tick: number, leaseMs: number, most: number): Promise<Purchase[]> =>
  tx.writer(leasePurchase.permit(tx)).sql<Purchase>(
    `UPDATE subscription.vas_purchase p SET lease_until_ms = $1 + $2
     WHERE p.id IN (SELECT id FROM subscription.vas_purchase
       WHERE state = 'charging' AND next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms, id LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING p.*`, [tick, leaseMs, most]);

/** Gives the lease back; the next attempt is due at `nextRunMs` of machine time. */
export async function storePostponed(tx: Tx, id: string, nextRunMs: number): Promise<void> {
  await tx.writer(postponePurchase.permit(tx)).sql(
    "UPDATE subscription.vas_purchase SET lease_until_ms = NULL, next_run_ms = $2, attempts = attempts + 1 WHERE id = $1 AND state = 'charging'", [id, nextRunMs]);
}
