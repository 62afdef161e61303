import type { MediationHandlers } from '#generated/stubs/mediation';
import type { ServiceModule } from '../service.ts';
import { consumers } from './consumers.ts';
import { routes } from './routes.ts';
import { guideWorker, partitionWorker } from './worker.ts';

/** Usage: what the network reports, whose it is and what became of it (DOMAIN §2 mediation). */
export const mediation: ServiceModule<MediationHandlers> = (service) => {
  const guide = guideWorker(service);
  return { routes: routes(service, () => guide.nudge()), consumers: consumers(service), workers: [guide, partitionWorker(service)] };
};
