import type { Service } from '../service.ts';
import { inBatches, type Sweep, type SweepResult } from '../sweep.ts';
import { holderOf, lockAccount } from './account.ts';
import { retire } from './card.ts';
import { findMethod, methodColumns, monthOf, type MethodRow } from './method.ts';

const batchMax = 20;

/** Cards expire at the end of their month in the operator's time zone (DOMAIN §4 "Payment method"). */
export const expirySweep = (service: Service): Sweep => ({
  name: 'method_expiry',
  everyMs: 60_000,
  due: () => nextExpiry(service),
  run: () => inBatches(batchMax, () => expireBatch(service)),
});

/** First moment of the month after that of the card that expires first; December's is in the next year. */
async function nextExpiry({ db, config }: Service): Promise<Date | null> {
  const first = await db.one<{ at: Date }>(
    `SELECT make_timestamptz(exp_year + exp_month / 12, exp_month % 12 + 1, 1, 0, 0, 0, $1) AS at
     FROM payment.payment_method WHERE status = 'active' ORDER BY exp_year, exp_month LIMIT 1`, [config.timezone]);
  return first?.at ?? null;
}

async function expireBatch(service: Service): Promise<SweepResult> {
  const { year, month } = monthOf(service.clock.now(), service.config.timezone);
  const due = await service.db.read<MethodRow>(
    `SELECT ${methodColumns} FROM payment.payment_method WHERE status = 'active' AND (exp_year, exp_month) < ($1, $2)
     ORDER BY exp_year, exp_month LIMIT $3`, [year, month, batchMax]);
  let failed = 0;
  for (const { id, customerId } of due) {
    try {
      await expire(service, id, customerId);
    } catch (error) {
      failed += 1;
      service.log.error({ paymentMethodId: id, err: error }, 'a card could not be expired; it is tried again');
    }
  }
  return { examined: due.length, changed: due.length - failed, failed };
}

async function expire(service: Service, id: string, customerId: string): Promise<void> {
  const holder = await holderOf(service, customerId);
  await service.db.tx(async (tx) => {
    await lockAccount(tx, service, holder);
    const row = await findMethod(tx, id);
    if (row?.status === 'active') await retire(tx, row, 'expire', [], service.clock.now());
  });
}
