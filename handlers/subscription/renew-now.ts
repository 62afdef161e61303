import type { Tx } from '#db/database';
import { renewalMachine, renewInProgress, renewPaymentDeclined, renewRules } from '#policy/renewal';
import { enforce, violation } from '#policy/rule';
import { subscriptionMachine } from '#policy/subscription';
import { NotFound } from '#runtime/errors';
import type { IncomingHeaders } from '#runtime/handler';
import { originOf } from '#runtime/origin';
import { requireMatch } from '../resource/etag.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Service } from '../service.ts';
import { hasCard } from './card-charge.ts';
import { changeAt, claim, fallDue } from './due.ts';
import { leaseMs } from './lease.ts';
import { findLine, lockLine, type Line } from './line.ts';
import { findRenewalByKey, lockRenewal, newestRenewals, openRenewal, renewalFacts, type Renewal } from './renewal.ts';
import { reclaim } from './renewal-run.ts';
import { settleRenewal } from './renewal-settlement.ts';
import { requestKey } from './request-key.ts';
import { leaseOne, nothingCharged, storeRenewal } from './store-renewal.ts';

/**
 * Charges the next period of a line whose boundary has come (DOMAIN §5 F3.5): one more attempt after a
 * decline, else what the sweep would do. The same caller with the same key gets the same renewal.
 * @returns the renewal, captured
 * @throws {PolicyViolation} subscription.renew.*, subscription.transition.invalid, auth.customer.not_owner
 * @throws {Unavailable} payment cannot be reached now; the renewal goes on by itself
 */
export async function renewNow(service: Service, lineId: string, headers: IncomingHeaders): Promise<Renewal> {
  const line = await findLine(service.db, lineId);
  if (!line) throw new NotFound('subscription', lineId);
  requireOwner('subscription', lineId, line.customerId);
  const key = requestKey(`renew:${lineId}`);
  const earlier = key === null ? null : await findRenewalByKey(service.db, key);
  if (earlier) return answered(line, await resumed(service, line, earlier));
  requireMatch(headers, line);
  const hasPaymentMethod = priceNext(service, line) === 0 || (await hasCard(service, line.customerId));
  const claimed = await service.db.tx((tx) => start(tx, service, lineId, hasPaymentMethod, key));
  return answered(line, await settleRenewal(service, claimed));
}

const priceNext = ({ clock }: Service, line: Line): number => (changeAt(line, clock.now()) ?? line).priceMinor;

/** Takes over a renewal that an earlier call left charging, or due because payment was away. */
async function resumed(service: Service, line: Line, renewal: Renewal): Promise<Renewal> {
  if (renewal.state !== 'charging' && renewal.state !== 'due') return renewal;
  const taken = await service.db.tx(async (tx) => {
    const leased = await leaseOne(tx, renewal.id, service.clock.tick(), leaseMs(service));
    return leased?.state === 'due' ? reclaim(tx, service, leased) : leased;
  });
  if (taken) return settleRenewal(service, taken);
  throw violation(renewInProgress, { ...renewalFacts(line, service.clock.now()), chargingId: renewal.id });
}

/** @throws {PolicyViolation} subscription.renew.payment_declined, subscription.transition.invalid */
function answered(line: Line, renewal: Renewal): Renewal {
  const { id, subscriptionId, customerId, paymentId, declineCode } = renewal;
  if (renewal.state === 'declined') throw violation(renewPaymentDeclined, { subscriptionId, customerId, renewalId: id, paymentId, declineCode, declined: true });
  // The line ended while its card was charged; the money goes back.
  if (renewal.skipReason === 'terminated') subscriptionMachine.move({}, 'terminated', 'renew', { subscriptionId }, { subscriptionId, customerId: line.customerId });
  return renewal;
}

async function start(tx: Tx, service: Service, lineId: string, hasPaymentMethod: boolean, key: string | null): Promise<Renewal> {
  const line = await lockLine(tx, lineId);
  if (!line) throw new NotFound('subscription', lineId);
  subscriptionMachine.move(tx, line.state, 'renew', { subscriptionId: lineId, state: line.state }, { subscriptionId: lineId, customerId: line.customerId });
  const open = await openRenewal(tx, lineId);
  enforce(renewRules, { ...renewalFacts(line, service.clock.now()), chargingId: open?.state === 'charging' ? open.id : null, hasPaymentMethod });
  const renewal = open ? await reclaim(tx, service, open, key) : await claim(tx, service, line, await nextOf(tx, service, line), key);
  if (!renewal) throw new Error(`the renewal of ${lineId} cannot be claimed though the line is locked`);
  return renewal;
}

/** The declined renewal, once more; else what has fallen due. */
async function nextOf(tx: Tx, service: Service, line: Line): Promise<Renewal> {
  return (await retryDeclined(tx, service, line)) ?? fallDue(tx, service, line);
}

/**
 * Makes the declined renewal of a locked line due again, one attempt further.
 * @returns null when the line waits for no retry
 */
export async function retryDeclined(tx: Tx, service: Service, line: Line): Promise<Renewal | null> {
  if (line.blockReason !== 'payment_failed') return null;
  const [newest] = await newestRenewals(tx, [line.id]);
  const renewal = newest && (await lockRenewal(tx, newest.id));
  if (renewal?.state !== 'declined') return null;
  const move = renewalMachine.move(tx, renewal.state, 'retry', undefined);
  return storeRenewal(tx, move, renewal, {
    ...nothingCharged, attempt: renewal.attempt + 1, ...originOf(), nextRunMs: service.clock.tick(),
  }, null, service.clock.now());
}
