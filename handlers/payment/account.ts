import type { Database, Tx } from '#db/database';
import { openAccount } from '#policy/bill';
import { unknownReference } from '#policy/reference';
import { RemoteError } from '#runtime/errors';
import { ok } from '#runtime/client';
import type { Service } from '../service.ts';
import { nextId } from './sequence.ts';
import { insertAccount } from './store-bill.ts';

/** What the charges of one customer are booked on; opened with the first card or charge. */
export interface AccountRow {
  readonly id: string;
  readonly rev: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly customerId: string;
  readonly name: string;
  readonly currency: string;
}

/** The customer of an account that is there, or is to be opened. */
export interface AccountHolder {
  readonly customerId: string;
  readonly name: string;
  /** State in TMF629; null when an account exists, so that crm was not asked. */
  readonly status: string | null;
}

const findAccount = (reader: Pick<Database, 'one'> | Tx, customerId: string): Promise<AccountRow | null> =>
  reader.one<AccountRow>('SELECT * FROM billing.billing_account WHERE customer_id = $1', [customerId]);

export const findAccountById = (reader: Pick<Database, 'one'> | Tx, id: string): Promise<AccountRow | null> =>
  reader.one<AccountRow>('SELECT * FROM billing.billing_account WHERE id = $1', [id]);

/** Characters of the name on an account and its receipts; TMF629 sets no limit. */
const nameMax = 200;

const accountName = (name: string): string => [...name].slice(0, nameMax).join('');

/**
 * Asks crm for the customer, outside any transaction.
 * @throws {PolicyViolation} reference.id.unknown
 * @throws {Unavailable} crm cannot be reached
 */
export async function fetchHolder(service: Service, customerId: string): Promise<AccountHolder> {
  try {
    const customer = await ok(service.clients.TMF629.GET('/customer/{id}', { params: { path: { id: customerId } } }));
    return { customerId, name: accountName(customer.name ?? customerId), status: customer.status ?? null };
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) throw unknownReference('customer', customerId, 'customer.list');
    throw error;
  }
}

/** The holder without a call where the account is there already: charges do not depend on crm. */
export async function holderOf(service: Service, customerId: string): Promise<AccountHolder> {
  const account = await findAccount(service.db, customerId);
  return account ? { customerId, name: account.name, status: null } : fetchHolder(service, customerId);
}

/** The account of the holder, locked: everything that must be decided once per customer queues here. */
export async function lockAccount(tx: Tx, service: Service, holder: AccountHolder): Promise<AccountRow> {
  const account = await readLocked(tx, holder.customerId);
  if (account) return account;
  const at = service.clock.now();
  await insertAccount(tx, openAccount.permit(tx), {
    id: await nextId(tx, 'BA'), createdAt: at, updatedAt: at, customerId: holder.customerId, name: holder.name, currency: service.config.currency,
  });
  const opened = await readLocked(tx, holder.customerId);
  if (!opened) throw new Error(`the billing account of ${holder.customerId} is gone right after it was opened`);
  return opened;
}

const readLocked = (tx: Tx, customerId: string): Promise<AccountRow | null> =>
  tx.one<AccountRow>('SELECT * FROM billing.billing_account WHERE customer_id = $1 FOR UPDATE', [customerId]);
