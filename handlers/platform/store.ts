/** Everything the platform's role writes: the clock and the queues' parked messages. */
import type { Tx } from '#db/database';
import type { Permit } from '#policy/permit';
import type { ClockState } from '#runtime/clock';

interface ClockRow {
  readonly frozenAtMs: number | null;
  readonly offsetMs: number;
}

interface Reader {
  one<R>(text: string, values?: readonly unknown[]): Promise<R | null>;
}

const stateOf = (row: ClockRow | null): ClockState => {
  if (!row) throw new Error('integrations.clock has lost its row');
  return { frozenAtMs: row.frozenAtMs, offsetMs: row.offsetMs };
};

export const readClock = async (reader: Reader): Promise<ClockState> =>
  stateOf(await reader.one<ClockRow>('SELECT frozen_at_ms, offset_ms FROM integrations.clock'));

/** Holds off every other change of the clock until the transaction ends. */
export const lockClock = async (tx: Tx): Promise<ClockState> =>
  stateOf(await tx.one<ClockRow>('SELECT frozen_at_ms, offset_ms FROM integrations.clock FOR UPDATE'));

export async function storeClock(tx: Tx, permit: Permit<'clock.freeze' | 'clock.advance' | 'clock.unfreeze'>, state: ClockState): Promise<void> {
  await tx.writer(permit).update('integrations.clock', { id: true }, { frozenAtMs: state.frozenAtMs, offsetMs: state.offsetMs });
}

/** Makes a parked message due again, with all its attempts. */
export async function requeue(tx: Tx, permit: Permit<'message.replay'>, id: number): Promise<void> {
  await tx.writer(permit).update('integrations.queue_message', { id }, { state: 'waiting', attempts: 0, nextRunMs: 0, parkedAt: null });
}

/** Takes a parked message out of its queue: what waits behind it may pass. */
export async function dropMessage(tx: Tx, permit: Permit<'message.discard'>, id: number): Promise<void> {
  await tx.writer(permit).remove('integrations.queue_message', { id });
}
