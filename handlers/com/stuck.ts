import { record } from '#events/record';
import { flagStuck } from '#policy/order';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import type { Sweep, SweepResult } from '../sweep.ts';
import { lockWork, payloadOf } from './saga.ts';
import { flagSaga } from './store.ts';

const everyMs = 60_000;
const batchMax = 100;
/** Batches of one run of the sweep: more orders than that are never open at once. */
const batchesMax = 1_000;

/**
 * Sweep stuck_order (DOMAIN §5 F1): tells of orders whose step has lasted BSS_ORDER_STUCK_MINUTES,
 * once per step.
 */
export const stuckSweep = (service: Service): Sweep => ({
  name: 'stuck_order',
  due: async () => {
    const row = await service.db.one<{ since: Date | null }>('SELECT min(step_since) AS since FROM order_mgmt.saga WHERE step IS NOT NULL AND stuck_flagged_at IS NULL');
    return row?.since ? new Date(row.since.getTime() + patienceMs(service)) : null;
  },
  run: async () => {
    let [examined, changed] = [0, 0];
    for (let batch = 0; batch < batchesMax; batch += 1) {
      const result = await flagBatch(service);
      [examined, changed] = [examined + result.examined, changed + result.changed];
      if (result.examined < batchMax) break;
    }
    return { examined, changed, failed: 0 };
  },
});

/** The loop that does by itself what the sweep does at once. */
export const stuckWorker = (service: Service): Worker =>
  service.worker({ name: 'stuck_order', everyMs, run: async () => (await flagBatch(service)).examined === batchMax });

const patienceMs = ({ config }: Service): number => config.orderStuckMinutes * 60_000;

async function flagBatch(service: Service): Promise<Omit<SweepResult, 'failed'>> {
  const since = new Date(service.clock.now().getTime() - patienceMs(service));
  const due = await service.db.read<{ orderId: string }>(
    `SELECT order_id FROM order_mgmt.saga WHERE step IS NOT NULL AND stuck_flagged_at IS NULL AND step_since <= $1
     ORDER BY step_since LIMIT $2`, [since, batchMax]);
  let changed = 0;
  for (const { orderId } of due) changed += Number(await flag(service, orderId, since));
  return { examined: due.length, changed };
}

/** @returns false when the order has moved on meanwhile */
const flag = (service: Service, orderId: string, since: Date): Promise<boolean> =>
  service.db.tx(async (tx) => {
    const work = await lockWork(tx, orderId);
    if (!work || work.step === null || work.stuckFlaggedAt !== null || work.stepSince > since) return false;
    await flagSaga(tx, flagStuck.permit(tx), orderId, service.clock.now());
    record(tx, 'order.stuck', orderId, { ...payloadOf(work), state: work.state, step: work.step, lastError: work.lastError });
    return true;
  });
