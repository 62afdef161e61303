import type { Stack } from './stack.ts';

/**
 * Parks events of orders for a consumer as the bus does after its last attempt.
 * @returns ids of the messages
 */
export async function parkMessages(stack: Stack, consumer: string, count: number): Promise<string[]> {
  const rows = await stack.sql<{ id: string }>(
    `INSERT INTO integrations.queue_message (queue, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, state, attempts, last_error, parked_at)
     SELECT $1, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, 'parked', 6, 'a snapshot was not to be had', occurred_at
     FROM audit.domain_event WHERE event_type = 'order.acknowledged' ORDER BY position LIMIT $2 RETURNING $1 || ':' || event_id AS id`, [consumer, count]);
  return rows.map(({ id }) => id);
}
