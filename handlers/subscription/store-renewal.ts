import { json, type Tx, type Writer } from '#db/database';
import type { Move } from '#policy/machine';
import type { Permit } from '#policy/permit';
import { leaseRenewal, noteRenewal, type RenewalState } from '#policy/renewal';
import type { SubscriptionState } from '#policy/subscription';
import { requireContext } from '#runtime/context';
import type { Line } from './line.ts';
import type { Renewal } from './renewal.ts';
import { insertBuckets, changeLine, type NewBuckets } from './store.ts';

type RenewalMove<Action extends string> = Move<Action, RenewalState>;

export type NewRenewal = Pick<Renewal, 'id' | 'subscriptionId' | 'customerId' | 'boundary' | 'actor' | 'channel' | 'traceparent' | 'nextRunMs'>;

/** Writes down that a line has met a boundary. */
export async function insertRenewal(tx: Tx, move: RenewalMove<'renewal.fallDue'>, renewal: NewRenewal, at: Date): Promise<Renewal> {
  const writer = tx.writer(move.permit);
  const stored = await writer.insert<Renewal>('subscription.renewal', { ...renewal, state: move.to, attempt: 1, createdAt: at, updatedAt: at });
  await noteChange(writer, move, stored, null, at);
  return stored;
}

/** What one attempt charges and brings. */
export type Snapshot = Pick<Renewal, 'offeringId' | 'offeringName' | 'priceId' | 'priceName' | 'priceMinor' | 'currency' | 'grants' | 'blockingAllowances'
  | 'changeKind' | 'changeOrderId' | 'changeMigrationId' | 'periodStart' | 'periodEnd'>;

/** Takes a due renewal to charge it. */
export async function storeClaimed(
  tx: Tx, move: RenewalMove<'renewal.claim'>, renewal: Renewal, snapshot: Snapshot, more: Partial<Pick<Renewal, 'requestKey'>> & Pick<Renewal, 'nextRunMs' | 'leaseUntilMs'>, at: Date,
): Promise<Renewal> {
  const writer = tx.writer(move.permit);
  return changeRenewal(writer, move, renewal, { ...snapshot, grants: json(snapshot.grants), ...more }, null, at);
}

/** Stores another transition of a locked renewal. */
export const storeRenewal = (
  tx: Tx, move: RenewalMove<'renewal.delay' | 'renewal.deny' | 'renewal.skip' | 'renewal.giveBack' | 'renewal.retry'>, renewal: Renewal, values: RenewalValues,
  reason: string | null, at: Date,
): Promise<Renewal> => changeRenewal(tx.writer(move.permit), move, renewal, values, reason, at);

export type RenewalValues = Partial<Omit<Renewal, 'id' | 'subscriptionId' | 'customerId' | 'boundary' | 'state' | 'grants' | 'createdAt' | 'updatedAt'>>;

/** A declined renewal starts anew: nothing of the attempt before counts. */
export const nothingCharged = {
  offeringId: null, offeringName: null, priceId: null, priceName: null, priceMinor: null, currency: null, blockingAllowances: null, changeKind: null,
  changeOrderId: null, changeMigrationId: null, periodStart: null, periodEnd: null, paymentId: null, billId: null, declineCode: null, settledAt: null, tries: 0,
} as const;

async function changeRenewal(
  writer: Writer, move: RenewalMove<string>, renewal: Renewal, values: Readonly<Record<string, unknown>>, reason: string | null, at: Date,
): Promise<Renewal> {
  const [stored] = await writer.update<Renewal>('subscription.renewal', { id: renewal.id }, { leaseUntilMs: null, ...values, state: move.to, updatedAt: at });
  await noteChange(writer, move, stored!, reason, at);
  return stored!; // the row is locked by the caller
}

async function noteChange(writer: Writer, move: RenewalMove<string>, { id, attempt }: Renewal, reason: string | null, at: Date): Promise<void> {
  await writer.insert('subscription.renewal_history', {
    renewalId: id, fromState: move.from, toState: move.to, trigger: move.trigger, reason, attempt, actor: requireContext().actor, at,
  });
}

/** What a paid renewal makes of its line. */
export type RenewedLine = Pick<Line, 'offeringId' | 'offeringName' | 'priceId' | 'priceName' | 'priceMinor' | 'grants' | 'blockingAllowances' | 'anchor'
  | 'periodStart' | 'periodEnd'> & Partial<Line>;

/** Keeps that a locked renewal was paid; its period is opened in the same transaction. */
export const storeCaptured = (tx: Tx, move: RenewalMove<'renewal.capture'>, renewal: Renewal, outcome: RenewalValues, at: Date): Promise<Renewal> =>
  changeRenewal(tx.writer(move.permit), move, renewal, outcome, null, at);

/** Opens the paid period: the line as it was charged, its plan's buckets full, those of the period before closed. */
export async function storePeriod(tx: Tx, move: Move<'subscription.renew', SubscriptionState>, line: Line, values: RenewedLine, buckets: NewBuckets, at: Date): Promise<Line> {
  const writer = tx.writer(move.permit);
  const { grants, ...columns } = values;
  const stored = await changeLine(writer, move, line, { ...columns, grants: json(grants), blockReason: null }, null, at);
  await writer.sql("UPDATE subscription.bucket SET closed_at = $2 WHERE subscription_id = $1 AND source = 'plan' AND closed_at IS NULL", [line.id, at]);
  await insertBuckets(writer, buckets, at);
  return stored;
}

/** Leases at most `most` renewals that something is to be done for now, the longest waiting first. */
export const leaseDue = (tx: Tx, tick: number, leaseMs: number, most: number): Promise<Renewal[]> =>
  tx.writer(leaseRenewal.permit(tx)).sql<Renewal>(
    `UPDATE subscription.renewal r SET lease_until_ms = $1 + $2
     WHERE r.id IN (SELECT id FROM subscription.renewal WHERE next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms, id LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING r.*`, [tick, leaseMs, most]);

/** Takes the lease of one renewal that nobody works on; null when somebody does, or when it is settled. */
export async function leaseOne(tx: Tx, id: string, tick: number, leaseMs: number): Promise<Renewal | null> {
  const [leased] = await tx.writer(leaseRenewal.permit(tx)).sql<Renewal>(
    `UPDATE subscription.renewal SET lease_until_ms = $2 + $3
     WHERE id = $1 AND next_run_ms IS NOT NULL AND (lease_until_ms IS NULL OR lease_until_ms <= $2) RETURNING *`, [id, tick, leaseMs]);
  return leased ?? null;
}

/** Keeps what payment told, when the next step is due, or that the money is back. */
export async function noteOutcome(
  tx: Tx, renewal: Renewal, values: Partial<Pick<Renewal, 'paymentId' | 'billId' | 'refundId' | 'nextRunMs' | 'tries' | 'leaseUntilMs'>>, at: Date,
): Promise<Renewal> {
  const [stored] = await tx.writer(noteRenewal.permit(tx)).update<Renewal>('subscription.renewal', { id: renewal.id }, { ...values, updatedAt: at });
  return stored!; // the row is locked by the caller
}

/** Keeps that the customer was reminded; false when that was done before (I7). */
export async function insertReminder(tx: Tx, permit: Permit<'renewal.remind'>, lineId: string, boundary: Date, at: Date): Promise<boolean> {
  const rows = await tx.writer(permit).sql(
    'INSERT INTO subscription.reminder (subscription_id, boundary, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING subscription_id', [lineId, boundary, at]);
  return rows.length > 0;
}
