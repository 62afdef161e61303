import { resumeSales } from '#policy/payment';
import { resumeRefunds } from '#policy/refund';
import { PolicyViolation, Unavailable } from '#runtime/errors';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { holderOf, lockAccount } from './account.ts';
import { openUntil } from './authorization.ts';
import { retire } from './card.ts';
import type { PaymentGateway } from './gateway.ts';
import { finishRefund } from './give-back.ts';
import { findMethod, methodColumns, monthOf, type MethodRow } from './method.ts';
import { finishSale } from './sale.ts';
import { claimSales } from './store-payment.ts';
import { claimRefunds } from './store-refund.ts';

const batch = 20;
const resumeEveryMs = 5_000;
const expiryEveryMs = 60_000;

/** Ends sales, captures and refunds whose process went away between the gateway and the books. */
export const resumption = (service: Service, gateway: PaymentGateway): Worker =>
  service.worker({ name: 'payment.resumption', everyMs: resumeEveryMs, run: () => resumeOpen(service, gateway) });

/**
 * Takes up at most one batch of open sales and one of open refunds.
 * @returns true when more may be due
 */
export async function resumeOpen(service: Service, gateway: PaymentGateway): Promise<boolean> {
  const { nextRunMs, leaseUntilMs } = openUntil(service);
  const sales = await service.db.tx((tx) => claimSales(tx, resumeSales.permit(tx), nextRunMs, leaseUntilMs, batch));
  const refunds = await service.db.tx((tx) => claimRefunds(tx, resumeRefunds.permit(tx), nextRunMs, leaseUntilMs, batch));
  for (const payment of sales) await attempt(service, payment.id, () => finishSale(service, gateway, { payment, fresh: false }));
  for (const refund of refunds) await attempt(service, refund.id, () => finishRefund(service, gateway, { refund, fresh: false }));
  return sales.length === batch || refunds.length === batch;
}

/**
 * A denial is an end like any other; without an answer the next lease tries again. Whatever else goes
 * wrong with one must not hold up the others, and is tried again as well.
 */
async function attempt(service: Service, id: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const expected = error instanceof PolicyViolation || error instanceof Unavailable;
    if (expected) service.log.info({ id, reason: error.reason }, 'an open payment was taken up again');
    else service.log.error({ id, err: error }, 'an open payment could not be ended; it is tried again');
  }
}

/** Sweep method_expiry: the loop of `expireCards`. */
export const methodExpiry = (service: Service): Worker =>
  service.worker({ name: 'method_expiry', everyMs: expiryEveryMs, run: async () => (await expireCards(service)) === batch });

/**
 * Expires cards whose month has passed in the operator's time zone, at most one batch.
 * @returns how many were expired
 */
export async function expireCards(service: Service): Promise<number> {
  const { year, month } = monthOf(service.clock.now(), service.config.timezone);
  const due = await service.db.read<MethodRow>(
    `SELECT ${methodColumns} FROM payment.payment_method WHERE status = 'active' AND (exp_year, exp_month) < ($1, $2)
     ORDER BY exp_year, exp_month LIMIT $3`, [year, month, batch]);
  for (const { id, customerId } of due) await expireCard(service, id, customerId);
  return due.length;
}

async function expireCard(service: Service, id: string, customerId: string): Promise<void> {
  const holder = await holderOf(service, customerId);
  await service.db.tx(async (tx) => {
    await lockAccount(tx, service, holder);
    const row = await findMethod(tx, id);
    if (row?.status === 'active') await retire(tx, row, 'expire', [], service.clock.now());
  });
}
