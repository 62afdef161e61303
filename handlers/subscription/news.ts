import type { Tx } from '#db/database';
import type { DomainEvent } from '#events/consumer';
import type { Service } from '../service.ts';
import { lockLine, type Line } from './line.ts';
import { lockBoundary, parseChargeKey } from './renewal.ts';
import { retryDeclined } from './renew-now.ts';
import { noteOutcome } from './store-renewal.ts';

/**
 * A customer has another card to charge: each line that a declined renewal has blocked is tried once
 * more (DOMAIN §5 F3.5). A further card that is not the default one changes nothing.
 * @throws {Error} a renewal of the customer is being charged: the event is delivered again when that is over
 */
export async function retryWithCard(tx: Tx, service: Service, nudge: () => void, { eventType, payload }: DomainEvent): Promise<void> {
  if (eventType === 'payment_method.added' && payload['isDefault'] !== true) return;
  const busy = await tx.one<{ id: string }>(
    `SELECT r.id FROM subscription.subscription s JOIN subscription.renewal r ON r.subscription_id = s.id
     WHERE s.customer_id = $1 AND r.state = 'charging' LIMIT 1`, [payload['customerId'] ?? null]);
  if (busy) throw new Error(`renewal ${busy.id} is being charged; whether it needs the new card is not known yet`);
  const lines = await tx.read<Line>(
    "SELECT * FROM subscription.subscription WHERE customer_id = $1 AND state = 'blocked' AND block_reason = 'payment_failed' ORDER BY id FOR UPDATE", [payload['customerId'] ?? null]);
  for (const line of lines) await retryDeclined(tx, service, line);
  if (lines.length > 0) tx.afterCommit(nudge);
}

/**
 * Payment tells of a captured renewal: news of a charge whose answer was lost. One that was skipped
 * meanwhile gets its money back (DOMAIN §5 F3.6); an open one finds the same answer under its key.
 */
export async function noteCaptured(tx: Tx, service: Service, nudge: () => void, { aggregateId, payload }: DomainEvent): Promise<void> {
  const named = payload['purpose'] === 'renewal' && typeof payload['key'] === 'string' ? parseChargeKey(payload['key']) : null;
  if (!named || !(await lockLine(tx, named.subscriptionId))) return;
  const renewal = await lockBoundary(tx, named.subscriptionId, named.boundary);
  if (!renewal || renewal.attempt !== named.attempt || renewal.paymentId !== null) return;
  if (renewal.state === 'captured' || renewal.state === 'declined') return;
  const billId = typeof payload['billId'] === 'string' ? payload['billId'] : null;
  await noteOutcome(tx, renewal, { paymentId: aggregateId, billId, nextRunMs: service.clock.tick() }, service.clock.now());
  tx.afterCommit(nudge);
}
