import type { Database, Tx } from '#db/database';
import type { components } from '#generated/types/subscription';
import { isoTime } from '#runtime/clock';
import { allowances, baseUnitOf, type Allowance } from '#runtime/quantity';
import type { Line } from './line.ts';

type Balance = components['schemas']['Balance'];
type BalanceBucket = components['schemas']['BalanceBucket'];

/** A row of subscription.bucket: one grant of one allowance, in base units. */
export interface Bucket {
  readonly id: string;
  readonly subscriptionId: string;
  readonly allowance: Allowance;
  readonly total: number | null;
  readonly consumed: number;
  readonly unlimited: boolean;
  readonly source: 'plan' | 'vas';
  readonly offeringId: string;
  readonly purchaseId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly closedAt: Date | null;
}

/** Most open buckets of one line that are looked at; a line with more has bought a thousand top-ups in a period. */
const openMax = 1000;

/**
 * Open buckets in the order they are drawn from: the unlimited one first, then the earliest expiry
 * (DOMAIN §5 F5.4; `sql/charge.sql` draws in the same order).
 */
export const openBuckets = (reader: Pick<Database, 'read'>, lineIds: readonly string[]): Promise<Bucket[]> =>
  reader.read<Bucket>(
    `SELECT * FROM subscription.bucket WHERE subscription_id = ANY ($1) AND closed_at IS NULL
     ORDER BY subscription_id, unlimited DESC, expires_at, created_at, id LIMIT $2`, [lineIds, openMax * Math.max(1, lineIds.length)]);

export const bucketsOfPurchase = (reader: Pick<Database, 'read'>, purchaseId: string): Promise<Bucket[]> =>
  reader.read<Bucket>('SELECT * FROM subscription.bucket WHERE purchase_id = $1 ORDER BY created_at, id', [purchaseId]);

/**
 * Blocking allowances of a line of which nothing is left (I4). A bucket that ends with the period
 * counts until the renewal has replaced it: while the gateway is away, balances stay (F3.3).
 */
export async function exhaustedAllowances(tx: Tx, line: Line, now: Date): Promise<Allowance[]> {
  const rows = await tx.read<{ allowance: Allowance }>(
    `SELECT a.allowance FROM unnest($2::text[]) AS a (allowance) WHERE NOT EXISTS (
       SELECT 1 FROM subscription.bucket b WHERE b.subscription_id = $1 AND b.allowance = a.allowance AND b.closed_at IS NULL
         AND (b.expires_at > $3 OR b.expires_at >= $4) AND (b.unlimited OR b.consumed < b.total))`,
    [line.id, line.blockingAllowances, now, line.periodEnd]);
  return rows.map((row) => row.allowance);
}

/** What a line holds, one entry per allowance. */
export function balancesOf(line: Line, buckets: readonly Bucket[]): Balance[] {
  return allowances.flatMap((allowance) => {
    const own = buckets.filter((bucket) => bucket.allowance === allowance);
    return own.length === 0 ? [] : [balanceOf(line, allowance, own)];
  });
}

function balanceOf(line: Line, allowance: Allowance, buckets: readonly Bucket[]): Balance {
  const unlimited = buckets.some((bucket) => bucket.unlimited);
  const total = sum(buckets.map((bucket) => bucket.total ?? 0));
  const left = sum(buckets.map((bucket) => (bucket.total ?? bucket.consumed) - bucket.consumed));
  return {
    allowance, unit: baseUnitOf[allowance], total: unlimited ? null : total, consumed: sum(buckets.map((bucket) => bucket.consumed)),
    remaining: unlimited ? null : left, unlimited, blocking: line.blockingAllowances.includes(allowance), buckets: buckets.map(wireBucket),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export const wireBucket = (bucket: Bucket): BalanceBucket => ({
  id: bucket.id, allowance: bucket.allowance, unit: baseUnitOf[bucket.allowance], total: bucket.total, consumed: bucket.consumed,
  remaining: bucket.total === null ? null : bucket.total - bucket.consumed, unlimited: bucket.unlimited, expiresAt: isoTime(bucket.expiresAt),
  source: bucket.source, offeringId: bucket.offeringId, purchaseId: bucket.purchaseId,
});
