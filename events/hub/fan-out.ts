import type { Tx } from '#db/database';
import { bookkeeping } from '#db/transaction';
import { eventCatalogue, type HubEvent } from '#generated/events';
import type { OutboxEvent } from '../bus.ts';

interface Told extends HubEvent {
  readonly of: OutboxEvent;
}

/**
 * Writes down which subscribers are to be told of these events (DOMAIN F11.3), in the relay's
 * transaction: none is lost between the outbox and the delivery. An event before the subscription
 * is not told.
 * @returns the number of deliveries that came of it
 */
export async function fanOut(tx: Tx, events: readonly OutboxEvent[], atMs: number): Promise<number> {
  // A subscription made after this look is made after these events, too.
  const apis = new Set((await tx.read<{ api: string }>('SELECT DISTINCT api FROM integrations.hub')).map(({ api }) => api));
  const told = events.flatMap((of) => notificationsOf(of).filter(({ api }) => apis.has(api)).map((each): Told => ({ ...each, of })));
  if (told.length === 0) return 0;
  const column = (pick: (one: Told) => unknown): unknown[] => told.map(pick);
  const made = await tx[bookkeeping](
    `INSERT INTO integrations.hub_delivery (hub_id, api, event_id, occurred_at, position, event_type, aggregate_type, aggregate_id, aggregate_seq, event_name, resource, since_ms)
     SELECT h.id, e.api, e.event_id, e.occurred_at, e.position, e.event_type, e.aggregate_type, e.aggregate_id, e.aggregate_seq, e.event_name, e.resource, $11
     FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[])
       AS e (api, event_id, occurred_at, position, event_type, aggregate_type, aggregate_id, aggregate_seq, event_name, resource)
     JOIN integrations.hub h ON h.api = e.api AND h.since_position < e.position AND (h.event_names IS NULL OR e.event_name = ANY(h.event_names))
     ON CONFLICT (hub_id, event_id, event_name) DO NOTHING RETURNING id`,
    [column((one) => one.api), column(({ of }) => of.eventId), column(({ of }) => of.occurredAt), column(({ of }) => of.position),
      column(({ of }) => of.eventType), column(({ of }) => of.aggregateType), column(({ of }) => of.aggregateId), column(({ of }) => of.aggregateSeq),
      column((one) => one.event), column((one) => one.resource), atMs]);
  return made.length;
}

/** Where an aggregate feeds several resources, the prefix of its id tells which. */
const notificationsOf = ({ eventType, aggregateId }: OutboxEvent): HubEvent[] =>
  eventCatalogue[eventType].hub.filter(({ idPrefix }) => idPrefix === null || aggregateId.startsWith(`${idPrefix}-`));
