import type { Consumer, DomainEvent } from '#events/consumer';
import type { Tx } from '#db/database';
import { noteOrder } from '#policy/subscription';
import type { Service } from '../service.ts';
import { chargeUse } from './charge.ts';
import { noteCaptured, retryWithCard } from './news.ts';
import { insertOpenOrder, removeOpenOrder } from './store.ts';

/** @param nudge wakes the worker that carries renewals on */
export const consumers = (service: Service, nudge: () => void): Consumer[] => [
  {
    name: 'subscription.usage',
    types: ['usage.rated'],
    apply: (tx, event) => chargeUse(tx, service.clock, event),
  },
  {
    name: 'subscription.order',
    types: ['order.acknowledged', 'order.pending', 'order.rejected', 'order.completed', 'order.failed', 'order.cancelled'],
    apply: noteOpenOrder,
  },
  {
    name: 'subscription.card',
    types: ['payment_method.added', 'payment_method.default_changed'],
    apply: (tx, event) => retryWithCard(tx, service, nudge, event),
  },
  {
    name: 'subscription.payment',
    types: ['payment.captured'],
    apply: (tx, event) => noteCaptured(tx, service, nudge, event),
  },
];

/**
 * Orders on a line that is there already; the order that makes a line is known by the line's own state.
 * One that waits for a renewal (order.pending) does not keep its line from ending: its change ends with it.
 */
async function noteOpenOrder(tx: Tx, event: DomainEvent): Promise<void> {
  const { subscriptionId } = event.payload;
  const permit = noteOrder.permit(tx);
  if (event.eventType !== 'order.acknowledged') return removeOpenOrder(tx, permit, event.aggregateId);
  if (typeof subscriptionId !== 'string') return;
  await insertOpenOrder(tx, permit, { orderId: event.aggregateId, subscriptionId, since: new Date(event.occurredAt) });
}
