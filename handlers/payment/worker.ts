import { resumeSales } from '#policy/payment';
import { resumeRefunds } from '#policy/refund';
import { PolicyViolation, Unavailable } from '#runtime/errors';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { openUntil } from './authorization.ts';
import type { PaymentGateway } from './gateway.ts';
import { finishRefund } from './give-back.ts';
import { finishSale } from './sale.ts';
import { claimSales } from './store-payment.ts';
import { claimRefunds } from './store-refund.ts';

const batch = 20;
const resumeEveryMs = 5_000;

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
