import type { PaymentHandlers } from '#generated/stubs/payment';
import type { ServiceModule } from '../service.ts';
import { expirySweep } from './expiry.ts';
import { gatewayOf } from './provider.ts';
import { retentionSweep } from './retention.ts';
import { paymentRoutes } from './routes.ts';
import { resumption } from './worker.ts';

/** Cards on file, charges, refunds, and the bills that a charge writes (DOMAIN §2). */
export const payment: ServiceModule<PaymentHandlers> = (service) => {
  const gateway = gatewayOf(service.config);
  return { routes: paymentRoutes(service, gateway), consumers: [], workers: [resumption(service, gateway)], sweeps: [expirySweep(service), retentionSweep(service)] };
};
