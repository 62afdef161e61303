import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import { changeInteraction, deleteInteraction, interactionMachine } from '#policy/interaction';
import { isoTime } from '#runtime/clock';
import { requireContext } from '#runtime/context';
import { recordMove } from '../transition.ts';
import { changed, created, resourceRoutes, rowToWrite, type ResourceRoutes } from '../resource/routes.ts';
import { accept, split } from '../resource/document.ts';
import { isObject, listOf } from '../resource/json.ts';
import { patched, type Patched } from '../resource/patch.ts';
import { hrefOf } from '../resource/project.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { nextId } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { namedCustomer } from './party.ts';
import { insertInteraction, moveInteraction, updateInteraction, type InteractionRow } from './store-interaction.ts';

/** TMF683 partyInteraction (DOMAIN §4 "Party interaction"). */
export const interactions: ResourceDefinition<InteractionRow> = {
  key: 'TMF683.partyInteraction',
  table: 'crm.interaction',
  columns: {
    status: { column: 'status', type: 'text' },
    direction: { column: 'direction', type: 'text' },
    reason: { column: 'reason', type: 'text' },
  },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  readOnly: ['creationDate', 'statusChangeDate'],
  mandatory: ['channel', 'direction', 'reason', 'interactionDate', 'status'],
  stateAttribute: 'status',
  payload: payloadOf,
  permits: {
    delete: (tx, row) => deleteInteraction.permit(tx, { interactionId: row.id, state: row.status, automatic: row.automatic }),
  },
};

function payloadOf(row: InteractionRow): Document {
  return { interactionId: row.id, customerId: row.customerId, channel: listOf(row.document['channel'])[0]?.['id'] ?? null, direction: row.direction };
}

type Routes = Pick<CrmHandlers,
  'TMF683.listPartyInteraction' | 'TMF683.createPartyInteraction' | 'TMF683.retrievePartyInteraction' | 'TMF683.patchPartyInteraction' | 'TMF683.deletePartyInteraction'>;

export function interactionRoutes(service: Service): Routes {
  const plain: ResourceRoutes = resourceRoutes(service, interactions);
  return {
    'TMF683.listPartyInteraction': plain.list,
    'TMF683.retrievePartyInteraction': plain.retrieve,
    'TMF683.deletePartyInteraction': plain.delete,
    async 'TMF683.createPartyInteraction'({ body }) {
      const attributes = accept(interactions, body);
      const row = await service.db.tx((tx) => create(service, tx, attributes));
      return created(service, interactions, row);
    },
    async 'TMF683.patchPartyInteraction'(call) {
      const row = await service.db.tx(async (tx) => {
        const current = await rowToWrite(tx, interactions, call);
        const change = await patched(service, interactions, current, call);
        return change ? apply(service, tx, current, change) : current;
      });
      return changed(service, interactions, row);
    },
  };
}

async function create(service: Service, tx: Tx, attributes: Document): Promise<InteractionRow> {
  const customerId = await namedCustomer(tx, 'partyInteraction', attributes['relatedParty']);
  const move = interactionMachine.move(tx, null, 'create', undefined, { customerId });
  return insert(service, tx, move, attributes, customerId, false);
}

async function insert(
  service: Service, tx: Tx, move: ReturnType<typeof interactionMachine.move>, attributes: Document, customerId: string | null, automatic: boolean,
): Promise<InteractionRow> {
  const at = service.clock.now();
  const id = await nextId(tx, interactions);
  const whole = {
    ...attributes, status: move.to, creationDate: isoTime(at), statusChangeDate: isoTime(at),
    interactionDate: dated(attributes['interactionDate'], at), channel: withHref(service, attributes['channel']),
  };
  const row = await insertInteraction(tx, move, { id, customerId, automatic, ...split(interactions, whole) }, at);
  recordMove(tx, move, id, payloadOf(row));
  return row;
}

/** When it took place: now, where the client names neither its beginning nor its end. */
function dated(posted: unknown, at: Date): Document {
  const period = isObject(posted) ? posted : {};
  return period['startDateTime'] === undefined && period['endDateTime'] === undefined ? { ...period, startDateTime: isoTime(at) } : period;
}

/** TMF683 wants an address of every channel; one the client leaves out is ours. */
const withHref = (service: Service, channels: unknown): Document[] =>
  listOf(channels).map((channel) => ({ href: service.href(`/channel/${encodeURIComponent(String(channel['id']))}`), ...channel }));

async function apply(service: Service, tx: Tx, row: InteractionRow, change: Patched<InteractionRow>): Promise<InteractionRow> {
  const at = service.clock.now();
  const others = change.changed.filter((name) => name !== 'status');
  let stored = row;
  if (others.length > 0) {
    const customerId = await namedCustomer(tx, 'partyInteraction', change.after['relatedParty']);
    stored = await updateInteraction(tx, changeInteraction.permit(tx), row, { document: { ...change.document, channel: withHref(service, change.after['channel']) }, columns: { ...change.columns, status: row.status, customerId } }, at);
    record(tx, 'interaction.changed', row.id, { ...payloadOf(stored), changed: others });
  }
  if (others.length === change.changed.length) return stored;
  const trigger = interactionMachine.triggerTo(row.status, String(change.after['status']), { interactionId: row.id });
  const move = interactionMachine.move(tx, row.status, trigger, undefined, { interactionId: row.id });
  stored = await moveInteraction(tx, move, { ...stored, document: { ...stored.document, statusChangeDate: isoTime(at) } }, at);
  recordMove(tx, move, row.id, payloadOf(stored));
  return stored;
}

/** What a write to a customer leaves behind for whoever speaks with them next (DOMAIN §4 "crm write logs itself"). */
export async function logInteraction(service: Service, tx: Tx, customer: { id: string; name: string }, reason: string): Promise<void> {
  const { channel, actor } = requireContext();
  const href = hrefOf(service, { key: 'TMF629.customer' }, customer.id);
  const move = interactionMachine.move(tx, null, 'log', undefined, { customerId: customer.id });
  await insert(service, tx, move, {
    reason, description: `${reason} (by ${actor})`, direction: 'inbound', channel: [{ id: channel, name: channel }],
    relatedParty: [{ id: customer.id, href, name: customer.name, role: 'customer', '@referredType': 'Customer' }],
  }, customer.id, true);
}
