import type { Tx } from '#db/database';
import { record } from '#events/record';
import { remindCustomer } from '#policy/renewal';
import { isoTime } from '#runtime/clock';
import type { Service } from '../service.ts';
import { inBatches, type Sweep, type SweepResult } from '../sweep.ts';
import { changeAt } from './due.ts';
import { lineEvent } from './event.ts';
import type { Line } from './line.ts';
import { notify } from './notification.ts';
import { insertReminder } from './store-renewal.ts';

/** Lines one batch takes. */
const batchMax = 100;
const hourMs = 3_600_000;

/** A line that will be charged at its boundary, and whose customer has not been told. */
const unremindedSql = `FROM subscription.subscription s
  WHERE s.state IN ('active', 'blocked') AND s.block_reason IS DISTINCT FROM 'payment_failed' AND s.period_end > $1
    AND NOT EXISTS (SELECT 1 FROM subscription.reminder r WHERE r.subscription_id = s.id AND r.boundary = s.period_end)`;

/** Sweep renewal_reminder (DOMAIN §5 F3.7): one word ahead of each charge; BSS_REMINDER_HOURS=0 keeps silent. */
export function reminderSweep(service: Service): Sweep {
  const { clock, config, db } = service;
  const aheadMs = config.reminderHours * hourMs;
  return {
    name: 'renewal_reminder',
    everyMs: config.renewalTickSeconds * 1000,
    due: async () => {
      if (aheadMs === 0) return null;
      const next = await db.one<{ at: Date }>(`SELECT s.period_end AS at ${unremindedSql} ORDER BY s.period_end LIMIT 1`, [clock.now()]);
      return next && new Date(next.at.getTime() - aheadMs);
    },
    run: () => inBatches(batchMax, () => remindBatch(service, aheadMs)),
  };
}

async function remindBatch(service: Service, aheadMs: number): Promise<SweepResult> {
  const now = service.clock.now();
  const changed = await service.db.tx(async (tx) => {
    const lines = await tx.read<Line>(
      `SELECT s.* ${unremindedSql} AND s.period_end <= $2 ORDER BY s.period_end, s.id LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [now, new Date(now.getTime() + aheadMs), batchMax]);
    for (const line of lines) await remind(tx, line, now);
    return lines.length;
  });
  return { examined: changed, changed, failed: 0 };
}

async function remind(tx: Tx, line: Line, now: Date): Promise<void> {
  const boundary = line.periodEnd!; // the query asks for it
  if (!(await insertReminder(tx, remindCustomer.permit(tx), line.id, boundary, now))) return;
  const next = changeAt(line, boundary) ?? line;
  const facts = { boundary: isoTime(boundary), amount: next.priceMinor, currency: line.currency, nextOfferingId: next.offeringId };
  record(tx, 'subscription.renewal_reminder', line.id, { ...lineEvent(line), ...facts });
  notify(tx, 'renewal_reminder', line, { ...facts, offeringName: next.offeringName });
}
