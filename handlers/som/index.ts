import type { SomHandlers } from '#generated/stubs/som';
import type { ServiceModule } from '../service.ts';
import { taskConsumer } from './news.ts';
import { routes } from './routes.ts';
import { orderWorker } from './runner.ts';
import { lineConsumer } from './wish.ts';

/** Services and the orders that make, suspend, resume and end them (DOMAIN §2 som, §5 F1, F6–F8). */
export const som: ServiceModule<SomHandlers> = (service) => {
  const orders = orderWorker(service);
  const nudge = (): void => orders.nudge();
  return { routes: routes(service, nudge), consumers: [taskConsumer(service, nudge), lineConsumer(service, nudge)], workers: [orders] };
};
