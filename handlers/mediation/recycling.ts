import type { components } from '#generated/types/usage';
import { enforce } from '#policy/rule';
import { notRejected, usageMachine } from '#policy/usage';
import { isoTime } from '#runtime/clock';
import { NotFound } from '#runtime/errors';
import { originOf } from '#runtime/origin';
import { hrefOf } from '../resource/project.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { moveUsage } from './store.ts';
import { lockUsage, usageEvent, usages, type UsageRow } from './usage.ts';

/**
 * Gives a rejected record another round, as of its event time; the outcome follows.
 * @throws {PolicyViolation} usage.recycle.not_rejected
 */
export const recycleUsage = (service: Service, id: string, note: string | null, onRecycled: () => void): Promise<UsageRow> =>
  service.db.tx(async (tx) => {
    const row = await lockUsage(tx, id);
    if (!row) throw new NotFound('usage', id);
    enforce([notRejected], { usageId: id, state: row.status });
    const move = usageMachine.move(tx, row.status, 'recycle', null, { usageId: id });
    const stored = await moveUsage(tx, move, row, {
      recycleCount: row.recycleCount + 1, policyViolation: null, allowance: null, consumed: null, unratedExcess: null,
      attempts: 0, nextRunMs: service.clock.tick(), ...originOf(),
    }, service.clock.now(), note);
    recordMove(tx, move, id, usageEvent(stored), note);
    tx.afterCommit(onRecycled);
    return stored;
  });

export function wireRecord(service: Service, row: UsageRow): components['schemas']['UsageRecord'] {
  const { id, status, msisdn, subscriptionId, customerId, eventType, quantity, unit, roaming, source, rawCdrRef, recycleCount, policyViolation } = row;
  const rejectedBy = policyViolation === null ? null : String(policyViolation['reason']);
  return {
    id, href: hrefOf(service, usages, id), '@type': 'UsageRecord', status, msisdn, subscriptionId, customerId, eventType,
    eventTime: isoTime(row.usageDate), quantity, unit, roaming, source, rawCdrRef, rejectedBy, recycleCount,
  };
}
