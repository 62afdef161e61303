/** Everything the platform's role writes about subscriptions on somebody's behalf. */
import type { Tx } from '#db/database';
import type { Permit } from '#policy/permit';
import { formatId } from '#runtime/ids';

export interface NewHub {
  readonly api: string;
  readonly callback: string;
  readonly query: string | null;
  readonly eventNames: readonly string[] | null;
  readonly at: Date;
}

/** @returns the id; events recorded from now on are told */
export async function insertHub(tx: Tx, permit: Permit<'hub.create'>, { api, callback, query, eventNames, at }: NewHub): Promise<string> {
  const next = await tx.one<{ number: number; position: number }>(
    `SELECT nextval('integrations.seq_hub') AS number, (SELECT last_value FROM audit.event_position) AS position`);
  if (!next) throw new Error('a sequence gave no number');
  const id = formatId('HUB', next.number);
  await tx.writer(permit).insert('integrations.hub', { id, api, callback, query, eventNames, sincePosition: next.position, createdAt: at });
  return id;
}

/** With everything that was still to be sent to it. */
export async function removeHub(tx: Tx, permit: Permit<'hub.delete'>, id: string): Promise<void> {
  await tx.writer(permit).remove('integrations.hub', { id });
}

/** Makes deliveries that were given up due again, with all their time. */
export async function requeueParked(tx: Tx, permit: Permit<'hub.replay'>, hubId: string, atMs: number): Promise<void> {
  await tx.writer(permit).update('integrations.hub_delivery', { hubId, state: 'parked' },
    { state: 'waiting', attempts: 0, nextRunMs: 0, sinceMs: atMs, endedMs: null });
}
