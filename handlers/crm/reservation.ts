import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/inventory';
import { customerClosed, type CustomerState } from '#policy/customer';
import { assignEsim, esimMachine, esimPoolEmpty } from '#policy/esim';
import { keepReservation, msisdnMachine, reservationRules, watchPool } from '#policy/msisdn';
import { enforce } from '#policy/rule';
import { NotFound } from '#runtime/errors';
import { activationCodeOf, nationalNumber } from '#runtime/numbering';
import { recordMove } from '../transition.ts';
import type { Service } from '../service.ts';
import { freeAgain, giveBackProfile, numberFacts, profileFacts, quarantine } from './give-back.ts';
import {
  bindEsim, closeReservation, insertReservation, moveEsim, moveMsisdn, quietPoolAlarm, raisePoolAlarm,
  type EsimRow, type MsisdnRow, type Occasion, type Pool, type ReservationRow,
} from './store-inventory.ts';

type Wire = components['schemas']['Reservation'];

/** A number, a profile and the order that holds both. */
interface Unit {
  readonly reservation: ReservationRow;
  readonly number: MsisdnRow;
  readonly profile: EsimRow;
}

/** POST /reservation, /reservation/{orderId}/assign, /reservation/{orderId}/release (DOMAIN §2, §5 F1). */
export function reservationRoutes(service: Service): Pick<CrmHandlers, 'inventory.createReservation' | 'inventory.assignReservation' | 'inventory.releaseReservation'> {
  return {
    async 'inventory.createReservation'({ body }) {
      const unit = await service.db.tx((tx) => reserve(service, tx, body));
      const wire = show(service, unit);
      return { status: 201, body: wire, headers: { Location: wire.href } };
    },
    async 'inventory.assignReservation'({ params, body }) {
      return { body: show(service, await service.db.tx((tx) => assign(service, tx, params.orderId, body))) };
    },
    async 'inventory.releaseReservation'({ params, body }) {
      const { hlrProvisioned, reason } = body;
      return { body: show(service, await service.db.tx((tx) => release(service, tx, params.orderId, hlrProvisioned, reason ?? null))) };
    },
  };
}

interface Wanted {
  readonly orderId: string;
  readonly customerId: string;
  readonly msisdnPreference?: string;
}

