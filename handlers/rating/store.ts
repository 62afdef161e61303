import type { Tx } from '#db/database';
import { leaseRating, postponeRating } from '#policy/rating';
import type { Permit } from '#runtime/permit';
import type { Allowance } from '#runtime/quantity';
import type { RatedUsage } from './rated-usage.ts';

export type NewUse = Omit<RatedUsage, 'state' | 'allowance' | 'rule' | 'ratedAt' | 'attempts' | 'leaseUntilMs'>;

/**
 * Keeps a use that is to be rated.
 * @returns null when this round of it, or a later one, is here already
 */
export async function queueRating(tx: Tx, permit: Permit<'usage.queue'>, use: NewUse): Promise<RatedUsage | null> {
  const [row] = await tx.writer(permit).sql<RatedUsage>(
    `INSERT INTO rating.rated_usage (usage_id, state, subscription_id, customer_id, msisdn, offering_id, event_type, roaming, quantity, unit,
       held_allowances, recycle_count, event_time, actor, channel, traceparent, attempts, next_run_ms)
     VALUES ($1, 'pending', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16)
     ON CONFLICT (usage_id) DO UPDATE SET state = 'pending', subscription_id = excluded.subscription_id, customer_id = excluded.customer_id,
       msisdn = excluded.msisdn, offering_id = excluded.offering_id, event_type = excluded.event_type, roaming = excluded.roaming,
       quantity = excluded.quantity, unit = excluded.unit, allowance = NULL, held_allowances = excluded.held_allowances, rule = NULL,
       recycle_count = excluded.recycle_count, event_time = excluded.event_time, rated_at = NULL, actor = excluded.actor,
       channel = excluded.channel, traceparent = excluded.traceparent, attempts = 0, next_run_ms = excluded.next_run_ms, lease_until_ms = NULL
     WHERE rated_usage.recycle_count < excluded.recycle_count
     RETURNING *`,
    [use.usageId, use.subscriptionId, use.customerId, use.msisdn, use.offeringId, use.eventType, use.roaming, use.quantity, use.unit,
      use.heldAllowances, use.recycleCount, use.eventTime, use.actor, use.channel, use.traceparent, use.nextRunMs]);
  return row ?? null;
}

export async function storeRated(tx: Tx, permit: Permit<'usage.rate'>, { usageId }: RatedUsage, allowance: Allowance, at: Date): Promise<RatedUsage> {
  const [row] = await tx.writer(permit).update<RatedUsage>('rating.rated_usage', { usageId }, { state: 'rated', allowance, ratedAt: at, leaseUntilMs: null });
  return row!; // the row is locked by the caller
}

export async function storeRejected(tx: Tx, permit: Permit<'usage.rate_reject'>, { usageId }: RatedUsage, rule: string): Promise<void> {
  await tx.writer(permit).update('rating.rated_usage', { usageId }, { state: 'rejected', rule, leaseUntilMs: null });
}

/** Leases at most `most` uses that wait for their tariff, oldest first. */
export const claimRatings = (tx: Tx, tick: number, leaseMs: number, most: number): Promise<RatedUsage[]> =>
  tx.writer(leaseRating.permit(tx)).sql<RatedUsage>(
    `UPDATE rating.rated_usage SET lease_until_ms = $1 + $2::bigint
     WHERE usage_id IN (SELECT usage_id FROM rating.rated_usage
       WHERE state = 'pending' AND next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms, usage_id LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING *`, [tick, leaseMs, most]);

/** Gives the lease back; the next attempt is due at `nextRunMs` of machine time. */
export async function storePostponed(tx: Tx, { usageId, recycleCount }: RatedUsage, nextRunMs: number): Promise<void> {
  await tx.writer(postponeRating.permit(tx)).sql(
    `UPDATE rating.rated_usage SET lease_until_ms = NULL, next_run_ms = $3, attempts = attempts + 1
     WHERE usage_id = $1 AND recycle_count = $2 AND state = 'pending'`, [usageId, recycleCount, nextRunMs]);
}
