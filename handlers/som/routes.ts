import type { SomHandlers } from '#generated/stubs/som';
import { resourceRoutes } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { requestCancel } from './cancel.ts';
import { cancelServiceOrder } from './cancel-request.ts';
import { givesUp, giveUp } from './give-up.ts';
import { serviceOrder } from './order.ts';
import { placeServiceOrder } from './placement.ts';
import { serviceRoutes } from './service.ts';
import type { Nudge } from './wish.ts';

export function routes(service: Service, nudge: Nudge): SomHandlers {
  const orders = resourceRoutes(service, serviceOrder);
  const cancels = resourceRoutes(service, cancelServiceOrder);
  return {
    ...serviceRoutes(service),
    'TMF641.listServiceOrder': orders.list,
    'TMF641.createServiceOrder': placeServiceOrder(service, nudge),
    'TMF641.retrieveServiceOrder': orders.retrieve,
    'TMF641.patchServiceOrder': async (call) => (givesUp(call) ? await giveUp(service, nudge, call) : null) ?? orders.patch(call),
    'TMF641.deleteServiceOrder': orders.delete,
    'TMF641.listCancelServiceOrder': cancels.list,
    'TMF641.createCancelServiceOrder': requestCancel(service, nudge),
    'TMF641.retrieveCancelServiceOrder': cancels.retrieve,
  };
}
