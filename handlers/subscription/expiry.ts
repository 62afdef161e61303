import type { Tx } from '#db/database';
import { record } from '#events/record';
import { subscriptionMachine } from '#policy/subscription';
import { vasMachine } from '#policy/vas';
import type { Service } from '../service.ts';
import { inBatches, type Sweep, type SweepResult } from '../sweep.ts';
import { exhaustedAllowances } from './bucket.ts';
import { recordExhausted } from './charge.ts';
import { lineEvent } from './event.ts';
import { lockLine, type Line } from './line.ts';
import { lineFacts, lockPurchase, type Purchase } from './purchase.ts';
import { updateLine } from './store.ts';
import { storeExpired } from './store-purchase.ts';

/** Top-ups one batch takes. */
const batchMax = 100;

interface Due {
  readonly id: string;
  readonly subscriptionId: string;
}

/** A bucket of a top-up whose own time ends it: one that lasts to the end of the period ends with the renewal (F3.3). */
const ownTimeSql = `FROM subscription.bucket b JOIN subscription.subscription s ON s.id = b.subscription_id
  WHERE b.source = 'vas' AND b.closed_at IS NULL AND b.expires_at < s.period_end`;

/** Sweep vas_expiry (DOMAIN §5 F4.4): ends top-ups whose own time is over. */
export const expirySweep = (service: Service): Sweep => ({
  name: 'vas_expiry',
  everyMs: 1000,
  due: async () => (await service.db.one<{ at: Date | null }>(`SELECT min(b.expires_at) AS at ${ownTimeSql}`))?.at ?? null,
  run: () => inBatches(batchMax, () => expireBatch(service)),
});

async function expireBatch(service: Service): Promise<SweepResult> {
  const due = await service.db.read<Due>(
    `SELECT DISTINCT b.purchase_id AS id, b.subscription_id ${ownTimeSql} AND b.expires_at <= $1 ORDER BY 1 LIMIT $2`, [service.clock.now(), batchMax]);
  let failed = 0;
  for (const one of due) {
    try {
      await service.db.tx((tx) => expire(tx, one, service.clock.now()));
    } catch (error) {
      failed += 1;
      service.log.error({ err: error, purchaseId: one.id }, 'a top-up could not be ended; it is tried again');
    }
  }
  return { examined: due.length, changed: due.length - failed, failed };
}

async function expire(tx: Tx, { id, subscriptionId }: Due, now: Date): Promise<void> {
  const line = await lockLine(tx, subscriptionId);
  const purchase = await lockPurchase(tx, id);
  if (!line || purchase?.state !== 'applied') return;
  await endPurchase(tx, line, purchase, now);
  await blockIfExhausted(tx, line, now);
}

/** Ends an applied top-up of a locked line and closes its buckets. */
export async function endPurchase(tx: Tx, line: Line, purchase: Purchase, now: Date): Promise<void> {
  const move = vasMachine.move(tx, purchase.state, 'expire', lineFacts(line, now));
  await storeExpired(tx, move, purchase, now);
  record(tx, 'subscription.vas_expired', line.id, {
    ...lineEvent(line), purchaseId: purchase.id, vasOfferingId: purchase.offeringId, paymentId: purchase.paymentId, billId: purchase.billId,
    from: move.from, to: move.to, trigger: move.trigger, reason: null,
  });
}

/** P3: a blocking allowance of which nothing is left blocks the line in the same transaction. */
async function blockIfExhausted(tx: Tx, line: Line, now: Date): Promise<void> {
  if (line.state !== 'active') return;
  const [exhausted] = await exhaustedAllowances(tx, line, now);
  if (!exhausted) return;
  const move = subscriptionMachine.move(tx, line.state, 'exhaust', { subscriptionId: line.id, state: line.state });
  await updateLine(tx, move, line, { blockReason: 'exhausted' }, 'exhausted', now);
  recordExhausted(tx, line, exhausted);
}
