import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { EventType } from '#generated/events';
import type { Move } from '#policy/machine';

/** Records what a transition tells, with the members every change of state has (DOMAIN §7). */
export function recordMove(
  tx: Tx, move: Move<string, string>, aggregateId: string, payload: Readonly<Record<string, unknown>>, reason: string | null = null,
): void {
  for (const type of move.events) {
    // A machine's table names events of the catalogue; the tests of policy/ hold it to that.
    record(tx, type as EventType, aggregateId, { ...payload, from: move.from, to: move.to, trigger: move.trigger, reason });
  }
}
