import type { Database, Tx } from '#db/database';
import type { PendingKind } from '#policy/plan-change';
import type { RenewalFacts, RenewalState, SkipReason } from '#policy/renewal';
import { isoTime } from '#runtime/clock';
import type { Allowance } from '#runtime/quantity';
import type { Grant, Line } from './line.ts';

/** A row of subscription.renewal: one boundary a line has met. */
export interface Renewal {
  readonly id: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly boundary: Date;
  readonly state: RenewalState;
  /** From 1; one more after each decline. */
  readonly attempt: number;
  /** What this attempt charges and brings; null before its first claim, and then all of it. */
  readonly offeringId: string | null;
  readonly offeringName: string | null;
  readonly priceId: string | null;
  readonly priceName: string | null;
  readonly priceMinor: number | null;
  readonly currency: string | null;
  readonly grants: readonly Grant[] | null;
  readonly blockingAllowances: readonly Allowance[] | null;
  /** Pending change it brings; null = none. */
  readonly changeKind: PendingKind | null;
  readonly changeOrderId: string | null;
  readonly changeMigrationId: string | null;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
  readonly paymentId: string | null;
  readonly billId: string | null;
  readonly declineCode: string | null;
  readonly skipReason: SkipReason | null;
  readonly refundId: string | null;
  readonly delayedAt: Date | null;
  readonly requestKey: string | null;
  readonly actor: string;
  readonly channel: string;
  readonly traceparent: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly settledAt: Date | null;
  readonly tries: number;
  readonly nextRunMs: number | null;
  readonly leaseUntilMs: number | null;
}

type Reader = Pick<Database, 'read' | 'one'> | Pick<Tx, 'read' | 'one'>;

export const findRenewalByKey = (reader: Reader, key: string): Promise<Renewal | null> =>
  reader.one<Renewal>('SELECT * FROM subscription.renewal WHERE request_key = $1', [key]);

export const lockRenewal = (tx: Tx, id: string): Promise<Renewal | null> =>
  tx.one<Renewal>('SELECT * FROM subscription.renewal WHERE id = $1 FOR UPDATE', [id]);

/** The renewal of a line at a boundary, locked; null = it has not fallen due. */
export const lockBoundary = (tx: Tx, lineId: string, boundary: Date): Promise<Renewal | null> =>
  tx.one<Renewal>('SELECT * FROM subscription.renewal WHERE subscription_id = $1 AND boundary = $2 FOR UPDATE', [lineId, boundary]);

/** The renewal of a line that is not settled; null = none. */
export const openRenewal = (reader: Reader, lineId: string): Promise<Renewal | null> =>
  reader.one<Renewal>("SELECT * FROM subscription.renewal WHERE subscription_id = $1 AND state IN ('due', 'charging')", [lineId]);

/** The renewal whose charge has begun and is not settled: what it charges stands, whatever is chosen meanwhile. */
export async function inFlight(reader: Reader, lineId: string): Promise<Renewal | null> {
  const open = await openRenewal(reader, lineId);
  return open?.offeringId ? open : null;
}

/** The newest renewal of each line, for those that have met a boundary. */
export const newestRenewals = (reader: Reader, lineIds: readonly string[]): Promise<Renewal[]> =>
  reader.read<Renewal>(
    `SELECT r.* FROM unnest($1::text[]) AS l (id) CROSS JOIN LATERAL (
       SELECT * FROM subscription.renewal WHERE subscription_id = l.id ORDER BY boundary DESC LIMIT 1) r`, [lineIds]);

export async function listRenewals(reader: Reader, lineId: string, limit: number, offset: number): Promise<{ rows: readonly Renewal[]; total: number }> {
  const rows = await reader.read<Renewal>(
    'SELECT * FROM subscription.renewal WHERE subscription_id = $1 ORDER BY boundary DESC LIMIT $2 OFFSET $3', [lineId, limit, offset]);
  const count = await reader.one<{ total: number }>('SELECT count(*) AS total FROM subscription.renewal WHERE subscription_id = $1', [lineId]);
  return { rows, total: count?.total ?? 0 };
}

/** Name of one attempt's charge at payment (DOMAIN §5 F3.2). */
export const chargeKey = ({ subscriptionId, boundary, attempt }: Pick<Renewal, 'subscriptionId' | 'boundary' | 'attempt'>): string =>
  `renew:${subscriptionId}:${isoTime(boundary)}:${attempt}`;

/** The renewal a key of payment stands for; null for any other key. */
export function parseChargeKey(key: string): Pick<Renewal, 'subscriptionId' | 'boundary' | 'attempt'> | null {
  const match = /^renew:(SUB-\d{3,}):(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z):(\d+)$/.exec(key);
  return match ? { subscriptionId: match[1]!, boundary: new Date(match[2]!), attempt: Number(match[3]) } : null; // three groups of a match
}

/** The line as the rules of renewals look at it. */
export const renewalFacts = (line: Line, now: Date): RenewalFacts => ({
  subscriptionId: line.id, customerId: line.customerId, state: line.state, blockReason: line.blockReason, periodEnd: line.periodEnd, now,
});
