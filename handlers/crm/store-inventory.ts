import type { RowValues, Tx, Writer } from '#db/database';
import type { Move } from '#policy/machine';
import type { Permit } from '#runtime/permit';
import { requireContext } from '#runtime/context';
import type { EsimState } from '#policy/esim';
import type { MsisdnState } from '#policy/msisdn';
import { keepHistory } from '../transition.ts';

export interface MsisdnRow {
  readonly msisdn: string;
  readonly rev: number;
  readonly status: MsisdnState;
  readonly origin: 'range' | 'ported_in';
  readonly reservedBy: string | null;
  readonly subscriptionId: string | null;
  readonly customerId: string | null;
  readonly quarantineUntil: Date | null;
  readonly assignedAt: Date | null;
}

export interface EsimRow {
  readonly iccid: string;
  readonly rev: number;
  readonly serial: number;
  readonly imsi: string;
  readonly matchingId: string;
  readonly status: EsimState;
  readonly eid: string | null;
  readonly reservedBy: string | null;
  readonly msisdn: string | null;
  readonly subscriptionId: string | null;
  readonly customerId: string | null;
}

export interface ReservationRow {
  readonly orderId: string;
  readonly customerId: string;
  readonly state: 'reserved' | 'assigned' | 'released';
  readonly msisdn: string;
  readonly iccid: string;
  readonly subscriptionId: string | null;
}

export type Pool = 'msisdn' | 'esim';

/** How and when a row changes; the reason stands in its history. */
export interface Occasion {
  readonly at: Date;
  readonly reason: string | null;
}

type AnyMove<State extends string> = Move<string, State>;

/** Moves a number to its next state together with what goes with it; the move names the state. */
export async function moveMsisdn(tx: Tx, move: AnyMove<MsisdnState>, row: MsisdnRow, change: RowValues, occasion: Occasion): Promise<MsisdnRow> {
  const writer = tx.writer(move.permit);
  const [moved] = await writer.update<MsisdnRow>('inventory.msisdn', { msisdn: row.msisdn },
    { ...change, status: move.to, rev: row.rev + 1, updatedAt: occasion.at });
  await keepHistory(writer, 'inventory.msisdn', { msisdn: row.msisdn }, move, occasion.at, occasion.reason);
  return moved!;
}

/** Moves a profile to its next state together with what goes with it. */
export async function moveEsim(tx: Tx, move: AnyMove<EsimState>, row: EsimRow, change: RowValues, occasion: Occasion): Promise<EsimRow> {
  const writer = tx.writer(move.permit);
  const [moved] = await writer.update<EsimRow>('inventory.esim', { iccid: row.iccid },
    { ...change, status: move.to, rev: row.rev + 1, updatedAt: occasion.at });
  await keepHistory(writer, 'inventory.esim', { iccid: row.iccid }, move, occasion.at, occasion.reason);
  return moved!;
}

/** Remembers which number and profile an order holds. */
export async function insertReservation(tx: Tx, permit: Permit<string>, row: Omit<ReservationRow, 'state' | 'subscriptionId'>, at: Date): Promise<ReservationRow> {
  return tx.writer(permit).insert<ReservationRow>('inventory.reservation', { ...row, state: 'reserved', createdAt: at, updatedAt: at });
}

/** Says what became of a reservation; a line belongs to an assigned one only. */
export async function closeReservation(
  tx: Tx, permit: Permit<string>, orderId: string, state: 'assigned' | 'released', subscriptionId: string | null, at: Date,
): Promise<ReservationRow> {
  const [row] = await tx.writer(permit).update<ReservationRow>('inventory.reservation', { orderId }, { state, subscriptionId, updatedAt: at });
  return row!;
}

/** Binds a reserved profile to its line; the state stays the device's business. */
export async function bindEsim(tx: Tx, permit: Permit<string>, row: EsimRow, owner: { subscriptionId: string; customerId: string }, at: Date): Promise<EsimRow> {
  const [bound] = await tx.writer(permit).update<EsimRow>('inventory.esim', { iccid: row.iccid },
    { ...owner, reservedBy: null, rev: row.rev + 1, updatedAt: at });
  return bound!;
}

const countUpTo = (pool: Pool, limit: string): string =>
  `(SELECT count(*) FROM (SELECT 1 FROM inventory.${pool} WHERE status = 'available' LIMIT ${limit}) AS free)`;

