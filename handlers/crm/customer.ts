import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import {
  addContact, changeContact, changeCustomer, contactMediumRequired, customerMachine, deleteCustomer, removeContact, type CustomerFacts,
} from '#policy/customer';
import { enforce, violation } from '#policy/rule';
import { Conflict, NotFound } from '#runtime/errors';
import { listOf } from '../resource/json.ts';
import { recordMove } from '../transition.ts';
import { accept, split } from '../resource/document.ts';
import { extensionsOf } from '../resource/extensions.ts';
import { namesMember, patched, refuseLocked, type Patched } from '../resource/patch.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { changed, created, idOf, resourceRoutes, rowToWrite, type ResourceRoutes } from '../resource/routes.ts';
import { findResource, nextId } from '../resource/rows.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { Service } from '../service.ts';
import { planMedia } from './contact.ts';
import { closingFacts, moveTo, plainFacts } from './customer-status.ts';
import { logInteraction } from './interaction.ts';
import { contactFacts, enforceNewMedia, liveMedia, mediaChange } from './media.ts';
import { liveLinesOf, openOrdersOf } from './neighbour.ts';
import { customerPayload, insertCustomer, moveCustomer, removeCustomer, updateCustomer, type CustomerRow } from './store-customer.ts';

/** A customer nobody can reach is recorded as a prospect; the rule says what is missing (DOMAIN §1). */
const unreachable: Document = verdict(violation(contactMediumRequired, { media: 0 }));

/** TMF629 customer (DOMAIN §4 "Customer"); its contact media stand in the document as written. */
export const customers: ResourceDefinition<CustomerRow, 'status'> = {
  key: 'TMF629.customer',
  table: 'crm.customer',
  columns: {
    name: { column: 'name', type: 'text' },
    status: { column: 'status', type: 'text' },
    statusReason: { column: 'status_reason', type: 'text' },
    kycStatus: { column: 'kyc_status', type: 'text' },
    // The document of TMF629 gives contact media no ids; ours have them.
    'contactMedium.id': { sql: "ARRAY(SELECT jsonb_path_query(r.document, '$.contactMedium[*].id') #>> '{}')", type: 'text', many: true },
  },
  shown: { [verdictAttribute]: `CASE WHEN r.status = 'prospect' THEN '${JSON.stringify(unreachable).replaceAll("'", "''")}'::jsonb END` },
  sortNewest: 'created_at',
  ownerColumn: 'id',
  extensions: extensionsOf('TMF629.customer'),
  readOnly: [],
  stateAttribute: 'status',
  mandatory: ['name', 'engagedParty', 'status'],
  reads: ['status'],
  project: (row) => ({ [verdictAttribute]: row.status === 'prospect' ? unreachable : undefined }),
  permits: {},
};

type Routes = Pick<CrmHandlers,
  'TMF629.listCustomer' | 'TMF629.createCustomer' | 'TMF629.retrieveCustomer' | 'TMF629.patchCustomer' | 'TMF629.deleteCustomer'>;

export function customerRoutes(service: Service): Routes {
  const plain: ResourceRoutes = resourceRoutes(service, customers);
  return {
    'TMF629.listCustomer': plain.list,
    'TMF629.retrieveCustomer': plain.retrieve,
    async 'TMF629.createCustomer'({ body }) {
      const attributes = accept(customers, body);
      return created(service, customers, await service.db.tx((tx) => create(service, tx, attributes)));
    },
    async 'TMF629.patchCustomer'(call) {
      const wish = await wishOf(service, call);
      const row = await service.db.tx(async (tx) => {
        const current = await rowToWrite(tx, customers, call);
        const change = await patched(service, customers, current, call);
        return change ? apply(service, tx, change, wish) : current;
      });
      return changed(service, customers, row);
    },
    async 'TMF629.deleteCustomer'(call) {
      // Neighbours take an id of ours only.
      if (!(await findResource(service.db, customers, idOf(call)))) throw new NotFound('customer', idOf(call));
      const references = await effectsElsewhere(service, idOf(call));
      await service.db.tx(async (tx) => {
        const row = await rowToWrite(tx, customers, call);
        const here = await effectsHere(tx, row.id);
        await removeCustomer(tx, deleteCustomer.permit(tx, { customerId: row.id, state: row.status, references: [...references, ...here] }), row.id);
        record(tx, 'customer.deleted', row.id, customerPayload(row));
      });
      return { status: 204 };
    },
  };
}

async function create(service: Service, tx: Tx, attributes: Document): Promise<CustomerRow> {
  const at = service.clock.now();
  const plan = planMedia([], listOf(attributes['contactMedium']), service.config);
  await enforceNewMedia(tx, plan.added);
  const move = customerMachine.move(tx, null, plan.added.length > 0 ? 'register' : 'create', plainFacts(null));
  const id = await nextId(tx, customers);
  const { entries, added } = await mediaChange(tx, plan);
  const { document } = split(customers, { ...attributes, contactMedium: entries });
  const { statusReason } = attributes as { readonly statusReason?: string }; // a text, by its schema
  const row = await insertCustomer(tx, move, { id, name: String(attributes['name']), statusReason: statusReason ?? null, document, media: added }, at);
  recordMove(tx, move, id, { ...customerPayload(row), mediumType: added.map((medium) => medium.mediumType) });
  await logInteraction(service, tx, row, 'customer created');
  return row;
}

