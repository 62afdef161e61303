import type { Service } from '../service.ts';
import { authorize, openPayment, type Charge, type Opened } from './authorization.ts';
import { finishCapture } from './capture.ts';
import type { PaymentGateway } from './gateway.ts';
import type { PaymentRow } from './payment.ts';

/**
 * A sale: authorise, capture and bill in one call, each step resumed where a crash left it
 * (payment.created, payment.authorized, payment.captured, rate.applied, bill.created).
 * @throws {PolicyViolation} payment.charge.*; a denial is recorded before it is told
 * @throws {GatewayTimeout}
 */
export const sell = async (service: Service, gateway: PaymentGateway, charge: Charge): Promise<PaymentRow> =>
  finishSale(service, gateway, await openPayment(service, charge));

/** The rest of a sale, or of a capture that has begun: what the caller, or the worker after a crash, goes on with. */
export async function finishSale(service: Service, gateway: PaymentGateway, opened: Opened): Promise<PaymentRow> {
  return finishCapture(service, gateway, await authorize(service, gateway, opened));
}