/** Both or neither; an order that holds a unit already gets that one. */
async function reserve(service: Service, tx: Tx, { orderId, customerId, msisdnPreference }: Wanted): Promise<Unit> {
  // Two calls for one order take turns; calls of different orders never wait for each other.
  await tx.read('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`reservation ${orderId}`]);
  const known = await unitOf(tx, orderId);
  if (known) return known;
  await requireOpen(tx, customerId);
  const preference = msisdnPreference ?? null;
  const preferred = preference === null ? null : nationalNumber(preference, service.config);
  const free = await freeNumber(tx, preferred);
  enforce(reservationRules, { orderId, preference, preferred, msisdn: free?.msisdn ?? null });
  const lowest = await lowestProfile(tx);
  enforce([esimPoolEmpty], { orderId, iccid: lowest?.iccid ?? null });
  return take(service, tx, free!, lowest!, { orderId, customerId }); // both are there: the rules have passed
}

/**
 * An order may have been placed in the moment its customer closed, when neither saw the other. Here they meet: closing locks the
 * customer, too, and finds what an order holds by then.
 * @throws {PolicyViolation} customer.update.customer_closed
 */
async function requireOpen(tx: Tx, customerId: string): Promise<void> {
  const customer = await tx.one<{ status: CustomerState }>('SELECT status FROM crm.customer WHERE id = $1 FOR SHARE', [customerId]);
  if (customer) enforce([customerClosed], { customerId, state: customer.status });
}

/** Rows other orders are taking are passed over, so that parallel orders do not wait. */
const lowestNumber = `SELECT * FROM inventory.msisdn WHERE status = 'available' ORDER BY msisdn LIMIT 1 FOR UPDATE SKIP LOCKED`;
const chosenNumber = `SELECT * FROM inventory.msisdn WHERE msisdn = $1 AND status = 'available' FOR UPDATE`;

const freeNumber = (tx: Tx, preferred: string | null): Promise<MsisdnRow | null> =>
  preferred === null ? tx.one<MsisdnRow>(lowestNumber) : tx.one<MsisdnRow>(chosenNumber, [preferred]);

const lowestProfile = (tx: Tx): Promise<EsimRow | null> =>
  tx.one<EsimRow>(`SELECT * FROM inventory.esim WHERE status = 'available' ORDER BY iccid LIMIT 1 FOR UPDATE SKIP LOCKED`);

async function take(service: Service, tx: Tx, free: MsisdnRow, lowest: EsimRow, holder: { orderId: string; customerId: string }): Promise<Unit> {
  const { orderId, customerId } = holder;
  const occasion: Occasion = { at: service.clock.now(), reason: null };
  const numberMove = msisdnMachine.move(tx, free.status, 'reserve', numberFacts(free, orderId), holder);
  const profileMove = esimMachine.move(tx, lowest.status, 'reserve', profileFacts(lowest, orderId), holder);
  const number = await moveMsisdn(tx, numberMove, free, { reservedBy: orderId, customerId }, occasion);
  const profile = await moveEsim(tx, profileMove, lowest, { reservedBy: orderId, customerId, msisdn: number.msisdn }, occasion);
  const reservation = await insertReservation(tx, keepReservation.permit(tx), { ...holder, msisdn: number.msisdn, iccid: profile.iccid }, occasion.at);
  recordMove(tx, numberMove, number.msisdn, { msisdn: number.msisdn, ...holder });
  recordMove(tx, profileMove, profile.iccid, { iccid: profile.iccid, msisdn: number.msisdn, ...holder });
  await watch(tx, 'msisdn', service.config.msisdnLowWater);
  await watch(tx, 'esim', service.config.esimLowWater);
  return { reservation, number, profile };
}

/** Warns once when a pool runs low (DOMAIN §4 "MSISDN"). */
async function watch(tx: Tx, pool: Pool, lowWater: number): Promise<void> {
  const available = await raisePoolAlarm(tx, watchPool.permit(tx), pool, lowWater);
  if (available === null) return;
  record(tx, pool === 'msisdn' ? 'msisdn.pool_low' : 'esim.pool_low', 'pool', { id: 'pool', available, lowWater });
}

interface Line {
  readonly subscriptionId: string;
  readonly customerId: string;
}

async function assign(service: Service, tx: Tx, orderId: string, line: Line): Promise<Unit> {
  const unit = await lockUnit(tx, orderId);
  const { reservation } = unit;
  if (reservation.state === 'assigned' && reservation.subscriptionId === line.subscriptionId) return unit;
  const at = service.clock.now();
  const move = msisdnMachine.move(tx, unit.number.status, 'assign', numberFacts(unit.number, orderId), { orderId, ...line });
  const permit = assignEsim.permit(tx, profileFacts(unit.profile, orderId));
  const number = await moveMsisdn(tx, move, unit.number, { ...line, reservedBy: null, assignedAt: at }, { at, reason: null });
  const profile = await bindEsim(tx, permit, unit.profile, line, at);
  recordMove(tx, move, number.msisdn, { msisdn: number.msisdn, iccid: profile.iccid, orderId, ...line });
  return { number, profile, reservation: await closeReservation(tx, keepReservation.permit(tx), orderId, 'assigned', line.subscriptionId, at) };
}

/** Number to the pool or into quarantine, profile to the pool or deleted (DOMAIN §5 F1 "Compensation"). */
async function release(service: Service, tx: Tx, orderId: string, hlrProvisioned: boolean, reason: string | null): Promise<Unit> {
  const unit = await lockUnit(tx, orderId);
  if (unit.reservation.state === 'released') return unit;
  const occasion: Occasion = { at: service.clock.now(), reason };
  const number = await (hlrProvisioned ? quarantine(service.config, tx, unit.number, 'release_provisioned', { orderId }, occasion) : freeAgain(tx, unit.number, orderId, occasion));
  const profile = await giveBackProfile(tx, unit.profile, orderId, occasion);
  const reservation = await closeReservation(tx, keepReservation.permit(tx), orderId, 'released', null, occasion.at);
  await quietPoolAlarm(tx, watchPool.permit(tx), 'msisdn', service.config.msisdnLowWater);
  await quietPoolAlarm(tx, watchPool.permit(tx), 'esim', service.config.esimLowWater);
  return { reservation, number, profile };
}

async function unitOf(tx: Tx, orderId: string): Promise<Unit | null> {
  const reservation = await tx.one<ReservationRow>('SELECT * FROM inventory.reservation WHERE order_id = $1 FOR UPDATE', [orderId]);
  if (!reservation) return null;
  const number = await tx.one<MsisdnRow>('SELECT * FROM inventory.msisdn WHERE msisdn = $1 FOR UPDATE', [reservation.msisdn]);
  const profile = await tx.one<EsimRow>('SELECT * FROM inventory.esim WHERE iccid = $1 FOR UPDATE', [reservation.iccid]);
  return { reservation, number: number!, profile: profile! }; // foreign keys of the reservation
}

/** @throws {NotFound} the order has never held a unit */
async function lockUnit(tx: Tx, orderId: string): Promise<Unit> {
  const unit = await unitOf(tx, orderId);
  if (!unit) throw new NotFound('reservation', orderId);
  return unit;
}

function show(service: Service, { reservation, number, profile }: Unit): Wire {
  const released = reservation.state === 'released';
  return {
    id: reservation.orderId, href: service.href(`/bss-api/inventory/v1/msisdn/${number.msisdn}`), '@type': 'Reservation', orderId: reservation.orderId,
    customerId: reservation.customerId, state: reservation.state, msisdn: number.msisdn, iccid: profile.iccid, imsi: profile.imsi,
    activationCode: released ? null : activationCodeOf(service.config.smdpAddress, profile.matchingId),
    msisdnStatus: number.status, esimStatus: profile.status, subscriptionId: reservation.subscriptionId,
  };
}
