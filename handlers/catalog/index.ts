import type { CatalogHandlers } from '#generated/stubs/catalog';
import type { ServiceModule } from '../service.ts';
import { constraintRules } from './constraint.ts';
import { consumers } from './consumers.ts';
import { jobWorker } from './job-worker.ts';
import { routesOf } from './routes.ts';

/** What is sold, for how much, and what it becomes in the network (DOMAIN §2, port 8001). */
export const catalog: ServiceModule<CatalogHandlers> = (service) => {
  const jobs = jobWorker(service);
  return { routes: routesOf(service, jobs), consumers, workers: [jobs], constraintRules: constraintRules(service) };
};
