import type { CatalogHandlers } from '#generated/stubs/catalog';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { entryRoutes } from './entry.ts';
import { jobRoutes } from './job.ts';
import { mappingRoutes } from './mapping.ts';
import { offeringRoutes } from './offering.ts';
import { priceRoutes } from './price.ts';
import { specificationRoutes } from './specification.ts';
import { tariffRoutes } from './tariff.ts';
import { vasRoutes } from './vas.ts';

/** Handlers of catalog: TMF620 and what charging, ordering and fulfilment read of it. */
export const routesOf = (service: Service, jobs: Worker): CatalogHandlers => ({
  ...entryRoutes(service),
  ...specificationRoutes(service),
  ...offeringRoutes(service),
  ...priceRoutes(service),
  ...jobRoutes(service, jobs),
  ...tariffRoutes(service),
  ...vasRoutes(service),
  ...mappingRoutes(service),
});
