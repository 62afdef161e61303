import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { components } from '#generated/types/TMF678';
import { accountUnknown, onDemandMachine, type OnDemandFacts, type OnDemandState } from '#policy/bill';
import { unknownReference } from '#policy/reference';
import { violation } from '#policy/rule';
import { accept } from '../resource/document.ts';
import { extensionsOf } from '../resource/extensions.ts';
import { requireOwner } from '../resource/ownership.ts';
import { hrefOf } from '../resource/project.ts';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { nextId } from '../resource/rows.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { Service } from '../service.ts';
import { accountById, type AccountRow } from './account.ts';
import { insertOnDemand, moveOnDemand, type OnDemandMove } from './store.ts';

type NewOnDemand = components['schemas']['CustomerBillOnDemand_Create'];

/** A request for the bill of an account. All charges are billed when they are made, so it ends at once. */
export interface OnDemandRow extends ResourceRow {
  readonly state: OnDemandState;
  readonly customerId: string | null;
  readonly billingAccountId: string | null;
  readonly billId: string | null;
}

export const onDemandDefinition: ResourceDefinition<OnDemandRow> = {
  key: 'TMF678.customerBillOnDemand',
  table: 'billing.bill_on_demand',
  columns: { state: { column: 'state', type: 'text' }, lastUpdate: { column: 'updated_at', type: 'timestamptz' } },
  shown: { customerBill: `CASE WHEN r.bill_id IS NULL THEN r.document->'customerBill' ELSE jsonb_build_object('id', r.bill_id, '@referredType', 'CustomerBill') END` },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  extensions: extensionsOf('TMF678.customerBillOnDemand'),
  readOnly: [],
  mandatory: [],
  stateAttribute: 'state',
  project: ({ billId, document }, service) => ({ customerBill: billId === null ? (document['customerBill'] ?? null) : billRef(service, billId) }),
  permits: {},
};

const billRef = (service: Service, id: string): Document => ({ id, href: hrefOf(service, { key: 'TMF678.customerBill' }, id), '@referredType': 'CustomerBill' });

/** Every request shows an account (TMF.md §3), also one that named none. */
const unnamed = 'UNSPECIFIED';

/**
 * POST customerBillOnDemand: answers with the newest bill of the account; an unknown account is
 * recorded as rejected with its rule (DOMAIN §1).
 * @throws {PolicyViolation} reference.id.unknown, auth.customer.not_owner
 */
export async function createOnDemand(service: Service, body: NewOnDemand): Promise<OnDemandRow> {
  const posted = accept(onDemandDefinition, body);
  const accountId = body.billingAccount?.id ?? null;
  const account = accountId === null ? null : await accountById(service.db, accountId);
  if (accountId !== null && /^BA-\d{3,}$/.test(accountId) && !account) throw unknownReference('billingAccount', accountId, 'bill.list');
  if (account) requireOwner('billingAccount', account.id, account.customerId);
  return service.db.tx((tx) => decide(tx, service, posted, account, { accountId, accountKnown: account !== null }));
}

async function decide(tx: Tx, service: Service, posted: Document, account: AccountRow | null, facts: OnDemandFacts): Promise<OnDemandRow> {
  const at = service.clock.now();
  const id = await nextId(tx, onDemandDefinition);
  const opening = onDemandMachine.move(tx, null, 'create', facts);
  const document = {
    billingAccount: { id: facts.accountId ?? unnamed }, ...posted,
    ...(account ? { relatedParty: { id: account.customerId, name: account.name, role: 'customer', '@referredType': 'Customer' } } : { [verdictAttribute]: verdict(violation(accountUnknown, facts)) }),
  };
  const bill = account && await tx.one<{ id: string }>('SELECT id FROM billing.customer_bill WHERE billing_account_id = $1 ORDER BY bill_date DESC, id DESC LIMIT 1', [account.id]);
  const opened = await insertOnDemand(tx, opening, id, at, document, { customerId: account?.customerId ?? null, billingAccountId: account?.id ?? null });
  const move: OnDemandMove = account ? onDemandMachine.move(tx, opened.state, 'finish', facts) : onDemandMachine.move(tx, opened.state, 'reject', facts);
  const row = await moveOnDemand(tx, move, opened, at, { billId: bill?.id ?? null });
  const reason = account ? null : accountUnknown.code;
  record(tx, 'bill.on_demand_changed', id, {
    onDemandId: id, customerId: row.customerId, billingAccountId: facts.accountId, billId: row.billId, from: move.from, to: move.to, trigger: move.trigger, reason,
    ...(reason === null ? {} : { rule: reason }),
  });
  return row;
}
