import type { Tx, Writer } from '#db/database';
import { record } from '#events/record';
import type { EventType } from '#generated/events';
import type { Move } from '#policy/machine';
import { requireContext } from '#runtime/context';

/** Records what a transition tells, with the members every change of state has (DOMAIN §7). */
export function recordMove(
  tx: Tx, move: Move<string, string>, aggregateId: string, payload: Readonly<Record<string, unknown>>, reason: string | null = null,
): void {
  for (const type of move.events) {
    // A machine's table names events of the catalogue; the tests of policy/ hold it to that.
    record(tx, type as EventType, aggregateId, { ...payload, from: move.from, to: move.to, trigger: move.trigger, reason });
  }
}

/** Appends the row of a state change to `<table>_history`; `owner` is its reference to the aggregate. */
export const keepHistory = (
  writer: Writer, table: string, owner: Readonly<Record<string, string>>, move: Move<string, string>, at: Date, reason: string | null = null,
): Promise<unknown> =>
  writer.insert(`${table}_history`, { ...owner, fromState: move.from, toState: move.to, trigger: move.trigger, reason, actor: requireContext().actor, at });
