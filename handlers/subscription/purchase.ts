import type { Database, Tx } from '#db/database';
import type { VasFacts, VasState } from '#policy/vas';
import type { Grant, Line } from './line.ts';

/** A row of subscription.vas_purchase. */
export interface Purchase {
  readonly id: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly offeringId: string;
  readonly offeringName: string;
  readonly state: VasState;
  readonly priceId: string;
  readonly priceName: string | null;
  readonly priceMinor: number;
  readonly currency: string;
  readonly grants: readonly Grant[];
  readonly durationHours: number | null;
  readonly paymentMethodId: string | null;
  readonly paymentId: string | null;
  readonly billId: string | null;
  readonly declineCode: string | null;
  readonly refundRule: string | null;
  readonly refundId: string | null;
  readonly requestKey: string | null;
  readonly actor: string;
  readonly channel: string;
  readonly traceparent: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly appliedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly attempts: number;
  readonly nextRunMs: number;
  readonly leaseUntilMs: number | null;
}

export const lockPurchase = (tx: Tx, id: string): Promise<Purchase | null> =>
  tx.one<Purchase>('SELECT * FROM subscription.vas_purchase WHERE id = $1 FOR UPDATE', [id]);

/** The purchase of an earlier call with the same key, see `sale.ts`. */
export const findPurchaseByKey = (reader: Pick<Database, 'one'>, key: string): Promise<Purchase | null> =>
  reader.one<Purchase>('SELECT * FROM subscription.vas_purchase WHERE request_key = $1', [key]);

/** The line as the rules of top-ups look at it. */
export const lineFacts = (line: Line, now: Date): VasFacts => ({
  subscriptionId: line.id, customerId: line.customerId, state: line.state, blockReason: line.blockReason, periodEnd: line.periodEnd, now,
});
