import type { PlatformHandlers } from '#generated/stubs/platform';
import { isoTime } from '#runtime/clock';
import { DryRunPassed, NotFound } from '#runtime/errors';
import { requireContext } from '#runtime/context';
import type { Service } from '../service.ts';
import type { Sweep } from '../sweep.ts';

/** @param sweeps those of the service that answers; another one's are not found here */
export function sweepHandlers(service: Service, sweeps: readonly Sweep[]): Pick<PlatformHandlers, 'admin.runSweep'> {
  return {
    'admin.runSweep': async ({ params }) => {
      const sweep = sweeps.find(({ name }) => name === params.name);
      if (!sweep) throw new NotFound('sweep', params.name);
      if (requireContext().dryRun) throw new DryRunPassed(); // each row has its own policies, asked as it is worked on
      const now = service.clock.now();
      const result = await sweep.run();
      return { body: { id: sweep.name, href: service.href(`/bss-api/admin/v1/sweep/${sweep.name}`), '@type': 'SweepRun', name: sweep.name, now: isoTime(now), ...result } };
    },
  };
}