type PatchCustomer = Parameters<CrmHandlers['TMF629.patchCustomer']>[0];

/** What a PATCH says about a change of status. */
interface Wish {
  readonly reason: string | null;
  /** What speaks against closing; null where the patch did not seem to close. */
  readonly closing: CustomerFacts | null;
}

/** Only a patch that closes asks the neighbours, and that before the transaction; what else is wrong with it is told in there. */
async function wishOf(service: Service, call: PatchCustomer): Promise<Wish> {
  const row = await findResource(service.db, customers, idOf(call));
  const change = row && await patched(service, customers, row, call).catch(() => null);
  const given = namesMember(call, 'statusReason') ? change?.after['statusReason'] : undefined;
  const reason = typeof given === 'string' ? given : null;
  const closes = row?.status !== 'closed' && change?.after['status'] === 'closed';
  return { reason, closing: closes ? await closingFacts(service, idOf(call), reason) : null };
}

/** What is changed of the customer itself comes first, then its status. */
async function apply(service: Service, tx: Tx, change: Patched<CustomerRow>, { reason, closing }: Wish): Promise<CustomerRow> {
  const { row, before, after, changed: names } = change;
  const others = names.filter((name) => name !== 'status' && name !== 'statusReason');
  const moves = names.includes('status');
  // A reason belongs to the change of status it is given for.
  if (!moves && names.includes('statusReason')) refuseLocked(customers, row, before, ['statusReason']);
  const stored = others.length > 0 ? await changeItself(service, tx, row, { ...change, changed: others }) : row;
  const status = String(after['status']);
  if (!moves || stored.status === status) return stored;
  if (status === 'closed' && !closing) throw new Conflict('changed_meanwhile', 'The customer has changed meanwhile; send the patch again.');
  return moveTo(service, tx, stored, status, closing ?? plainFacts(row.id, reason));
}

/** A PATCH of the customer itself: its contact media are replaced as one list. */
async function changeItself(service: Service, tx: Tx, row: CustomerRow, change: Patched<CustomerRow>): Promise<CustomerRow> {
  const at = service.clock.now();
  const plan = planMedia(await liveMedia(tx, row.id), listOf(change.after['contactMedium']), service.config);
  const owner = { customerId: row.id, state: row.status };
  for (const medium of plan.added) enforce(addContact.rules, await contactFacts(tx, owner, medium));
  for (const { medium } of plan.changed) enforce(changeContact.rules, await contactFacts(tx, owner, medium));
  const remaining = plan.kept.length + plan.changed.length + plan.added.length;
  for (const { id } of plan.removed) enforce(removeContact.rules, { ...owner, contactMediumId: id, remaining });
  const permit = changeCustomer.permit(tx, owner);
  const { entries, ...media } = await mediaChange(tx, plan);
  const document = { ...change.document, ...(change.document['contactMedium'] ? { contactMedium: entries } : {}) };
  const updated = await updateCustomer(tx, permit, row, { name: String(change.after['name']), document, ...media }, at);
  record(tx, 'customer.changed', row.id, { ...customerPayload(updated), changed: change.changed });
  await logInteraction(service, tx, updated, 'customer changed');
  return remaining > 0 ? reached(service, tx, updated) : updated;
}

/** The first contact medium turns a prospect into an active customer. */
export async function reached(service: Service, tx: Tx, row: CustomerRow): Promise<CustomerRow> {
  if (row.status !== 'prospect') return row;
  const move = customerMachine.move(tx, row.status, 'contact_added', plainFacts(row.id), { customerId: row.id });
  const active = await moveCustomer(tx, move, row, null, service.clock.now());
  recordMove(tx, move, row.id, customerPayload(active));
  return active;
}

/** Lines and orders that name the customer. Asks neighbours: outside any transaction. */
async function effectsElsewhere(service: Service, customerId: string): Promise<string[]> {
  const [lines, orders] = await Promise.all([liveLinesOf(service, { customerId }), openOrdersOf(service, customerId)]);
  return [...lines.map((id) => `subscription ${id}`), ...orders.map((id) => `order ${id}`)];
}

const kindsOfEffect = `SELECT 'identity' AS kind, document_type AS id FROM crm.identity WHERE customer_id = $1
  UNION ALL SELECT 'case', id FROM crm.case WHERE customer_id = $1
  UNION ALL SELECT 'ticket', id FROM crm.ticket WHERE customer_id = $1
  UNION ALL SELECT 'interaction', id FROM crm.interaction WHERE customer_id = $1 AND NOT automatic
  UNION ALL SELECT 'reservation', order_id FROM inventory.reservation WHERE customer_id = $1 LIMIT 20`;

async function effectsHere(tx: Tx, customerId: string): Promise<string[]> {
  const rows = await tx.read<{ kind: string; id: string }>(kindsOfEffect, [customerId]);
  return rows.map(({ kind, id }) => `${kind} ${id}`);
}

