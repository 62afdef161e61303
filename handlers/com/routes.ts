import type { ComHandlers } from '#generated/stubs/com';
import type { Worker } from '#runtime/worker';
import { resourceRoutes } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { cancelProductOrder } from './cancel-request.ts';
import { requestCancel } from './cancellation.ts';
import { operatorRoutes } from './operator.ts';
import { productOrder } from './order.ts';
import { placeOrder } from './placement.ts';

/** Handlers of com: TMF622 and what operators need. @param saga nudged when there is work for it */
export function routes(service: Service, saga: Worker): ComHandlers {
  const orders = resourceRoutes(service, productOrder);
  const cancellations = resourceRoutes(service, cancelProductOrder);
  return {
    'TMF622.listProductOrder': orders.list,
    'TMF622.createProductOrder': placeOrder(service, saga),
    'TMF622.retrieveProductOrder': orders.retrieve,
    'TMF622.patchProductOrder': orders.patch,
    'TMF622.deleteProductOrder': orders.delete,
    'TMF622.listCancelProductOrder': cancellations.list,
    'TMF622.createCancelProductOrder': requestCancel(service, saga),
    'TMF622.retrieveCancelProductOrder': cancellations.retrieve,
    ...operatorRoutes(service, saga),
  };
}