/**
 * Raises the alarm of a pool when fewer than `lowWater` are left and nobody has raised it before.
 * Counts no further than the mark, so that its cost does not grow with the pool.
 * @returns how many are left, or null when there is nothing to tell
 */
export async function raisePoolAlarm(tx: Tx, permit: Permit<string>, pool: Pool, lowWater: number): Promise<number | null> {
  const [raised] = await tx.writer(permit).sql<{ available: number }>(
    `UPDATE inventory.pool_alarm SET raised = true FROM (SELECT ${countUpTo(pool, '$2')} AS available) AS left_over
     WHERE pool = $1 AND NOT raised AND available < $2 RETURNING available`, [pool, lowWater]);
  return raised?.available ?? null;
}

/** Arms the alarm again once the pool is full enough. */
const armPoolAlarm = (writer: Writer, pool: Pool, lowWater: number): Promise<unknown> =>
  writer.sql(`UPDATE inventory.pool_alarm SET raised = false WHERE pool = $1 AND raised AND ${countUpTo(pool, '$2')} >= $2`, [pool, lowWater]);

/** The same for numbers or profiles that came back one by one. */
export const quietPoolAlarm = (tx: Tx, permit: Permit<string>, pool: Pool, lowWater: number): Promise<unknown> =>
  armPoolAlarm(tx.writer(permit), pool, lowWater);

/** Adds numbers from `first` on; those already known stay as they are. @returns how many were new */
export async function insertMsisdnRange(
  tx: Tx, permit: Permit<string>, range: { first: number; last: number; digits: number }, lowWater: number, at: Date,
): Promise<number> {
  const writer = tx.writer(permit);
  const added = await writer.sql(
    `INSERT INTO inventory.msisdn (msisdn, status, origin, created_at, updated_at)
     SELECT lpad(n::text, $3, '0'), 'available', 'range', $4, $4 FROM generate_series($1::bigint, $2::bigint) AS n
     ON CONFLICT DO NOTHING RETURNING msisdn`, [range.first, range.last, range.digits, at]);
  await armPoolAlarm(writer, 'msisdn', lowWater);
  return added.length;
}

export interface NewProfile {
  readonly iccid: string;
  readonly serial: number;
  readonly imsi: string;
  readonly matchingId: string;
}

/** Adds profiles; those already known stay as they are. @returns how many were new */
export async function insertEsimRange(tx: Tx, permit: Permit<string>, profiles: readonly NewProfile[], lowWater: number, at: Date): Promise<number> {
  const writer = tx.writer(permit);
  const added = await writer.sql(
    `INSERT INTO inventory.esim (iccid, serial, imsi, matching_id, ki_ref, status, created_at, updated_at)
     SELECT p.iccid, p.serial, p.imsi, p.matching_id, 'ki-' || p.imsi, 'available', $5, $5
     FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS p (iccid, serial, imsi, matching_id)
     ON CONFLICT DO NOTHING RETURNING iccid`,
    [profiles.map((one) => one.iccid), profiles.map((one) => one.serial), profiles.map((one) => one.imsi), profiles.map((one) => one.matchingId), at]);
  await armPoolAlarm(writer, 'esim', lowWater);
  return added.length;
}

/** Frees up to `limit` numbers whose quarantine is over, set-wise. @returns the numbers freed */
export async function recycleDue(tx: Tx, permit: Permit<string>, limit: number, lowWater: number, at: Date): Promise<string[]> {
  const writer = tx.writer(permit);
  const freed = await writer.sql<{ msisdn: string }>(
    `WITH due AS (SELECT msisdn FROM inventory.msisdn WHERE status = 'quarantined' AND quarantine_until <= $1
       ORDER BY quarantine_until LIMIT $2 FOR UPDATE SKIP LOCKED),
     freed AS (UPDATE inventory.msisdn m SET status = 'available', quarantine_until = NULL, customer_id = NULL, rev = rev + 1, updated_at = $1
       FROM due WHERE m.msisdn = due.msisdn RETURNING m.msisdn),
     noted AS (INSERT INTO inventory.msisdn_history (msisdn, from_state, to_state, trigger, actor, at)
       SELECT msisdn, 'quarantined', 'available', 'recycle', $3, $1 FROM freed)
     SELECT msisdn FROM freed ORDER BY msisdn`, [at, limit, requireContext().actor]);
  if (freed.length > 0) await armPoolAlarm(writer, 'msisdn', lowWater);
  return freed.map((row) => row.msisdn);
}
