import type { Database, Tx } from '#db/database';
import type { components } from '#generated/types/payment';
import type { CalendarMonth, PaymentMethodStatus } from '#policy/payment-method';
import { isoTime } from '#runtime/clock';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';

/** A card on file. The token leaves this service towards the gateway only. */
export interface MethodRow {
  readonly id: string;
  readonly rev: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly customerId: string;
  readonly brand: string;
  readonly last4: string;
  readonly expMonth: number;
  readonly expYear: number;
  readonly isDefault: boolean;
  readonly status: PaymentMethodStatus;
  readonly removedAt: Date | null;
}

type Reader = Pick<Database, 'one' | 'read'> | Tx;

/** Everything but the token. */
export const methodColumns =
  'id, rev, created_at, updated_at, customer_id, brand, last4, exp_month, exp_year, is_default, status, removed_at';

export const findMethod = (reader: Reader, id: string): Promise<MethodRow | null> =>
  reader.one<MethodRow>(`SELECT ${methodColumns} FROM payment.payment_method WHERE id = $1`, [id]);

/** The card a charge takes unless one is named. */
export const chargedMethod = (reader: Reader, customerId: string): Promise<MethodRow | null> =>
  reader.one<MethodRow>(`SELECT ${methodColumns} FROM payment.payment_method WHERE customer_id = $1 AND is_default AND status = 'active'`, [customerId]);

export const activeMethods = (reader: Reader, customerId: string): Promise<MethodRow[]> =>
  reader.read<MethodRow>(`SELECT ${methodColumns} FROM payment.payment_method WHERE customer_id = $1 AND status = 'active' ORDER BY created_at, id`, [customerId]);

/** The card a token is on file as, so that a repeated add finds its first result. */
export const methodOfToken = (reader: Reader, customerId: string, token: string): Promise<MethodRow | null> =>
  reader.one<MethodRow>(`SELECT ${methodColumns} FROM payment.payment_method WHERE customer_id = $1 AND token = $2 AND status <> 'removed'`, [customerId, token]);

export async function methodToken(reader: Reader, id: string): Promise<string> {
  const row = await reader.one<{ token: string }>('SELECT token FROM payment.payment_method WHERE id = $1', [id]);
  if (!row) throw new Error(`card ${id} is gone`);
  return row.token;
}

/** Payload of every card event (DOMAIN §7). */
export const methodPayload = (row: MethodRow): Document =>
  ({ paymentMethodId: row.id, customerId: row.customerId, brand: row.brand, last4: row.last4, isDefault: row.isDefault });

export const methodPath = '/bss-api/payment/v1/paymentMethod';

export function toMethod(service: Service, row: MethodRow): components['schemas']['PaymentMethod'] {
  return {
    id: row.id, href: service.href(`${methodPath}/${row.id}`), '@type': 'PaymentMethod', customerId: row.customerId, status: row.status, brand: row.brand,
    last4: row.last4, expMonth: row.expMonth, expYear: row.expYear, isDefault: row.isDefault,
    createdAt: isoTime(row.createdAt), removedAt: row.removedAt && isoTime(row.removedAt),
  };
}

/** The month a moment falls into in the operator's time zone. */
export function monthOf(at: Date, timeZone: string): CalendarMonth {
  const parts = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric' }).formatToParts(at);
  const part = (type: 'year' | 'month'): number => Number(parts.find((one) => one.type === type)?.value);
  return { year: part('year'), month: part('month') };
}
