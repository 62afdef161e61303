import type { Database, Tx } from '#db/database';
import type { PendingKind } from '#policy/plan-change';
import type { BlockReason, SubscriptionState } from '#policy/subscription';
import type { Allowance } from '#runtime/quantity';

/** What an offering grants of one allowance: base units, or no limit. */
export interface Grant {
  readonly allowance: Allowance;
  readonly total: number | null;
  readonly unlimited: boolean;
}

/** A row of subscription.subscription: one customer, one plan, one number, one eSIM. */
export interface Line {
  readonly id: string;
  readonly rev: number;
  readonly customerId: string;
  readonly orderId: string;
  readonly serviceOrderId: string | null;
  readonly offeringId: string;
  readonly offeringName: string;
  readonly msisdn: string;
  readonly iccid: string;
  readonly state: SubscriptionState;
  readonly blockReason: BlockReason | null;
  readonly priceId: string;
  readonly priceName: string | null;
  readonly priceMinor: number;
  readonly currency: string;
  readonly grants: readonly Grant[];
  readonly blockingAllowances: readonly Allowance[];
  readonly anchor: string | null;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
  readonly activationPaymentId: string | null;
  readonly activationBillId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly activatedAt: Date | null;
  readonly terminatedAt: Date | null;
  readonly terminationReason: string | null;
  /** What waits for a boundary; null = nothing, and then the rest of it is null. */
  readonly pendingKind: PendingKind | null;
  readonly pendingOfferingId: string | null;
  readonly pendingOfferingName: string | null;
  readonly pendingPriceId: string | null;
  readonly pendingPriceName: string | null;
  readonly pendingPriceMinor: number | null;
  readonly pendingGrants: readonly Grant[] | null;
  readonly pendingBlockingAllowances: readonly Allowance[] | null;
  readonly pendingEffectiveAt: Date | null;
  readonly pendingRequestedAt: Date | null;
  readonly pendingOrderId: string | null;
  readonly pendingMigrationId: string | null;
}

type Reader = Pick<Database, 'read' | 'one'> | Pick<Tx, 'read' | 'one'>;

export const findLine = (reader: Reader, id: string): Promise<Line | null> =>
  reader.one<Line>('SELECT * FROM subscription.subscription WHERE id = $1', [id]);

export const findLineOfOrder = (reader: Reader, orderId: string): Promise<Line | null> =>
  reader.one<Line>('SELECT * FROM subscription.subscription WHERE order_id = $1', [orderId]);

/** The line lock: whatever changes a line or its buckets holds it first (DOMAIN §5). */
export const lockLine = (tx: Tx, id: string): Promise<Line | null> =>
  tx.one<Line>('SELECT * FROM subscription.subscription WHERE id = $1 FOR UPDATE', [id]);

/** Live line of another order that has the number or the profile already (I1). */
export async function liveHolder(reader: Reader, { orderId, msisdn, iccid }: Pick<Line, 'orderId' | 'msisdn' | 'iccid'>): Promise<string | null> {
  const row = await reader.one<{ id: string }>(
    "SELECT id FROM subscription.subscription WHERE state <> 'terminated' AND (msisdn = $1 OR iccid = $2) AND order_id <> $3 LIMIT 1", [msisdn, iccid, orderId]);
  return row?.id ?? null;
}

/** Orders open on a line, besides `own`. */
export async function openOrders(tx: Tx, line: Line, own: string | null): Promise<string[]> {
  const rows = await tx.read<{ orderId: string }>(
    'SELECT order_id FROM subscription.open_order WHERE subscription_id = $1 AND order_id IS DISTINCT FROM $2 ORDER BY order_id', [line.id, own]);
  return rows.map((row) => row.orderId);
}

export interface LineFilter {
  readonly customerId?: string | undefined;
  readonly msisdn?: string | undefined;
  readonly state?: string | undefined;
  readonly orderId?: string | undefined;
  readonly offeringId?: string | undefined;
  /** With msisdn: only the line that held the number at this moment. */
  readonly at?: Date | undefined;
}

export interface LineSlice {
  readonly rows: readonly Line[];
  /** Lines that match, on this page or not. */
  readonly total: number;
}

/** Lines newest first; with `at`, the holder of the number then, ended or not. */
export async function listLines(reader: Reader, filter: LineFilter, limit: number, offset: number): Promise<LineSlice> {
  const values = [
    filter.customerId ?? null, filter.msisdn ?? null, filter.state ?? null, filter.orderId ?? null, filter.offeringId ?? null, filter.at ?? null,
  ];
  const where = `WHERE ($1::text IS NULL OR customer_id = $1) AND ($2::text IS NULL OR msisdn = $2) AND ($3::text IS NULL OR state = $3)
    AND ($4::text IS NULL OR order_id = $4) AND ($5::text IS NULL OR offering_id = $5)
    AND ($6::timestamptz IS NULL OR (activated_at <= $6 AND (terminated_at IS NULL OR terminated_at > $6)))`;
  const rows = await reader.read<Line>(
    `SELECT * FROM subscription.subscription ${where} ORDER BY created_at DESC, id DESC LIMIT $7 OFFSET $8`, [...values, limit, offset]);
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  const count = await reader.one<{ total: number }>(`SELECT count(*) AS total FROM subscription.subscription ${where}`, values);
  return { rows, total: count?.total ?? 0 };
}

export interface LineChange {
  readonly id: number;
  readonly subscriptionId: string;
  readonly fromState: SubscriptionState | null;
  readonly toState: SubscriptionState;
  readonly trigger: string;
  readonly reason: string | null;
  readonly blockReason: BlockReason | null;
  readonly actor: string;
  readonly channel: string;
  readonly at: Date;
}

/** Changes of state of a line, newest first. */
export async function listChanges(reader: Reader, id: string, limit: number, offset: number): Promise<{ rows: readonly LineChange[]; total: number }> {
  const rows = await reader.read<LineChange>(
    'SELECT * FROM subscription.subscription_history WHERE subscription_id = $1 ORDER BY id DESC LIMIT $2 OFFSET $3', [id, limit, offset]);
  const count = await reader.one<{ total: number }>('SELECT count(*) AS total FROM subscription.subscription_history WHERE subscription_id = $1', [id]);
  return { rows, total: count?.total ?? 0 };
}
