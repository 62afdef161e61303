import { readFileSync } from 'node:fs';
import type { Tx } from '#db/database';
import { requireContext } from '#runtime/context';
import type { Permit } from '#runtime/permit';
import type { RatedUse } from './charge.ts';

const chargeSql = readFileSync(new URL('sql/charge.sql', import.meta.url), 'utf8');

/** What became of one use, in base units. */
export interface Charge {
  readonly consumed: number;
  readonly unratedExcess: number;
  /** Left of the allowance over all usable buckets; null = unlimited. */
  readonly remaining: number | null;
  /** The line was blocked by it. */
  readonly blocked: boolean;
}

/** Draws a use from the buckets of a line whose row the caller has locked; see `sql/charge.sql`. */
export async function storeCharge(tx: Tx, permit: Permit<'usage.apply'>, use: RatedUse, now: Date): Promise<Charge> {
  const { actor, channel } = requireContext();
  const [charge] = await tx.writer(permit).sql<Charge>(chargeSql, [
    use.subscriptionId, use.usageId, use.allowance, use.quantity, now, new Date(use.eventTime), use.recycleCount, actor, channel,
  ]);
  return charge!; // an aggregate without GROUP BY gives exactly one row
}

/** Keeps that nothing could be drawn: all of it is excess (I20). */
export async function storeRefusal(tx: Tx, permit: Permit<'usage.refuse'>, use: RatedUse, rule: string, now: Date): Promise<void> {
  await tx.writer(permit).sql(
    `INSERT INTO subscription.usage_application
       (usage_id, subscription_id, allowance, quantity, consumed, unrated_excess, rule, recycle_count, event_time, applied_at)
     VALUES ($1, $2, $3, $4, 0, $4, $5, $6, $7, $8)
     ON CONFLICT (usage_id) DO UPDATE SET rule = excluded.rule, recycle_count = excluded.recycle_count, applied_at = excluded.applied_at`,
    [use.usageId, use.subscriptionId, use.allowance, use.quantity, rule, use.recycleCount, new Date(use.eventTime), now]);
}
