import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { carryOnDue } from './renewal-run.ts';

/** Renewals one run takes. */
const batchMax = 20;

/** Goes on with renewals between two sweeps: after a crash or a gateway that was away, for a new card, with money that goes back. */
export const renewalWorker = (service: Service): Worker =>
  service.worker({
    name: 'subscription.renewal',
    everyMs: 500,
    async run() {
      const { examined, changed } = await carryOnDue(service, batchMax);
      return examined === batchMax && changed > 0;
    },
  });
