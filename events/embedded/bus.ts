import type { Database, Tx } from '#db/database';
import type { Logger } from '#runtime/logger';
import { Lanes } from '#runtime/lanes';
import { Worker } from '#runtime/worker';
import { retryDelayMs, type Bus, type OutboxEvent, type Subscription } from '../bus.ts';
import { deliver } from '../delivery.ts';
import { record } from '../record.ts';
import { bindQueue, enqueue, parkMessage, postpone, takeTurn, type Held, type QueuedEvent } from './queue.ts';

export interface EmbeddedBusOptions {
  /** The platform role's database. */
  readonly database: Database;
  readonly log: Logger;
  readonly tickMs: number;
  readonly leaseMs: number;
  readonly attemptsMax: number;
}

/** Aggregates in work at once, of one consumer and of all; the messages of each are worked off in their order. */
const perConsumerMax = 16;
const lanesMax = 48;

/**
 * The bus of one machine: queues are rows of the same PostgreSQL. One dispatcher serves all consumers
 * of the process: a turn confirms what is done and leases what is due, in one statement.
 */
export class EmbeddedBus implements Bus {
  readonly #options: EmbeddedBusOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #inWork = new Map<string, number>();
  readonly #lanes: Lanes;
  readonly #dispatcher: Worker;
  #done: Held[] = [];
  #unused: number[] = [];

  constructor(options: EmbeddedBusOptions) {
    this.#options = options;
    this.#lanes = new Lanes(lanesMax, () => this.#dispatcher.nudge());
    this.#dispatcher = new Worker({
      name: 'bus', service: options.database.service, everyMs: options.tickMs, log: options.log,
      run: () => this.#turn(), drain: () => this.#lanes.idle(),
    });
  }

  async publish(tx: Tx, events: readonly OutboxEvent[]): Promise<void> {
    await enqueue(tx, events);
    tx.afterCommit(() => this.#dispatcher.nudge());
  }

  /** Binds the queues of all consumers hosted here; from then on they miss nothing, whether this process runs or not. */
  async start(subscriptions: readonly Subscription[]): Promise<void> {
    for (const subscription of subscriptions) {
      const { name } = subscription.consumer;
      if (this.#subscriptions.has(name)) throw new Error(`two consumers are called ${name}`);
      this.#subscriptions.set(name, subscription);
    }
    await this.#options.database.tx(async (tx) => {
      for (const { consumer } of subscriptions) await bindQueue(tx, consumer.name, consumer.types);
    });
    this.#dispatcher.start();
  }

  /** Ends what is in work and confirms it; an unconfirmed message would come again and find its inbox row. */
  async stop(): Promise<void> {
    await this.#dispatcher.stop();
    if (this.#done.length + this.#unused.length > 0) await this.#take([], 0);
  }

  /** A replayed or discarded message may free its queue. */
  nudge(): void {
    this.#dispatcher.nudge();
  }

  async #turn(): Promise<boolean> {
    const queues = [...this.#subscriptions.keys()].filter((queue) => (this.#inWork.get(queue) ?? 0) < perConsumerMax);
    const most = this.#lanes.free;
    const runs = runsOf(await this.#take(queues, most));
    for (const run of runs) this.#start(run);
    return most > 0 && runs.length === most;
  }

  async #take(queues: readonly string[], most: number): Promise<QueuedEvent[]> {
    const { database, leaseMs } = this.#options;
    const [done, unused] = [this.#done, this.#unused];
    this.#done = [];
    this.#unused = [];
    const now = database.clock.tick();
    try {
      return await takeTurn(database, { done, unused, queues, nowMs: now, leaseUntilMs: now + leaseMs, most });
    } catch (error) {
      this.#done.push(...done);
      this.#unused.push(...unused);
      throw error;
    }
  }

  #start(run: readonly QueuedEvent[]): void {
    const { queue } = run[0]!;
    this.#inWork.set(queue, (this.#inWork.get(queue) ?? 0) + 1);
    this.#lanes.start(async () => {
      await this.#workOff(run);
      this.#inWork.set(queue, this.#inWork.get(queue)! - 1);
      this.#dispatcher.nudge();
    });
  }

  /** One after the other; behind one that fails the others wait for it. */
  async #workOff(run: readonly QueuedEvent[]): Promise<void> {
    for (const [i, message] of run.entries()) {
      if (!await this.#worked(message)) {
        this.#unused.push(...run.slice(i + 1).map(({ messageId }) => messageId));
        return;
      }
      this.#done.push(message);
    }
  }

  /** Never rejects: trouble with keeping the failure leaves the lease to lapse. */
  async #worked(message: QueuedEvent): Promise<boolean> {
    try {
      await deliver(this.#subscriptions.get(message.queue)!, message, { durable: false });
      return true;
    } catch (error) {
      await this.#failed(message, error).catch((err: unknown) => this.#options.log.error({ err, queue: message.queue }, 'a failed delivery could not be put off'));
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

/** Messages of one queue and aggregate, in their order. */
function runsOf(messages: readonly QueuedEvent[]): QueuedEvent[][] {
  const runs = Map.groupBy(messages, ({ queue, aggregateType, aggregateId }) => `${queue} ${aggregateType} ${aggregateId}`);
  return [...runs.values()];
}
