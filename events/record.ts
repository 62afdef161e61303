import type { Tx } from '#db/database';
import { eventCatalogue, type EventType } from '#generated/events';

/**
 * Records an event in the transaction of the change it tells of: ledger and outbox in one (DOMAIN §7).
 * `payload` carries the aggregate id, customerId and subscriptionId where known, and from, to,
 * trigger, reason on state changes.
 */
export function record(tx: Tx, eventType: EventType, aggregateId: string, payload: Readonly<Record<string, unknown>>): void {
  tx.record({ eventType, aggregateType: eventCatalogue[eventType].aggregate, aggregateId, payload });
}
