import type { Consumer, DomainEvent } from '#events/consumer';
import type { Tx } from '#db/database';
import { noteOrder } from '#policy/subscription';
import type { Service } from '../service.ts';
import { chargeUse } from './charge.ts';
import { insertOpenOrder, removeOpenOrder } from './store.ts';

export const consumers = (service: Service): Consumer[] => [
  {
    name: 'subscription.usage',
    types: ['usage.rated'],
    apply: (tx, event) => chargeUse(tx, service.clock, event),
  },
  {
    name: 'subscription.order',
    types: ['order.acknowledged', 'order.rejected', 'order.completed', 'order.failed', 'order.cancelled'],
    apply: noteOpenOrder,
  },
];

/** Orders on a line that is there already; the order that makes a line is known by the line's own state. */
async function noteOpenOrder(tx: Tx, event: DomainEvent): Promise<void> {
  const { subscriptionId } = event.payload;
  const permit = noteOrder.permit(tx);
  if (event.eventType !== 'order.acknowledged') return removeOpenOrder(tx, permit, event.aggregateId);
  if (typeof subscriptionId !== 'string') return;
  await insertOpenOrder(tx, permit, { orderId: event.aggregateId, subscriptionId, since: new Date(event.occurredAt) });
}
