import type { PaymentHandlers } from '#generated/stubs/payment';
import type { ServiceModule } from '../service.ts';
import { gatewayOf } from './provider.ts';
import { paymentRoutes } from './routes.ts';
import { methodExpiry, resumption } from './worker.ts';

/** Cards on file, charges, refunds, and the bills that a charge writes (DOMAIN §2). */
export const payment: ServiceModule<PaymentHandlers> = (service) => {
  const gateway = gatewayOf(service.config);
  return { routes: paymentRoutes(service, gateway), consumers: [], workers: [resumption(service, gateway), methodExpiry(service)] };
};
