import type { SubscriptionHandlers } from '#generated/stubs/subscription';
import type { ServiceModule } from '../service.ts';
import { consumers } from './consumers.ts';
import { expirySweep } from './expiry.ts';
import { migrationWorker } from './migration-worker.ts';
import { purchaseWorker } from './purchase-worker.ts';
import { reminderSweep } from './reminder.ts';
import { renewalSweep } from './renewal-run.ts';
import { renewalWorker } from './renewal-worker.ts';
import { routes } from './routes.ts';

/** Lines: what a customer holds, may still use, buys, renews, changes and gives up (DOMAIN §2 subscription). */
export const subscription: ServiceModule<SubscriptionHandlers> = (service) => {
  const renewals = renewalWorker(service);
  return {
    routes: routes(service),
    consumers: consumers(service, () => renewals.nudge()),
    workers: [purchaseWorker(service), renewals, migrationWorker(service)],
    sweeps: [reminderSweep(service), renewalSweep(service), expirySweep(service)],
  };
};
