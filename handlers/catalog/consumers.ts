import type { Tx } from '#db/database';
import type { Consumer, DomainEvent } from '#events/consumer';
import { freezePrice, noteLine } from '#policy/catalog';
import { markFrozen, upsertLine } from './store.ts';

/** What others have made of the catalog: amounts they hold, lines that live on an offering. */
export const consumers: readonly Consumer[] = [
  { name: 'catalog.snapshot', types: ['order.acknowledged', 'subscription.vas_purchased', 'subscription.plan_change_scheduled', 'subscription.price_migration_scheduled'], apply: snapshot },
  { name: 'catalog.line', types: ['subscription.created', 'subscription.plan_changed', 'subscription.terminated'], apply: line },
];

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** An amount that was taken over never changes any more (catalog.price.frozen). */
async function snapshot(tx: Tx, { eventType, payload, occurredAt }: DomainEvent): Promise<void> {
  const named = text((payload['priceSnapshot'] as { priceId?: unknown } | null | undefined)?.priceId ?? payload['priceId']); // an object, DOMAIN §7
  // An order without price has taken none over; where a line names no price, it was the one in force.
  const offeringId = eventType === 'order.acknowledged' ? null : text(payload['newOfferingId'] ?? payload['offeringId']);
  const rows = await tx.read<{ id: string }>(
    `SELECT id FROM catalog.price WHERE NOT frozen AND (id = $1 OR ($1::text IS NULL AND offering_id = $2 AND lifecycle_status = 'Launched' AND validity @> $3::timestamptz))
     ORDER BY id FOR UPDATE`, [named, offeringId, occurredAt]);
  if (rows.length > 0) await markFrozen(tx, freezePrice.permit(tx), rows.map(({ id }) => id));
}

async function line(tx: Tx, { eventType, aggregateId, payload }: DomainEvent): Promise<void> {
  const offeringId = text(payload['newOfferingId'] ?? payload['offeringId']);
  if (offeringId !== null) await upsertLine(tx, noteLine.permit(tx), aggregateId, offeringId, eventType === 'subscription.terminated');
}
