import type { Service } from '../service.ts';

/** How long one attempt at a purchase, a renewal or a price migration owns its row, in milliseconds of machine time. */
export const leaseMs = (service: Service): number => service.config.leaseSeconds * 1000;
