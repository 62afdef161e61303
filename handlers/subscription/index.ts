import type { SubscriptionHandlers } from '#generated/stubs/subscription';
import type { ServiceModule } from '../service.ts';
import { consumers } from './consumers.ts';
import { expirySweep } from './expiry.ts';
import { purchaseWorker } from './purchase-worker.ts';
import { routes } from './routes.ts';

/** Lines: what a customer holds, may still use, buys and gives up (DOMAIN §2 subscription). */
export const subscription: ServiceModule<SubscriptionHandlers> = (service) => ({
  routes: routes(service),
  consumers: consumers(service),
  workers: [purchaseWorker(service)],
  sweeps: [expirySweep(service)],
});
