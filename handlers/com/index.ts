import type { ComHandlers } from '#generated/stubs/com';
import type { ServiceModule } from '../service.ts';
import { consumers } from './consumers.ts';
import { routes } from './routes.ts';
import { sagaWorker } from './runner.ts';
import { stuckSweep } from './stuck.ts';

/** Product orders and the saga that carries each one out (DOMAIN §2 com, §5 F1). */
export const com: ServiceModule<ComHandlers> = (service) => {
  const saga = sagaWorker(service);
  return {
    routes: routes(service, saga), consumers: consumers(service, saga), workers: [saga], sweeps: [stuckSweep(service)],
  };
};
