import type { Database, Tx } from '#db/database';
import type { components } from '#generated/types/payment';
import type { PaymentEnding, PaymentStatus } from '#policy/payment';
import { isoTime } from '#runtime/clock';
import { money, toWireMoney } from '#runtime/money';
import type { Document, ResourceRow } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import type { ChargeItem } from './item.ts';
import { wordOf } from './key.ts';

/** A charge and what became of it; the TMF676 payment and our own view are two projections of it. */
export interface PaymentRow extends ResourceRow {
  /** null in a recorded TMF676 payment that names nobody of ours. */
  readonly customerId: string | null;
  readonly accountId: string;
  readonly paymentMethodId: string | null;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly purpose: string;
  readonly description: string | null;
  /** Captured and billed right after the authorisation, without another call. */
  readonly sale: boolean;
  readonly items: readonly ChargeItem[];
  readonly status: PaymentStatus;
  readonly statusDate: Date;
  readonly authorizedAt: Date | null;
  readonly capturedAt: Date | null;
  readonly currency: string;
  readonly amountMinor: number;
  readonly authorizedMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly declineCode: string | null;
  readonly billId: string | null;
  readonly idempotencyKey: string | null;
  /** How it is to end once authorised; a sale begins with its capture. */
  readonly ending: PaymentEnding | null;
  /** Minor units that are to be captured, or were. */
  readonly capturingMinor: number | null;
  readonly captureKey: string | null;
  readonly gatewayRef: string | null;
  /** Calls made to the gateway for the authorisation. */
  readonly gatewayAttempts: number;
}

type Reader = Pick<Database, 'one'> | Tx;

export const findPayment = (reader: Reader, id: string): Promise<PaymentRow | null> =>
  reader.one<PaymentRow>('SELECT * FROM payment.payment WHERE id = $1', [id]);

export const findPaymentByKey = (reader: Reader, key: string): Promise<PaymentRow | null> =>
  reader.one<PaymentRow>('SELECT * FROM payment.payment WHERE idempotency_key = $1', [key]);

/** The payment, locked until the transaction ends. */
export async function lockPayment(tx: Tx, id: string): Promise<PaymentRow> {
  const row = await tx.one<PaymentRow>('SELECT * FROM payment.payment WHERE id = $1 FOR UPDATE', [id]);
  if (!row) throw new Error(`payment ${id} is gone`);
  return row;
}

/** Payload of every payment event (DOMAIN §7); amounts in minor units. */
export const paymentPayload = (row: PaymentRow): Document => ({
  paymentId: row.id, customerId: row.customerId, subscriptionId: row.subscriptionId, orderId: row.orderId, paymentMethodId: row.paymentMethodId,
  amount: row.amountMinor, currency: row.currency, purpose: row.purpose, key: wordOf(row.idempotencyKey),
  ...(row.declineCode === null ? {} : { declineCode: row.declineCode }), ...(row.billId === null ? {} : { billId: row.billId }),
});

const paymentHref = (service: Service, id: string): string => service.href(`/tmf-api/payment/v4/payment/${id}`);

const isoOrNull = (at: Date | null): string | null => (at ? isoTime(at) : null);

/** Our own view of a payment of a customer. */
export function toPayment(service: Service, row: PaymentRow): components['schemas']['Payment'] {
  const wire = (minor: number) => toWireMoney(money(minor, row.currency));
  return {
    id: row.id, href: paymentHref(service, row.id), '@type': 'Payment', customerId: row.customerId ?? '', status: row.status, purpose: row.purpose,
    amount: wire(row.amountMinor), authorizedAmount: wire(row.authorizedMinor), capturedAmount: wire(row.capturedMinor), refundedAmount: wire(row.refundedMinor),
    paymentMethodId: row.paymentMethodId, brand: row.brand, last4: row.last4, orderId: row.orderId, subscriptionId: row.subscriptionId,
    declineCode: row.declineCode, billId: row.billId,
    createdAt: isoTime(row.createdAt), authorizedAt: isoOrNull(row.authorizedAt), capturedAt: isoOrNull(row.capturedAt),
  };
}
