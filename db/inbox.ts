import { schemaOf } from './schemas.ts';
import { bookkeeping, type Tx } from './transaction.ts';

/**
 * Takes an event into the inbox of a consumer, in the transaction of its effect (invariant I24).
 * @returns false when this consumer has had the event before: there is nothing to do
 */
export async function takeIntoInbox(tx: Tx, consumer: string, eventId: string, at: Date): Promise<boolean> {
  const rows = await tx[bookkeeping](
    `INSERT INTO ${schemaOf(tx.service)}.inbox (consumer, event_id, received_at) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING event_id`, [consumer, eventId, at]);
  return rows.length === 1;
}
