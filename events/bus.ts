import type { Tx } from '#db/database';
import type { Consumer, DomainEvent } from './consumer.ts';
import type { Database } from '#db/database';

/** A ledger row on its way to the consumers, with its place in the order of commits. */
export interface OutboxEvent extends DomainEvent {
  readonly position: number;
}

/** A consumer and the database in whose transaction its effect happens. */
export interface Subscription {
  readonly consumer: Consumer;
  readonly database: Database;
}

/**
 * What carries events from the outbox to the consumers. Two implementations pass one test suite
 * (`test/events/bus-suite.ts`): the embedded one on PostgreSQL and, later, RabbitMQ.
 *
 * Promised: at least once; per aggregate in order for each consumer; a failing message is tried
 * again with growing delays, then parked, and holds back later messages of its aggregate.
 */
export interface Bus {
  /**
   * Hands a batch over; when it resolves, the bus has it for good.
   * @param tx the relay's transaction, for a bus that lives in the same database
   */
  publish(tx: Tx, events: readonly OutboxEvent[]): Promise<void>;
  start(subscriptions: readonly Subscription[]): Promise<void>;
  stop(): Promise<void>;
}

/** Delays before the second, third, … attempt (DOMAIN F11), in milliseconds; the last one repeats. */
export const retryDelaysMs = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

export const retryDelayMs = (attempts: number): number => retryDelaysMs[Math.min(attempts, retryDelaysMs.length) - 1] ?? 0;
