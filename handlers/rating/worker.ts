import { Lanes } from '#runtime/lanes';
import { runFor } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import type { RatedUsage } from './rated-usage.ts';
import { rateUse } from './rating.ts';
import { claimRatings, storePostponed } from './store.ts';
import type { Tariffs } from './tariff.ts';

/** Uses rated at the same time by one process. */
const lanesMax = 16;
const safetyNetMs = 500;
/** Attempts double their pause from this, in milliseconds, up to BSS_BACKOFF_MAX_SECONDS. */
const backoffMs = 250;

/** Rates the uses whose tariff has to be asked for, also those a crash or an absent catalog has left behind. */
export function ratingWorker(service: Service, tariffs: Tariffs): Worker {
  const lanes = new Lanes(lanesMax, () => worker.nudge());
  const worker = service.worker({
    name: 'rating.tariff', everyMs: safetyNetMs,
    run: async () => {
      const wanted = lanes.free;
      if (wanted === 0) return false;
      const claimed = await service.db.tx((tx) => claimRatings(tx, service.clock.tick(), service.config.leaseSeconds * 1000, wanted));
      for (const use of claimed) lanes.start(() => rate(service, tariffs, use));
      return claimed.length === wanted && lanes.free > 0;
    },
    drain: () => lanes.idle(),
  });
  return worker;
}

/** In the name and trace of whoever reported the use; never rejects. */
const rate = (service: Service, tariffs: Tariffs, use: RatedUsage): Promise<void> =>
  runFor(service.name, use, async () => {
    try {
      await rateUse(service, tariffs, use);
    } catch (error) {
      service.log.warn({ err: error, usageId: use.usageId }, 'the tariff of a usage could not be asked for; it is tried again');
      await postpone(service, use);
    }
  });

async function postpone(service: Service, use: RatedUsage): Promise<void> {
  const pauseMs = Math.min(service.config.backoffMaxSeconds * 1000, backoffMs * 2 ** Math.min(use.attempts, 20));
  try {
    await service.db.tx((tx) => storePostponed(tx, use, service.clock.tick() + pauseMs));
  } catch (error) {
    service.log.error({ err: error, usageId: use.usageId }, 'a rating goes on when its lease lapses');
  }
}
