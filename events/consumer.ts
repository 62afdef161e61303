import type { Tx } from '#db/database';
import type { EventType } from '#generated/events';

/** An event as a consumer gets it: the ledger's envelope. */
export interface DomainEvent<P = Readonly<Record<string, unknown>>> {
  readonly eventId: string;
  readonly eventType: EventType;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly aggregateSeq: number;
  /** UTC instant, business time. */
  readonly occurredAt: string;
  readonly actor: string;
  readonly channel: string;
  readonly serviceIdentity: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly payload: P;
}

/**
 * A queue of one service. `apply` runs in one transaction together with the inbox row
 * (consumer, event id): a repeated delivery has no second effect. It calls no other service;
 * what must happen elsewhere is written down and done by a saga nudged with `tx.afterCommit`.
 */
export interface Consumer {
  /** `<service>.<noun>`: name of the queue, stable across releases. */
  readonly name: string;
  readonly types: readonly EventType[];
  apply(tx: Tx, event: DomainEvent): Promise<void>;
}
