import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { components } from '#generated/types/subscription';
import { subscriptionMachine } from '#policy/subscription';
import { ok } from '#runtime/client';
import { NotFound, RemoteError } from '#runtime/errors';
import type { Service } from '../service.ts';
import { lineEvent, periodEvent } from './event.ts';
import { lockLine, type Line } from './line.ts';
import { anchorOf, nextBoundary } from './period.ts';
import { nextIds, storeActivation } from './store.ts';

export type Activation = components['schemas']['SubscriptionActivate'];

/**
 * Opens the first period of a paid line and fills its buckets (DOMAIN §5 F1.11, P2). A repeat with
 * the same bill finds the line as it is.
 * @throws {PolicyViolation} subscription.transition.invalid, subscription.activate.payment_missing
 */
export async function activateLine(service: Service, id: string, body: Activation): Promise<Line> {
  const { paymentId = null, billId = null }: { paymentId?: string | null; billId?: string | null } = body;
  const paymentStatus = await statusOfPayment(service, paymentId);
  return service.db.tx(async (tx) => {
    const line = await lockLine(tx, id);
    if (!line) throw new NotFound('subscription', id);
    if (line.activationBillId !== null && line.activationBillId === billId && line.state !== 'terminated') return line;
    return activate(tx, service, line, { paymentId, billId, paymentStatus });
  });
}

interface Proof {
  readonly paymentId: string | null;
  readonly paymentStatus: string | null;
  readonly billId: string | null;
}

async function activate(tx: Tx, service: Service, line: Line, proof: Proof): Promise<Line> {
  const now = service.clock.now();
  const { timezone } = service.config;
  const facts = { subscriptionId: line.id, state: line.state, priceMinor: line.priceMinor, ...proof };
  const move = subscriptionMachine.move(tx, line.state, 'activate', facts, { subscriptionId: line.id, customerId: line.customerId });
  const anchor = anchorOf(now, timezone);
  const periodEnd = nextBoundary(now, anchor, timezone);
  const values = { anchor, periodStart: now, periodEnd, activatedAt: now, activationPaymentId: proof.paymentId, activationBillId: proof.billId };
  const stored = await storeActivation(tx, move, line, values, {
    ids: await nextIds(tx, 'BKT', line.grants.length), grants: line.grants, subscriptionId: line.id, source: 'plan', offeringId: line.offeringId,
    purchaseId: null, expiresAt: periodEnd,
  }, now);
  record(tx, 'subscription.activated', line.id, {
    ...lineEvent(stored), ...periodEvent(stored), paymentId: proof.paymentId, billId: proof.billId,
    from: move.from, to: move.to, trigger: move.trigger, reason: null,
  });
  return stored;
}

/** Status of a payment in TMF676; null when none is named or there is none. */
async function statusOfPayment(service: Service, paymentId: string | null): Promise<string | null> {
  if (paymentId === null) return null;
  try {
    const payment = await ok(service.clients.TMF676.GET('/payment/{id}', { params: { path: { id: paymentId }, query: { fields: 'status' } } }));
    return payment.status ?? null;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) return null;
    throw error;
  }
}
