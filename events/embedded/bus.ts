import type { Database, Tx } from '#db/database';
import type { Logger } from '#runtime/logger';
import { Worker } from '#runtime/worker';
import { retryDelayMs, type Bus, type OutboxEvent, type Subscription } from '../bus.ts';
import { deliver } from '../delivery.ts';
import { record } from '../record.ts';
import { acknowledge, claimMessages, enqueue, parkMessage, postpone, type QueuedEvent } from './queue.ts';

export interface EmbeddedBusOptions {
  /** The platform role's database. */
  readonly database: Database;
  readonly log: Logger;
  readonly tickMs: number;
  readonly leaseMs: number;
  readonly attemptsMax: number;
}

/** Messages one consumer works on at a time, each of another aggregate. */
const batchMax = 16;

/** The bus of one machine: queues are rows of the same PostgreSQL, consumers are nudged in process. */
export class EmbeddedBus implements Bus {
  readonly #options: EmbeddedBusOptions;
  readonly #queuesOf = new Map<string, string[]>();
  readonly #workers = new Map<string, Worker>();

  constructor(options: EmbeddedBusOptions) {
    this.#options = options;
  }

  async publish(tx: Tx, events: readonly OutboxEvent[]): Promise<void> {
    const touched = new Set<string>();
    const messages = events.flatMap((event) => (this.#queuesOf.get(event.eventType) ?? []).map((queue) => ({ queue, event })));
    for (const { queue } of messages) touched.add(queue);
    await enqueue(tx, messages);
    tx.afterCommit(() => {
      for (const queue of touched) this.#workers.get(queue)?.nudge();
    });
  }

  /** Bindings must be complete before the first event is published: consumers of all hosted services at once. */
  async start(subscriptions: readonly Subscription[]): Promise<void> {
    for (const subscription of subscriptions) {
      const { name, types } = subscription.consumer;
      if (this.#workers.has(name)) throw new Error(`two consumers are called ${name}`);
      for (const type of types) this.#queuesOf.set(type, [...(this.#queuesOf.get(type) ?? []), name]);
      this.#workers.set(name, this.#workerOf(subscription));
    }
    for (const worker of this.#workers.values()) worker.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
  }

  /** A replayed or discarded message may free its queue. */
  nudge(queue: string): void {
    this.#workers.get(queue)?.nudge();
  }

  #workerOf(subscription: Subscription): Worker {
    const { database, leaseMs, log, tickMs } = this.#options;
    const queue = subscription.consumer.name;
    return new Worker({
      name: queue, service: subscription.database.service, everyMs: tickMs, log,
      run: async () => {
        const now = database.clock.tick();
        const messages = await database.tx((tx) => claimMessages(tx, queue, now, now + leaseMs, batchMax));
        const done = await Promise.all(messages.map((message) => this.#work(subscription, message)));
        const ids = messages.filter((_, i) => done[i]).map((message) => message.messageId);
        if (ids.length > 0) await database.tx((tx) => acknowledge(tx, ids));
        return ids.length > 0;
      },
    });
  }

  async #work(subscription: Subscription, message: QueuedEvent): Promise<boolean> {
    try {
      await deliver(subscription, message);
      return true;
    } catch (error) {
      await this.#failed(message, error);
      return false;
    }
  }

  async #failed(message: QueuedEvent, error: unknown): Promise<void> {
    const { attemptsMax, database, log } = this.#options;
    const attempts = message.attempts + 1;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ err: error, queue: message.queue, eventId: message.eventId, attempts }, 'a consumer failed');
    await database.tx(async (tx) => {
      if (attempts < attemptsMax) {
        await postpone(tx, message.messageId, attempts, database.clock.tick() + retryDelayMs(attempts), reason);
        return;
      }
      await parkMessage(tx, message.messageId, attempts, database.clock.now(), reason);
      record(tx, 'message.parked', `${message.queue}:${message.eventId}`, {
        consumer: message.queue, eventId: message.eventId, eventType: message.eventType, error: reason, attempts,
      });
    });
  }
}
