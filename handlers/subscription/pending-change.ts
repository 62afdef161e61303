import type { Tx } from '#db/database';
import type { Move } from '#policy/machine';
import { pendingMachine, type PendingKind, type PendingState, type PlanChangeFacts } from '#policy/plan-change';
import { isoTime } from '#runtime/clock';
import type { Allowance } from '#runtime/quantity';
import { lineEvent } from './event.ts';
import type { Grant, Line } from './line.ts';

/** A change of plan or price that waits for its boundary (DOMAIN §4 Pending change). */
export interface PendingChange {
  readonly kind: PendingKind;
  readonly offeringId: string;
  readonly offeringName: string;
  readonly priceId: string;
  readonly priceName: string | null;
  readonly priceMinor: number;
  readonly grants: readonly Grant[];
  readonly blockingAllowances: readonly Allowance[];
  readonly effectiveAt: Date;
  readonly requestedAt: Date;
  readonly orderId: string | null;
  readonly migrationId: string | null;
}

/** What is pending on a line; null = nothing. The rest is there with the kind, as the table's CHECK has it. */
export const pendingOf = (line: Line): PendingChange | null => (line.pendingKind === null ? null : {
  kind: line.pendingKind, offeringId: line.pendingOfferingId!, offeringName: line.pendingOfferingName!, priceId: line.pendingPriceId!,
  priceName: line.pendingPriceName, priceMinor: line.pendingPriceMinor!, grants: line.pendingGrants!, blockingAllowances: line.pendingBlockingAllowances!,
  effectiveAt: line.pendingEffectiveAt!, requestedAt: line.pendingRequestedAt!, orderId: line.pendingOrderId, migrationId: line.pendingMigrationId,
});

/** The state a line's pending change is in, for its machine. */
export const pendingState = ({ pendingKind }: Line): PendingState | null => (pendingKind === null ? null : 'scheduled');

/** The line as the rules of plan changes look at it. */
export const planFacts = (line: Line): PlanChangeFacts => ({
  subscriptionId: line.id, customerId: line.customerId, state: line.state, currentOfferingId: line.offeringId, pendingKind: line.pendingKind,
  pendingOfferingId: line.pendingOfferingId,
});

export type PendingMove<Action extends string> = Move<Action, PendingState>;

/** What the events of a change tell; `changeOrderId` is the order that asked for it, `orderId` the one that made the line. */
export const changeEvent = (line: Line, change: PendingChange, oldOfferingId: string): Readonly<Record<string, unknown>> => ({
  ...lineEvent(line), kind: change.kind, oldOfferingId, newOfferingId: change.offeringId, priceId: change.priceId, amount: change.priceMinor,
  currency: line.currency, effectiveAt: isoTime(change.effectiveAt), changeOrderId: change.orderId, migrationId: change.migrationId,
});

export const moveEvent = ({ from, to, trigger }: PendingMove<string>, reason: string | null): Readonly<Record<string, unknown>> => ({ from, to, trigger, reason });

/** The permit to drop what is pending on a locked line. */
export const cancelMove = (tx: Tx, line: Line) =>
  pendingMachine.move(tx, pendingState(line), 'cancel', planFacts(line), { subscriptionId: line.id, customerId: line.customerId });
