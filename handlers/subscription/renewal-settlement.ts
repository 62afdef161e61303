import type { Tx } from '#db/database';
import { record } from '#events/record';
import { renewalMachine } from '#policy/renewal';
import { subscriptionMachine } from '#policy/subscription';
import { RemoteError } from '#runtime/errors';
import type { Service } from '../service.ts';
import { chargeCard, giveBack, pauseMs, type Outcome } from './card-charge.ts';
import { renewalEvent } from './due.ts';
import { lineEvent } from './event.ts';
import { lockLine, type Line } from './line.ts';
import { chargeKey, lockRenewal, type Renewal } from './renewal.ts';
import { startPeriod } from './new-period.ts';
import { updateLine } from './store.ts';
import { noteOutcome, storeRenewal } from './store-renewal.ts';

/**
 * Charges a claimed renewal and takes it to its end (DOMAIN §5 F3.2–3). The charge has its key, so that
 * a repeat after a crash finds the first result.
 * @returns the renewal: captured, declined, or skipped because its line ended meanwhile
 * @throws {Unavailable | RemoteError} payment does not answer now; the renewal is due again later
 */
export async function settleRenewal(service: Service, renewal: Renewal): Promise<Renewal> {
  const outcome = await charge(service, renewal);
  return takeOutcome(service, renewal, outcome);
}

async function charge(service: Service, renewal: Renewal): Promise<Outcome> {
  try {
    return await chargeCard(service, chargeOf(renewal));
  } catch (error) {
    // Somebody else is at this very charge, after our lease or theirs has lapsed: payment is there, and they bring it to its end.
    if (!(error instanceof RemoteError && error.status === 409)) await delay(service, renewal);
    throw error;
  }
}

/** A claimed renewal knows what it charges (CHECK renewal_charges_something). */
const chargeOf = (renewal: Renewal) => ({
  key: chargeKey(renewal), customerId: renewal.customerId, subscriptionId: renewal.subscriptionId, purpose: 'renewal' as const,
  description: renewal.offeringName!, amountMinor: renewal.priceMinor!, currency: renewal.currency!, offeringId: renewal.offeringId!, priceId: renewal.priceId!,
  period: { start: renewal.periodStart!, end: renewal.periodEnd! }, paymentMethodId: null,
});

/** Whoever else worked on it after the lease had lapsed has settled it. */
const isMine = (current: Renewal, mine: Renewal): boolean => current.state === 'charging' && current.attempt === mine.attempt;

async function locked(tx: Tx, { id, subscriptionId }: Renewal): Promise<{ line: Line; current: Renewal }> {
  const line = await lockLine(tx, subscriptionId);
  const current = await lockRenewal(tx, id);
  if (!line || !current) throw new Error(`renewal ${id} or its line is gone`);
  return { line, current };
}

/** Payment is away: the line keeps its balances and stays as it is, and is told so once. */
const delay = (service: Service, renewal: Renewal): Promise<void> =>
  service.db.tx(async (tx) => {
    const { line, current } = await locked(tx, renewal);
    if (!isMine(current, renewal)) return;
    const now = service.clock.now();
    const move = renewalMachine.move(tx, current.state, 'delay', undefined);
    const stored = await storeRenewal(tx, move, current, {
      tries: current.tries + 1, nextRunMs: service.clock.tick() + pauseMs(service, current.tries), delayedAt: current.delayedAt ?? now,
    }, 'payment unreachable', now);
    if (current.delayedAt !== null) return;
    record(tx, 'subscription.renewal_delayed', line.id, {
      ...renewalEvent(line, stored), from: move.from, to: move.to, trigger: move.trigger, reason: 'payment unreachable',
    });
  });

/** T(subscription) under the line lock. */
const takeOutcome = (service: Service, renewal: Renewal, outcome: Outcome): Promise<Renewal> =>
  service.db.tx(async (tx) => {
    const { line, current } = await locked(tx, renewal);
    if (!isMine(current, renewal)) return current;
    if (line.state === 'terminated') return tooLate(tx, service, line, current, outcome);
    return outcome.captured ? startPeriod(tx, service, line, current, outcome) : decline(tx, service, line, current, outcome);
  });

/** The line ended while its card was charged: what was taken goes back. */
async function tooLate(tx: Tx, service: Service, line: Line, renewal: Renewal, { captured, paymentId, billId, declineCode }: Outcome): Promise<Renewal> {
  const now = service.clock.now();
  const move = renewalMachine.move(tx, renewal.state, 'giveBack', undefined);
  const stored = await storeRenewal(tx, move, renewal, {
    skipReason: 'terminated', settledAt: now, paymentId, billId, declineCode, nextRunMs: captured && paymentId !== null ? service.clock.tick() : null,
  }, 'terminated', now);
  record(tx, 'subscription.renewal_skipped', line.id, { ...renewalEvent(line, stored), from: move.from, to: move.to, trigger: move.trigger, reason: 'terminated' });
  return stored;
}

/** No money, no service: the line is blocked until its customer sees to it. A pending change waits for the retry (F2.3). */
async function decline(tx: Tx, service: Service, line: Line, renewal: Renewal, { paymentId, declineCode }: Outcome): Promise<Renewal> {
  const now = service.clock.now();
  const move = renewalMachine.move(tx, renewal.state, 'deny', undefined);
  const stored = await storeRenewal(tx, move, renewal, { paymentId, declineCode, settledAt: now, nextRunMs: null }, declineCode, now);
  record(tx, 'subscription.renewal_declined', line.id, {
    ...renewalEvent(line, stored), declineCode, from: move.from, to: move.to, trigger: move.trigger, reason: declineCode,
  });
  if (line.blockReason === 'payment_failed') return stored;
  const blocking = subscriptionMachine.move(tx, line.state, 'renewalDenied', { subscriptionId: line.id, state: line.state });
  const blocked = await updateLine(tx, blocking, line, { blockReason: 'payment_failed' }, 'payment_failed', now);
  record(tx, 'subscription.blocked', line.id, {
    ...lineEvent(blocked), blockReason: 'payment_failed', from: blocking.from, to: blocking.to, trigger: blocking.trigger, reason: 'payment_failed',
  });
  return stored;
}

/**
 * Gives back the money of a skipped renewal whose charge came through (DOMAIN §5 F3.6, F10).
 * @throws {Unavailable | RemoteError} payment does not answer now; it is tried again later
 */
export async function returnMoney(service: Service, renewal: Renewal): Promise<void> {
  const { id, customerId, paymentId, priceMinor, currency } = renewal;
  if (paymentId === null || priceMinor === null || currency === null) throw new Error(`renewal ${id} has taken no money`);
  const reason = `Renewal ${id} came too late for its line.`;
  try {
    const refundId = await giveBack(service, { key: `${chargeKey(renewal)}:refund`, customerId, paymentId, amountMinor: priceMinor, currency, reason });
    await note(service, renewal, { refundId, nextRunMs: null });
  } catch (error) {
    await note(service, renewal, { nextRunMs: service.clock.tick() + pauseMs(service, renewal.tries), tries: renewal.tries + 1 });
    throw error;
  }
}

const note = (service: Service, renewal: Renewal, values: Partial<Pick<Renewal, 'refundId' | 'nextRunMs' | 'tries'>>): Promise<void> =>
  service.db.tx(async (tx) => {
    const { current } = await locked(tx, renewal);
    if (current.refundId === null) await noteOutcome(tx, current, { ...values, leaseUntilMs: null }, service.clock.now());
  });
