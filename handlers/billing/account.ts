import type { Database } from '#db/database';
import type { components } from '#generated/types/billing';
import { isoTime } from '#runtime/clock';
import type { Answer } from '#runtime/handler';
import { boundCustomer } from '../resource/ownership.ts';
import { pageOf } from '../resource/page.ts';
import { listed } from '../list.ts';
import type { Service } from '../service.ts';

/** What the charges of one customer are booked on; the payment process opens it. */
export interface AccountRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly customerId: string;
  readonly name: string;
  readonly currency: string;
}

const path = '/bss-api/billing/v1/billingAccount';

export const accountById = (db: Database, id: string): Promise<AccountRow | null> =>
  db.one<AccountRow>('SELECT * FROM billing.billing_account WHERE id = $1', [id]);

const toAccount = (service: Service, row: AccountRow): components['schemas']['BillingAccount'] => ({
  id: row.id, href: service.href(`${path}?customerId=${row.customerId}`), '@type': 'BillingAccount', customerId: row.customerId,
  name: row.name, currency: row.currency, createdAt: isoTime(row.createdAt),
});

/** Accounts, newest first. */
export async function listAccounts(service: Service, query: { readonly customerId?: string } & Readonly<Record<string, unknown>>): Promise<Answer<components['schemas']['BillingAccount'][]>> {
  const page = pageOf(query, service.config);
  const values = [query.customerId ?? null, boundCustomer()];
  const where = '($1::text IS NULL OR customer_id = $1) AND ($2::text IS NULL OR customer_id = $2)';
  const rows = await service.db.read<AccountRow>(
    `SELECT * FROM billing.billing_account WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4`, [...values, page.limit, page.offset]);
  const count = await service.db.one<{ total: number }>(`SELECT count(*) AS total FROM billing.billing_account WHERE ${where}`, values);
  const total = count?.total ?? 0;
  return listed(query, page, service.href(path), rows.map((row) => toAccount(service, row)), total);
}
