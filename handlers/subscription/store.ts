import { json, type RowValues, type Tx, type Writer } from '#db/database';
import type { SubscriptionState } from '#policy/subscription';
import { requireContext } from '#runtime/context';
import { formatId } from '#runtime/ids';
import type { Move } from '#policy/machine';
import type { Permit } from '#runtime/permit';
import type { Grant, Line } from './line.ts';

/** The next `count` ids of a sequence of this schema (DOMAIN §9). */
export async function nextIds(tx: Tx, prefix: 'SUB' | 'BKT' | 'VASP' | 'REN' | 'MIG', count: number): Promise<string[]> {
  const rows = await tx.read<{ number: number }>(
    'SELECT nextval($1::regclass) AS number FROM generate_series(1, $2)', [`subscription.seq_${prefix.toLowerCase()}`, count]);
  return rows.map((row) => formatId(prefix, row.number));
}

type LineMove<Action extends string> = Move<Action, SubscriptionState>;

export type NewLine = Pick<Line, 'id' | 'customerId' | 'orderId' | 'serviceOrderId' | 'offeringId' | 'offeringName' | 'msisdn' | 'iccid' | 'priceId'
  | 'priceName' | 'priceMinor' | 'currency' | 'grants' | 'blockingAllowances'>;

export async function insertLine(tx: Tx, move: LineMove<'subscription.create'>, line: NewLine, at: Date): Promise<Line> {
  const writer = tx.writer(move.permit);
  const stored = await writer.insert<Line>('subscription.subscription', {
    ...line, rev: 1, state: move.to, grants: json(line.grants), createdAt: at, updatedAt: at,
  });
  await noteChange(writer, move, stored, null, at);
  return stored;
}

/** What a transition may change besides the state. */
export type LineValues = Partial<Pick<Line, 'blockReason' | 'anchor' | 'periodStart' | 'periodEnd' | 'activationPaymentId' | 'activationBillId' | 'activatedAt'
  | 'terminatedAt' | 'terminationReason'>>;

/** Columns of what is pending, emptied. */
export const nothingPending = {
  pendingKind: null, pendingOfferingId: null, pendingOfferingName: null, pendingPriceId: null, pendingPriceName: null, pendingPriceMinor: null,
  pendingGrants: null, pendingBlockingAllowances: null, pendingEffectiveAt: null, pendingRequestedAt: null, pendingOrderId: null, pendingMigrationId: null,
} as const;

/** Stores a transition of a locked line. */
export const updateLine = (tx: Tx, move: LineMove<'subscription.topUp' | 'subscription.exhaust' | 'subscription.renewalDenied'>, line: Line, values: LineValues, reason: string | null, at: Date): Promise<Line> =>
  changeLine(tx.writer(move.permit), move, line, values, reason, at);

/** Stores a transition of a locked line with whatever else it changes; for the stores of this service. */
export async function changeLine(writer: Writer, move: LineMove<string>, line: Line, values: RowValues, reason: string | null, at: Date): Promise<Line> {
  const [stored] = await writer.update<Line>('subscription.subscription', { id: line.id }, { ...values, state: move.to, rev: line.rev + 1, updatedAt: at });
  await noteChange(writer, move, stored!, reason, at);
  return stored!; // the row is locked by the caller
}

async function noteChange(writer: Writer, move: LineMove<string>, line: Line, reason: string | null, at: Date): Promise<void> {
  const { actor, channel } = requireContext();
  await writer.insert('subscription.subscription_history', {
    subscriptionId: line.id, fromState: move.from, toState: move.to, trigger: move.trigger, reason, blockReason: line.blockReason, actor, channel, at,
  });
}

/** A grant on its way to a bucket. */
export interface NewBuckets {
  readonly ids: readonly string[];
  readonly grants: readonly Grant[];
  readonly subscriptionId: string;
  readonly source: 'plan' | 'vas';
  readonly offeringId: string;
  readonly purchaseId: string | null;
  readonly expiresAt: Date;
}

/** Opens one full bucket per grant. */
export async function insertBuckets(writer: Writer, { ids, grants, ...shared }: NewBuckets, at: Date): Promise<void> {
  for (const [i, grant] of grants.entries()) {
    await writer.insert('subscription.bucket', {
      ...shared, id: ids[i], allowance: grant.allowance, total: grant.unlimited ? null : grant.total, consumed: 0, unlimited: grant.unlimited, createdAt: at,
    });
  }
}

export async function storeActivation(tx: Tx, move: LineMove<'subscription.activate'>, line: Line, values: LineValues, buckets: NewBuckets, at: Date): Promise<Line> {
  const writer = tx.writer(move.permit);
  const stored = await changeLine(writer, move, line, values, null, at);
  await insertBuckets(writer, buckets, at);
  return stored;
}

/** Ends a line; what it still holds is closed, what was to come is dropped. */
export async function storeEnd(tx: Tx, move: LineMove<'subscription.terminate' | 'subscription.deny'>, line: Line, reason: string | null, at: Date): Promise<Line> {
  const writer = tx.writer(move.permit);
  const stored = await changeLine(writer, move, line, { ...nothingPending, blockReason: null, terminatedAt: at, terminationReason: reason }, reason, at);
  await writer.sql('UPDATE subscription.bucket SET closed_at = $2 WHERE subscription_id = $1 AND closed_at IS NULL', [line.id, at]);
  return stored;
}

export interface OpenOrder {
  readonly orderId: string;
  readonly subscriptionId: string;
  readonly since: Date;
}

export async function insertOpenOrder(tx: Tx, permit: Permit<'subscription.note_order'>, order: OpenOrder): Promise<void> {
  await tx.writer(permit).sql(
    'INSERT INTO subscription.open_order (order_id, subscription_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [order.orderId, order.subscriptionId, order.since]);
}

export async function removeOpenOrder(tx: Tx, permit: Permit<'subscription.note_order'>, orderId: string): Promise<void> {
  await tx.writer(permit).remove('subscription.open_order', { orderId });
}
