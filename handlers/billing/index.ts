import type { BillingHandlers } from '#generated/stubs/billing';
import type { ServiceModule } from '../service.ts';
import { billingRoutes } from './routes.ts';

/** Accounts, bills and rates as their customers and TMF678 see them; they are written where the money moves. */
export const billing: ServiceModule<BillingHandlers> = (service) => ({ routes: billingRoutes(service), consumers: [], workers: [] });
