import { partitionUsage, postponeUsage } from '#policy/usage';
import { Lanes } from '#runtime/lanes';
import { runFor } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { guideUsage } from './guiding.ts';
import { addMonth, claimUsages, postponeClaimed } from './store.ts';
import type { UsageRow } from './usage.ts';

/** Records that look for their line at the same time in one process. */
const lanesMax = 16;
const safetyNetMs = 500;
/** Attempts double their pause from this, in milliseconds, up to BSS_BACKOFF_MAX_SECONDS. */
const backoffMs = 250;

/** Sends received and recycled records on, also those a crash or an absent neighbour has left behind. */
export function guideWorker(service: Service): Worker {
  const lanes = new Lanes(lanesMax, () => worker.nudge());
  const worker = service.worker({
    name: 'mediation.guide', everyMs: safetyNetMs,
    run: async () => {
      const wanted = lanes.free;
      if (wanted === 0) return false;
      const claimed = await service.db.tx((tx) => claimUsages(tx, service.clock.tick(), service.config.leaseSeconds * 1000, wanted));
      for (const row of claimed) lanes.start(() => guide(service, row));
      return claimed.length === wanted && lanes.free > 0;
    },
    drain: () => lanes.idle(),
  });
  return worker;
}

/** In the name and trace of whoever reported it; never rejects. */
const guide = (service: Service, row: UsageRow): Promise<void> =>
  runFor(service.name, row, async () => {
    try {
      await guideUsage(service, row);
    } catch (error) {
      service.log.warn({ err: error, usageId: row.id }, 'the line of a usage could not be looked up; it is tried again');
      await postpone(service, row);
    }
  });

async function postpone(service: Service, row: UsageRow): Promise<void> {
  const pauseMs = Math.min(service.config.backoffMaxSeconds * 1000, backoffMs * 2 ** Math.min(row.attempts, 20));
  try {
    await service.db.tx((tx) => postponeClaimed(tx, postponeUsage.permit(tx), row, service.clock.tick() + pauseMs));
  } catch (error) {
    service.log.error({ err: error, usageId: row.id }, 'a usage goes on when its lease lapses');
  }
}

const dayMs = 86_400_000;
const partitionCheckMs = 60_000;

/** Makes the partitions of this month and the next before usage of them arrives. */
export function partitionWorker(service: Service): Worker {
  const made = new Set<string>();
  return service.worker({
    name: 'mediation.partition', everyMs: partitionCheckMs,
    run: async () => {
      const now = service.clock.now();
      for (const at of [now, new Date(now.getTime() + 31 * dayMs)]) {
        const month = at.toISOString().slice(0, 7);
        if (made.has(month)) continue;
        await service.db.tx((tx) => addMonth(tx, partitionUsage.permit(tx), at));
        made.add(month);
      }
      return false;
    },
  });
}
