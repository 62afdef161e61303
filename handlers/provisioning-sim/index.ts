import type { ProvisioningSimHandlers } from '#generated/stubs/provisioning-sim';
import type { ServiceModule } from '../service.ts';
import { consumers } from './consumers.ts';
import { retentionSweep } from './retention.ts';
import { routes } from './routes.ts';
import { taskWorker } from './runner.ts';

/** The simulated network: tasks, faults and TMF640 activations (DOMAIN §2 provisioning-sim, §5 F8). */
export const provisioningSim: ServiceModule<ProvisioningSimHandlers> = (service) => {
  const tasks = taskWorker(service);
  return { routes: routes(service, tasks), consumers: consumers(service, tasks), workers: [tasks], sweeps: [retentionSweep(service)] };
};
