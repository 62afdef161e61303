import type { ProvisioningSimHandlers } from '#generated/stubs/provisioning-sim';
import type { Worker } from '#runtime/worker';
import { resourceRoutes } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { faultRoutes } from './fault.ts';
import { monitorOf } from './monitor.ts';
import { taskRoutes } from './operator.ts';
import { serviceRoutes } from './service.ts';

/** @param tasks the worker to wake when there is a task to do */
export function routes(service: Service, tasks: Worker): ProvisioningSimHandlers {
  const monitor = resourceRoutes(service, monitorOf(service));
  return {
    ...serviceRoutes(service, tasks),
    'TMF640.listMonitor': monitor.list,
    'TMF640.retrieveMonitor': monitor.retrieve,
    ...taskRoutes(service, tasks),
    ...faultRoutes(service),
  };
}
