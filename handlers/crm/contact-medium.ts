import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/crm';
import { addContact, changeContact, removeContact, type MediumType } from '#policy/customer';
import { BadRequest, NotFound } from '#runtime/errors';
import type { Call } from '#runtime/handler';
import { requireMatch } from '../resource/etag.ts';
import { jsonEqual, listOf } from '../resource/json.ts';
import { requireOwn } from '../resource/ownership.ts';
import type { Document } from '../resource/resource.ts';
import { lockResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { mediumOf, type LiveMedium, type Medium } from './contact.ts';
import { customers, reached } from './customer.ts';
import { logInteraction } from './interaction.ts';
import { contactFacts, liveMedia } from './media.ts';
import { customerPayload, nextMediumIds, updateCustomer, type CustomerRow } from './store-customer.ts';

type Wire = components['schemas']['ContactMedium'];
type Routes = Pick<CrmHandlers, 'crm.createContactMedium' | 'crm.patchContactMedium' | 'crm.deleteContactMedium'>;
type Written = Pick<components['schemas']['ContactMediumCreate'], 'value' | 'characteristic' | 'preferred'>;

/** A medium, the customer it belongs to and how the customer's document shows it. */
interface Held {
  readonly customer: CustomerRow;
  readonly live: LiveMedium;
  readonly entry: Document;
}

/** One contact medium at a time; TMF629 has only the whole list. */
export function contactMediumRoutes(service: Service): Routes {
  return {
    async 'crm.createContactMedium'(call) {
      const { params: { id }, body } = call;
      const wire = await service.db.tx(async (tx) => await made(service, tx, call) ?? add(service, tx, id, body.mediumType, body));
      return { status: 201, body: wire, headers: { Location: wire.href } };
    },
    async 'crm.patchContactMedium'(call) {
      return { body: await service.db.tx((tx) => change(service, tx, call)) };
    },
    async 'crm.deleteContactMedium'(call) {
      await service.db.tx((tx) => remove(service, tx, call));
      return { status: 204 };
    },
  };
}

async function lockCustomer(tx: Tx, id: string): Promise<CustomerRow> {
  const row = await lockResource(tx, customers, id);
  if (!row) throw new NotFound('customer', id);
  requireOwn(customers, row);
  return row;
}

type MediumCall = Pick<Call<{ id: string; contactMediumId: string }, object, unknown>, 'params' | 'headers'>;

async function lockMedium(tx: Tx, { params, headers }: MediumCall): Promise<Held> {
  const customer = await lockCustomer(tx, params.id);
  const live = (await liveMedia(tx, customer.id)).find((one) => one.id === params.contactMediumId);
  if (!live) throw new NotFound('contactMedium', params.contactMediumId);
  requireMatch(headers, { id: live.id, rev: customer.rev });
  const entry = listOf(customer.document['contactMedium']).find((one) => one['id'] === live.id) ?? {};
  return { customer, live, entry };
}

/** `value` is the short way to write the one member of the characteristic that counts. */
function mediumFrom(service: Service, mediumType: MediumType, base: Document, { value, characteristic, preferred }: Written): Medium {
  const member = mediumType === 'email' ? 'emailAddress' : 'phoneNumber';
  const told = mediumType === 'postalAddress' || value === undefined ? {} : { [member]: value };
  const entry = {
    ...base, mediumType: base['mediumType'] ?? mediumType, preferred: preferred ?? base['preferred'] ?? false,
    characteristic: { ...(characteristic ?? (base['characteristic'] as Document | undefined)), ...told }, // an object, by its schema
  };
  return mediumOf(entry, service.config)!; // the three kinds are known
}

async function add(service: Service, tx: Tx, customerId: string, mediumType: MediumType, written: Written): Promise<Wire> {
  const customer = await lockCustomer(tx, customerId);
  const medium = mediumFrom(service, mediumType, {}, written);
  const permit = addContact.permit(tx, await contactFacts(tx, { customerId, state: customer.status }, medium));
  const at = service.clock.now();
  const [id] = await nextMediumIds(tx, 1);
  const entry: Document = { ...medium.entry, id };
  const document = { ...customer.document, contactMedium: [...listOf(customer.document['contactMedium']).map(unless(entry)), entry] };
  const row = await updateCustomer(tx, permit, customer, { document, added: [{ id: id!, mediumType, value: medium.value }], changed: [], removed: [] }, at);
  tx.leave(id!);
  record(tx, 'customer.contact_added', customerId, { ...customerPayload(row), mediumType });
  await logInteraction(service, tx, row, `${mediumType} added`);
  await reached(service, tx, row);
  return show(service, customerId, { id: id!, mediumType, value: medium.value, validFrom: at }, entry);
}

/** The medium that an earlier call with this key has added, if its answer was lost. */
async function made(service: Service, tx: Tx, { params: { id }, effect }: { readonly params: { readonly id: string }; readonly effect?: string }): Promise<Wire | null> {
  if (effect === undefined) return null;
  const customer = await lockCustomer(tx, id);
  const live = (await liveMedia(tx, id)).find((one) => one.id === effect);
  const entry = listOf(customer.document['contactMedium']).find((one) => one['id'] === effect);
  return live && entry ? show(service, id, live, entry) : null;
}

/** Only one medium is preferred. */
const unless = (entry: Document) => (other: Document): Document => (entry['preferred'] === true && other['preferred'] === true ? { ...other, preferred: false } : other);

async function change(service: Service, tx: Tx, call: Parameters<CrmHandlers['crm.patchContactMedium']>[0]): Promise<Wire> {
  const { customer, live, entry: before } = await lockMedium(tx, call);
  const { value, characteristic, preferred } = call.body;
  if (value === null || characteristic === null) throw new BadRequest('A contact medium keeps its value; delete the medium instead.');
  const medium = mediumFrom(service, live.mediumType, before, { value, characteristic, preferred: preferred ?? undefined });
  const entry: Document = { ...medium.entry, id: live.id };
  if (jsonEqual(before, entry)) return show(service, customer.id, live, entry);
  const permit = changeContact.permit(tx, await contactFacts(tx, { customerId: customer.id, state: customer.status }, medium));
  const entries = listOf(customer.document['contactMedium']).map((other) => (other['id'] === live.id ? entry : unless(entry)(other)));
  const changed = [{ id: live.id, value: medium.value }];
  const row = await updateCustomer(tx, permit, customer, { document: { ...customer.document, contactMedium: entries }, added: [], changed, removed: [] }, service.clock.now());
  record(tx, 'customer.contact_changed', row.id, { ...customerPayload(row), mediumType: live.mediumType });
  await logInteraction(service, tx, row, `${live.mediumType} changed`);
  return show(service, customer.id, { ...live, value: medium.value }, entry);
}

async function remove(service: Service, tx: Tx, call: MediumCall): Promise<void> {
  const { customer, live } = await lockMedium(tx, call);
  const remaining = (await liveMedia(tx, customer.id)).length - 1;
  const permit = removeContact.permit(tx, { customerId: customer.id, state: customer.status, contactMediumId: live.id, remaining });
  const entries = listOf(customer.document['contactMedium']).filter((other) => other['id'] !== live.id);
  const document = { ...customer.document, contactMedium: entries };
  const row = await updateCustomer(tx, permit, customer, { document, added: [], changed: [], removed: [live] }, service.clock.now());
  record(tx, 'customer.contact_removed', row.id, { ...customerPayload(row), mediumType: live.mediumType });
  await logInteraction(service, tx, row, `${live.mediumType} removed`);
}

const show = (service: Service, customerId: string, { id, mediumType, value, validFrom }: LiveMedium, entry: Document): Wire => ({
  id, href: service.href(`/bss-api/crm/v1/customer/${customerId}/contactMedium/${id}`), '@type': 'ContactMedium', customerId, mediumType, value,
  characteristic: entry['characteristic'] as Wire['characteristic'], // put there by mediumFrom or checked as TMF629 MediumCharacteristic
  preferred: entry['preferred'] === true, validFrom: validFrom.toISOString(),
});
