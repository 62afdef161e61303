import { record } from '#events/record';
import { flagStuck } from '#policy/order';
import type { Service } from '../service.ts';
import { inBatches, type Sweep, type SweepResult } from '../sweep.ts';
import { lockWork, payloadOf } from './saga.ts';
import { flagSaga } from './store.ts';

const batchMax = 100;

/** A change of plan that waits for its boundary is not stuck (index saga_unflagged). */
const unflagged = "step <> 'awaitChange' AND stuck_flagged_at IS NULL";

/**
 * Sweep stuck_order (DOMAIN §5 F1): tells of orders whose step has lasted BSS_ORDER_STUCK_MINUTES,
 * once per step.
 */
export const stuckSweep = (service: Service): Sweep => ({
  name: 'stuck_order',
  everyMs: 60_000,
  due: async () => {
    const row = await service.db.one<{ since: Date | null }>(`SELECT min(step_since) AS since FROM order_mgmt.saga WHERE ${unflagged}`);
    return row?.since ? new Date(row.since.getTime() + patienceMs(service)) : null;
  },
  run: () => inBatches(batchMax, () => flagBatch(service)),
});

const patienceMs = ({ config }: Service): number => config.orderStuckMinutes * 60_000;

async function flagBatch(service: Service): Promise<SweepResult> {
  const since = new Date(service.clock.now().getTime() - patienceMs(service));
  const due = await service.db.read<{ orderId: string }>(
    `SELECT order_id FROM order_mgmt.saga WHERE ${unflagged} AND step_since <= $1
     ORDER BY step_since LIMIT $2`, [since, batchMax]);
  let changed = 0;
  for (const { orderId } of due) changed += Number(await flag(service, orderId, since));
  return { examined: due.length, changed, failed: 0 };
}

/** @returns false when the order has moved on meanwhile */
const flag = (service: Service, orderId: string, since: Date): Promise<boolean> =>
  service.db.tx(async (tx) => {
    const work = await lockWork(tx, orderId);
    if (!work || work.step === null || work.step === 'awaitChange' || work.stuckFlaggedAt !== null || work.stepSince > since) return false;
    await flagSaga(tx, flagStuck.permit(tx), orderId, service.clock.now());
    record(tx, 'order.stuck', orderId, { ...payloadOf(work), state: work.state, step: work.step, lastError: work.lastError });
    return true;
  });
