import type { Database, Tx } from '#db/database';
import type { RefundStatus } from '#policy/refund';
import { wordOf } from './key.ts';
import { extensionsOf } from '../resource/extensions.ts';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';

/** Money given back, all or part of one payment (F10). */
export interface RefundRow extends ResourceRow {
  /** null in a recorded refund that names no payment of ours. */
  readonly paymentId: string | null;
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
  readonly status: RefundStatus;
  readonly statusDate: Date;
  readonly currency: string;
  readonly amountMinor: number;
  readonly reason: string | null;
  readonly declineCode: string | null;
  readonly billId: string | null;
  readonly idempotencyKey: string | null;
  readonly gatewayAttempts: number;
}

/** TMF676 refund over our refund row. */
export const refundDefinition: ResourceDefinition<RefundRow> = {
  key: 'TMF676.refund',
  table: 'payment.refund',
  columns: {
    status: { column: 'status', type: 'text' },
    statusDate: { column: 'status_date', type: 'timestamptz' },
    refundDate: { column: 'created_at', type: 'timestamptz' },
    // TMF.md §3 asks it of refunds too, which the document does not.
    paymentDate: { column: 'created_at', type: 'timestamptz' },
  },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  extensions: extensionsOf('TMF676.refund'),
  readOnly: [],
  mandatory: [],
  stateAttribute: 'status',
  permits: {},
};

export const findRefundByKey = (reader: Pick<Database, 'one'> | Tx, key: string): Promise<RefundRow | null> =>
  reader.one<RefundRow>('SELECT * FROM payment.refund WHERE idempotency_key = $1', [key]);

export async function lockRefund(tx: Tx, id: string): Promise<RefundRow> {
  const row = await tx.one<RefundRow>('SELECT * FROM payment.refund WHERE id = $1 FOR UPDATE', [id]);
  if (!row) throw new Error(`refund ${id} is gone`);
  return row;
}

/** Payload of every refund event (DOMAIN §7); amounts in minor units. */
export const refundPayload = (row: RefundRow): Document => ({
  refundId: row.id, paymentId: row.paymentId, customerId: row.customerId, subscriptionId: row.subscriptionId, amount: row.amountMinor,
  currency: row.currency, purpose: 'refund', key: wordOf(row.idempotencyKey),
  ...(row.declineCode === null ? {} : { declineCode: row.declineCode }), ...(row.billId === null ? {} : { billId: row.billId }),
});
