import { record } from '#events/record';
import { flagStuck } from '#policy/order';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { lockWork, payloadOf } from './saga.ts';
import { flagSaga } from './store.ts';

const everyMs = 60_000;
const batch = 100;

/** Sweep stuck_order: the loop of `flagStuckOrders`. */
export const stuckSweep = (service: Service): Worker =>
  service.worker({ name: 'stuck_order', everyMs, run: async () => (await flagStuckOrders(service)) === batch });

/**
 * Tells of orders whose step has lasted BSS_ORDER_STUCK_MINUTES, once per step (DOMAIN §5 F1), at
 * most one batch.
 * @returns how many were looked at
 */
export async function flagStuckOrders(service: Service): Promise<number> {
  const since = new Date(service.clock.now().getTime() - service.config.orderStuckMinutes * 60_000);
  const due = await service.db.read<{ orderId: string }>(
    `SELECT order_id FROM order_mgmt.saga WHERE step IS NOT NULL AND stuck_flagged_at IS NULL AND step_since <= $1
     ORDER BY step_since LIMIT $2`, [since, batch]);
  for (const { orderId } of due) await flag(service, orderId, since);
  return due.length;
}

async function flag(service: Service, orderId: string, since: Date): Promise<void> {
  await service.db.tx(async (tx) => {
    const work = await lockWork(tx, orderId);
    // It may have moved on meanwhile.
    if (!work || work.step === null || work.stuckFlaggedAt !== null || work.stepSince > since) return;
    await flagSaga(tx, flagStuck.permit(tx), orderId, service.clock.now());
    record(tx, 'order.stuck', orderId, { ...payloadOf(work), state: work.state, step: work.step, lastError: work.lastError });
  });
}
