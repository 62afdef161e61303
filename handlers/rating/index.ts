import type { RatingHandlers } from '#generated/stubs/rating';
import type { ServiceModule } from '../service.ts';
import { takeUse } from './rating.ts';
import { routes } from './routes.ts';
import { Tariffs } from './tariff.ts';
import { ratingWorker } from './worker.ts';

/** Which allowance a use draws from, by the tariff of the moment of use (DOMAIN §2 rating). */
export const rating: ServiceModule<RatingHandlers> = (service) => {
  const tariffs = new Tariffs(service);
  const worker = ratingWorker(service, tariffs);
  return {
    routes: routes(service, tariffs),
    consumers: [{ name: 'rating.usage', types: ['usage.guided'], apply: (tx, event) => takeUse(tx, service, tariffs, event, () => worker.nudge()) }],
    workers: [worker],
  };
};
