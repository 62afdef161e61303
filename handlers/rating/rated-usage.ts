import type { Database, Tx } from '#db/database';
import type { UsageKind } from '#policy/usage';
import type { Origin } from '#runtime/origin';
import type { Allowance, BaseUnit } from '#runtime/quantity';

/** A row of rating.rated_usage: a guided use, waiting for its tariff or decided by it. */
export interface RatedUsage extends Origin {
  readonly usageId: string;
  readonly state: 'pending' | 'rated' | 'rejected';
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly msisdn: string;
  readonly offeringId: string;
  readonly eventType: UsageKind;
  readonly roaming: boolean;
  /** Base units. */
  readonly quantity: number;
  readonly unit: BaseUnit;
  readonly allowance: Allowance | null;
  /** Allowances the line holds buckets of, those of top-ups among them. */
  readonly heldAllowances: readonly Allowance[];
  readonly rule: string | null;
  readonly recycleCount: number;
  readonly eventTime: Date;
  readonly ratedAt: Date | null;
  readonly attempts: number;
  readonly nextRunMs: number;
  readonly leaseUntilMs: number | null;
}

export const lockRatedUsage = (tx: Tx, usageId: string): Promise<RatedUsage | null> =>
  tx.one<RatedUsage>('SELECT * FROM rating.rated_usage WHERE usage_id = $1 FOR UPDATE', [usageId]);

export interface RatedFilter {
  readonly usageId?: string | undefined;
  readonly subscriptionId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly msisdn?: string | undefined;
  readonly allowance?: string | undefined;
  readonly since?: Date | undefined;
}

/** Rated uses, newest first. */
export async function listRatedUsage(reader: Pick<Database, 'read' | 'one'>, filter: RatedFilter, limit: number, offset: number): Promise<{ rows: readonly RatedUsage[]; total: number }> {
  const { usageId, subscriptionId, customerId, msisdn, allowance, since } = filter;
  const values = [usageId, subscriptionId, customerId, msisdn, allowance, since].map((value) => value ?? null);
  const where = `WHERE state = 'rated' AND ($1::text IS NULL OR usage_id = $1) AND ($2::text IS NULL OR subscription_id = $2)
    AND ($3::text IS NULL OR customer_id = $3) AND ($4::text IS NULL OR msisdn = $4) AND ($5::text IS NULL OR allowance = $5)
    AND ($6::timestamptz IS NULL OR rated_at >= $6)`;
  const rows = await reader.read<RatedUsage>(
    `SELECT * FROM rating.rated_usage ${where} ORDER BY rated_at DESC, usage_id DESC LIMIT $7 OFFSET $8`, [...values, limit, offset]);
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  const count = await reader.one<{ total: number }>(`SELECT count(*) AS total FROM rating.rated_usage ${where}`, values);
  return { rows, total: count?.total ?? 0 };
}
