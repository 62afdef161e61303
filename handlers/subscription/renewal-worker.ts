import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { carryOnDue, lanes } from './renewal-run.ts';

/** Goes on with renewals between two sweeps: after a crash or a gateway that was away, for a new card, with money that goes back. */
export const renewalWorker = (service: Service): Worker =>
  service.worker({
    name: 'subscription.renewal',
    everyMs: 500,
    async run() {
      const { examined, changed } = await carryOnDue(service);
      return examined === lanes && changed > 0;
    },
  });
