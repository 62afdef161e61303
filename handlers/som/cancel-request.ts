import type { Tx } from '#db/database';
import type { CancelState } from '#policy/cancel-order';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { extensionsOf } from '../resource/extensions.ts';
import type { ServiceOrderRow } from './order.ts';

/** A request to cancel a service order. */
export interface CancelRow extends ResourceRow {
  readonly state: CancelState;
  /** Null for an order we do not hold. */
  readonly serviceOrderId: string | null;
}

/** TMF641 cancelServiceOrder. */
export const cancelServiceOrder: ResourceDefinition<CancelRow> = {
  key: 'TMF641.cancelServiceOrder',
  table: 'service_inventory.cancel_service_order',
  columns: { state: { column: 'state', type: 'text' } },
  sortNewest: 'created_at',
  extensions: extensionsOf('TMF641.cancelServiceOrder'),
  readOnly: [],
  mandatory: ['state', 'serviceOrder'],
  stateAttribute: 'state',
  permits: {},
};

/** The request that is open on an order, locked; null = none. */
export const openCancel = (tx: Tx, serviceOrderId: string): Promise<CancelRow | null> =>
  tx.one<CancelRow>(
    "SELECT * FROM service_inventory.cancel_service_order WHERE service_order_id = $1 AND state IN ('accepted', 'inProgress') FOR UPDATE", [serviceOrderId]);

/** What the events of a request tell. @param requested tasks the order has asked for so far */
export const cancelPayload = (id: string, order: Pick<ServiceOrderRow, 'id' | 'orderId' | 'customerId'> | null, requested = 0): Document =>
  ({ cancelOrderId: id, serviceOrderId: order?.id ?? null, orderId: order?.orderId ?? null, customerId: order?.customerId ?? null, requested });
