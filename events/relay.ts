import type { Database } from '#db/database';
import type { Logger } from '#runtime/logger';
import { Worker } from '#runtime/worker';
import type { Bus } from './bus.ts';
import { fanOut } from './hub/fan-out.ts';
import { claimOutbox, markPublished, purgePublished } from './outbox.ts';

export interface RelayOptions {
  /** The platform role's database. */
  readonly database: Database;
  readonly bus: Bus;
  readonly log: Logger;
  /** Safety net between nudges (BSS_RELAY_TICK_MS) and rows per batch (BSS_RELAY_BATCH). */
  readonly tickMs: number;
  readonly batch: number;
  /** Called when subscribers of a hub are to be told of something. */
  readonly onDelivery?: () => void;
}

const keptMs = 24 * 3_600_000;
const purgeEveryMs = 600_000;

/** Moves committed events from the outbox to the bus and the hubs: claimed, handed over, marked, in one transaction. */
export function relayOf(options: RelayOptions): Worker {
  const { database, bus, log } = options;
  let purgedMs = 0;
  return new Worker({
    name: 'relay', service: 'relay', everyMs: options.tickMs, log,
    run: async () => {
      const published = await database.tx(async (tx) => {
        const events = await claimOutbox(tx, options.batch);
        if (events.length === 0) return 0;
        await bus.publish(tx, events);
        const told = await fanOut(tx, events, database.clock.tick());
        if (told > 0) tx.afterCommit(() => options.onDelivery?.());
        await markPublished(tx, events, database.clock.tick());
        return events.length;
      });
      if (published === 0 && database.clock.tick() - purgedMs > purgeEveryMs) {
        purgedMs = database.clock.tick();
        await database.tx((tx) => purgePublished(tx, purgedMs - keptMs));
      }
      return published === options.batch;
    },
  });
}
