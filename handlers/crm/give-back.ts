import type { Tx } from '#db/database';
import { esimMachine, type EsimFacts } from '#policy/esim';
import { msisdnMachine, type MsisdnFacts } from '#policy/msisdn';
import type { Config } from '#runtime/config';
import { newMatchingId } from '#runtime/numbering';
import { recordMove } from '../transition.ts';
import { moveEsim, moveMsisdn, type EsimRow, type MsisdnRow, type Occasion } from './store-inventory.ts';

/** Facts about a number an order asks about. */
export const numberFacts = (row: MsisdnRow, orderId: string | null): MsisdnFacts => ({ msisdn: row.msisdn, orderId, reservedBy: row.reservedBy });

/** Facts about a profile; `eid` is what a device has told. */
export const profileFacts = (row: EsimRow, orderId: string | null, eid: string | null = null, eidValid = true): EsimFacts =>
  ({ iccid: row.iccid, orderId, reservedBy: row.reservedBy, eid, eidValid });

/** A number the network has never known goes back into the pool. */
export async function freeAgain(tx: Tx, row: MsisdnRow, orderId: string, occasion: Occasion): Promise<MsisdnRow> {
  const move = msisdnMachine.move(tx, row.status, 'release', numberFacts(row, orderId), { orderId, msisdn: row.msisdn });
  const number = await moveMsisdn(tx, move, row, { reservedBy: null, customerId: null }, occasion);
  recordMove(tx, move, row.msisdn, { msisdn: row.msisdn, orderId, customerId: row.customerId }, occasion.reason);
  return number;
}

/** Lets a number the network has known rest; nobody holds it any more. */
export async function quarantine(
  config: Pick<Config, 'msisdnQuarantineDays'>, tx: Tx, row: MsisdnRow, trigger: 'release_provisioned' | 'deprovision', ids: Readonly<Record<string, unknown>>, occasion: Occasion,
): Promise<MsisdnRow> {
  const move = msisdnMachine.move(tx, row.status, trigger, numberFacts(row, row.reservedBy), { msisdn: row.msisdn, ...ids });
  const quarantineUntil = new Date(occasion.at.getTime() + config.msisdnQuarantineDays * 86_400_000);
  const number = await moveMsisdn(tx, move, row, { reservedBy: null, subscriptionId: null, assignedAt: null, quarantineUntil }, occasion);
  recordMove(tx, move, row.msisdn, {
    msisdn: row.msisdn, customerId: row.customerId, subscriptionId: row.subscriptionId, ...ids, quarantineUntil: quarantineUntil.toISOString(),
  }, occasion.reason);
  return number;
}

/** A profile nobody has downloaded is as good as new under another matching id; any other is deleted. */
export async function giveBackProfile(tx: Tx, row: EsimRow, orderId: string, occasion: Occasion): Promise<EsimRow> {
  if (row.status !== 'reserved') return deleteProfile(tx, row, { orderId }, occasion);
  const move = esimMachine.move(tx, row.status, 'release', profileFacts(row, orderId), { orderId, iccid: row.iccid });
  const profile = await moveEsim(tx, move, row, { reservedBy: null, customerId: null, msisdn: null, matchingId: newMatchingId() }, occasion);
  recordMove(tx, move, row.iccid, { iccid: row.iccid, orderId, customerId: row.customerId }, occasion.reason);
  return profile;
}

/** Ends a profile for good (I16). */
export async function deleteProfile(tx: Tx, row: EsimRow, ids: Readonly<Record<string, unknown>>, occasion: Occasion): Promise<EsimRow> {
  const move = esimMachine.move(tx, row.status, 'delete', profileFacts(row, row.reservedBy), { iccid: row.iccid, ...ids });
  const profile = await moveEsim(tx, move, row, { reservedBy: null }, occasion);
  recordMove(tx, move, row.iccid, { iccid: row.iccid, eid: row.eid, customerId: row.customerId, subscriptionId: row.subscriptionId, ...ids }, occasion.reason);
  return profile;
}
