import type { Event } from '../renderers/event.ts';

/** Members of a payload that name what an event belongs to. */
const links = [
  'customerId', 'subscriptionId', 'orderId', 'serviceOrderId', 'serviceId', 'paymentId', 'paymentMethodId', 'billId', 'usageId', 'purchaseId', 'taskId', 'msisdn', 'iccid',
] as const;

const linked = (event: Event): string[] => [event.aggregateId, ...links.flatMap((link) => (typeof event.payload[link] === 'string' ? [event.payload[link]] : []))];

/**
 * The events that belong to one customer, directly or through what they name: on an installation in
 * use others happen at the same time.
 */
export function eventsOf(customerId: string, events: readonly Event[]): Event[] {
  const known = new Set([customerId]);
  const own = new Set<Event>();
  for (let before = -1; before !== own.size;) {
    before = own.size;
    for (const event of events) {
      const ids = linked(event);
      const foreign = typeof event.payload['customerId'] === 'string' && event.payload['customerId'] !== customerId;
      if (own.has(event) || foreign || !ids.some((id) => known.has(id))) continue;
      own.add(event);
      for (const id of ids) known.add(id);
    }
  }
  return events.filter((event) => own.has(event));
}
