import type { Tx } from '#db/database';
import type { CancelState } from '#policy/cancel-order';
import { isoTime } from '#runtime/clock';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { extensionsOf } from '../resource/extensions.ts';

/** A request to cancel a product order. */
export interface CancelRow extends ResourceRow {
  readonly state: CancelState;
  /** Null for an order we do not hold. */
  readonly orderId: string | null;
  readonly customerId: string | null;
}

/** TMF622 cancelProductOrder. */
export const cancelProductOrder: ResourceDefinition<CancelRow> = {
  key: 'TMF622.cancelProductOrder',
  table: 'order_mgmt.cancel_product_order',
  columns: { state: { column: 'state', type: 'text' } },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  extensions: extensionsOf('TMF622.cancelProductOrder'),
  readOnly: [],
  mandatory: ['state', 'productOrder'],
  stateAttribute: 'state',
  permits: {},
};

/** The request, locked until the transaction ends. */
export async function lockCancel(tx: Tx, id: string): Promise<CancelRow> {
  const row = await tx.one<CancelRow>('SELECT * FROM order_mgmt.cancel_product_order WHERE id = $1 FOR UPDATE', [id]);
  if (!row) throw new Error(`cancel request ${id} is gone`);
  return row;
}

/** What its events tell besides the change of state. */
export const cancelPayload = ({ id, orderId, customerId }: Pick<CancelRow, 'id' | 'orderId' | 'customerId'>, rule: string | null = null): Document =>
  ({ cancelOrderId: id, orderId, customerId, ...(rule === null ? {} : { rule }) });

/** When an accepted cancellation took effect (TMF622 `effectiveCancellationDate`). */
export const effectiveAt = (at: Date): Document => ({ effectiveCancellationDate: isoTime(at) });
