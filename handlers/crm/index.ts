import type { CrmHandlers } from '#generated/stubs/crm';
import type { ServiceModule } from '../service.ts';
import { constraintRules } from './constraint.ts';
import { consumersOf } from './consumers.ts';
import { routesOf } from './routes.ts';
import { sweepsOf } from './sweeps.ts';

/** Customers, tickets, interactions, numbers and eSIM profiles (DOMAIN §2, port 8002). */
export const crm: ServiceModule<CrmHandlers> = (service) => ({
  routes: routesOf(service),
  consumers: consumersOf(service),
  workers: [],
  sweeps: sweepsOf(service),
  constraintRules,
});
