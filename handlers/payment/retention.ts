/** Payments and refunds that were refused at intake: recorded for whoever asks why, of no use for ever. */
import type { Tx } from '#db/database';
import { record } from '#events/record';
import { forgetPayment } from '#policy/payment';
import { forgetRefund } from '#policy/refund';
import { goesAt, overBy, retentionEveryMs } from '../retention.ts';
import type { Service } from '../service.ts';
import { inBatches, type Sweep, type SweepResult } from '../sweep.ts';
import { paymentPayload, type PaymentRow } from './payment.ts';
import { refundPayload, type RefundRow } from './refund.ts';
import { removePayment } from './store-payment.ts';
import { removeRefund } from './store-refund.ts';

const batchMax = 100;

interface Kind {
  readonly key: 'TMF676.payment' | 'TMF676.refund';
  readonly table: 'payment.payment' | 'payment.refund';
  /** Removes the row unless it has gone already; refused when it has had effects. */
  readonly remove: (tx: Tx, id: string) => Promise<void>;
}

const kinds: readonly Kind[] = [
  { key: 'TMF676.payment', table: 'payment.payment', remove: dropPayment },
  { key: 'TMF676.refund', table: 'payment.refund', remove: dropRefund },
];

/** What both tables have an index of. */
const refused = "status = 'denied' AND gateway_attempts = 0";

/** Removes refused payments and refunds BSS_REFUSED_PAYMENT_RETENTION_DAYS after their refusal. */
export const retentionSweep = (service: Service): Sweep => ({
  name: 'retention',
  everyMs: retentionEveryMs,
  due: () => nextEnd(service),
  run: () => inBatches(1, () => forgetBatch(service)),
});

const daysOf = ({ config }: Service): number => config.refusedPaymentRetentionDays;

async function nextEnd(service: Service): Promise<Date | null> {
  const first = await service.db.one<{ at: Date | null }>(
    `SELECT least(${kinds.map(({ table }) => `(SELECT min(status_date) FROM ${table} WHERE ${refused})`).join(', ')}) AS at`);
  return goesAt(first?.at ?? null, daysOf(service));
}

async function forgetBatch(service: Service): Promise<SweepResult> {
  let [examined, failed] = [0, 0];
  const days = daysOf(service);
  for (const kind of days === 0 ? [] : kinds) {
    const due = await service.db.read<{ id: string }>(
      `SELECT id FROM ${kind.table} WHERE ${refused} AND status_date <= $1 ORDER BY status_date LIMIT $2`, [overBy(service.clock.now(), days), batchMax]);
    examined += due.length;
    for (const { id } of due) failed += await forget(service, kind, id);
  }
  return { examined, changed: examined - failed, failed };
}

/** @returns 1 when the row is still there, which holds up no other */
async function forget(service: Service, { key, remove }: Kind, id: string): Promise<number> {
  try {
    await service.keepRemains(key, id);
    await service.db.tx((tx) => remove(tx, id));
    return 0;
  } catch (error) {
    service.log.error({ id, err: error }, 'a refused payment or refund could not be removed; it is tried again');
    return 1;
  }
}

async function dropPayment(tx: Tx, id: string): Promise<void> {
  const row = await tx.one<PaymentRow>('SELECT * FROM payment.payment WHERE id = $1 FOR UPDATE', [id]);
  if (!row) return;
  const named = await tx.read<{ id: string }>(
    'SELECT id FROM payment.refund WHERE payment_id = $1 UNION ALL SELECT id FROM billing.customer_bill WHERE payment_id = $1', [id]);
  const { status, gatewayAttempts } = row;
  await removePayment(tx, forgetPayment.permit(tx, { paymentId: id, status, gatewayAttempts, references: named.map((one) => one.id) }), id);
  record(tx, 'payment.deleted', id, paymentPayload(row));
}

async function dropRefund(tx: Tx, id: string): Promise<void> {
  const row = await tx.one<RefundRow>('SELECT * FROM payment.refund WHERE id = $1 FOR UPDATE', [id]);
  if (!row) return;
  const { status, gatewayAttempts, paymentId, billId } = row;
  const references = [paymentId, billId].filter((one) => one !== null);
  await removeRefund(tx, forgetRefund.permit(tx, { refundId: id, status, gatewayAttempts, references }), id);
  record(tx, 'refund.deleted', id, refundPayload(row));
}
