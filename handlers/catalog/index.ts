import type { CatalogHandlers } from '#generated/stubs/catalog';
import type { ServiceModule } from '../service.ts';
import { constraintRules } from './constraint.ts';
import { consumers } from './consumers.ts';
import { routesOf } from './routes.ts';

/** What is sold, for how much, and what it becomes in the network (DOMAIN §2, port 8001). */
export const catalog: ServiceModule<CatalogHandlers> = (service) => ({ routes: routesOf(service), consumers, workers: [], constraintRules: constraintRules(service) });
