import type { SomHandlers } from '#generated/stubs/som';
import { changeService, deleteService, recordService } from '#policy/service';
import type { Answer } from '#runtime/handler';
import { createRecorded } from '../resource/announce.ts';
import { accept, normal, split } from '../resource/document.ts';
import { listOf, referredId } from '../resource/json.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { created, newId, resourceRoutes, type AnyCall } from '../resource/routes.ts';
import { insertResource } from '../resource/rows.ts';
import { requireCustomer } from '../customer.ts';
import type { Service } from '../service.ts';
import type { ServiceRow } from './inventory.ts';

interface ShownService extends ServiceRow {
  /** Ids of the services it is made of. */
  readonly supporting: readonly string[] | null;
  /** First and last moment of service; null before. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

const path = '/tmf-api/serviceInventory/v4/service';
const supporting = '(SELECT array_agg(s.id ORDER BY length(s.id), s.id) FROM service_inventory.service s WHERE s.parent_id = r.id)';

const since = (state: 'active' | 'terminated'): string =>
  `(SELECT min(h.at) FROM service_inventory.service_history h WHERE h.service_id = r.id AND h.to_state = '${state}')`;
/** Of a service that an order made the moment, else what a client posted. */
const momentOf = (state: 'active' | 'terminated', attribute: string): string => `CASE WHEN r.managed THEN ${since(state)} ELSE (r.document->>'${attribute}')::timestamptz END`;
const flagOf = (condition: string, attribute: string): string => `CASE WHEN r.managed THEN ${condition} ELSE (r.document->>'${attribute}')::boolean END`;

/** Ids that a filter finds: ours where a service order made the service, else those a client posted. */
const posted = (path: string): string => `ARRAY(SELECT jsonb_path_query(r.document, '${path}') #>> '{}')`;

const shownRelations = `CASE WHEN r.managed AND r.parent_id IS NOT NULL
  THEN jsonb_build_array(jsonb_build_object('relationshipType', 'supports', 'service', jsonb_build_object('id', r.parent_id))) ELSE r.document->'serviceRelationship' END`;

const reads = ['managed', 'state', 'parentId', 'supporting', 'startedAt', 'endedAt'] as const satisfies readonly (keyof ShownService)[];

/** TMF638 service. What a service order made follows from its orders; a row a client posts is kept as posted. */
export const definition: ResourceDefinition<ShownService, (typeof reads)[number]> = {
  key: 'TMF638.service',
  table: 'service_inventory.service',
  select: { supporting, startedAt: 'h.started_at', endedAt: 'h.ended_at' },
  joins: `LEFT JOIN LATERAL (SELECT min(h.at) FILTER (WHERE h.to_state = 'active') AS started_at, min(h.at) FILTER (WHERE h.to_state = 'terminated') AS ended_at
    FROM service_inventory.service_history h WHERE h.service_id = r.id) h ON true`,
  columns: {
    state: { column: 'state', type: 'text' },
    serviceDate: { column: 'service_date', type: 'timestamptz' },
    startDate: { sql: momentOf('active', 'startDate'), type: 'timestamptz' },
    endDate: { sql: momentOf('terminated', 'endDate'), type: 'timestamptz' },
    hasStarted: { sql: flagOf(`${since('active')} IS NOT NULL`, 'hasStarted'), type: 'boolean' },
    isServiceEnabled: { sql: flagOf("r.state = 'active'", 'isServiceEnabled'), type: 'boolean' },
    'supportingService.id': { sql: `coalesce(${supporting}, ${posted('$.supportingService[*].id')})`, type: 'text', many: true },
    'serviceRelationship.service.id': { sql: `CASE WHEN r.parent_id IS NULL THEN ${posted('$.serviceRelationship[*].service.id')} ELSE ARRAY[r.parent_id] END`, type: 'text', many: true },
  },
  shown: { serviceRelationship: shownRelations },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  readOnly: ({ managed }) => (managed ? ['state', 'serviceDate', 'serviceSpecification', 'serviceCharacteristic', 'serviceOrderItem', 'supportingResource', 'relatedParty', 'category', 'serviceType'] : ['serviceDate']),
  mandatory: ['state', 'serviceSpecification', 'serviceDate'],
  stateAttribute: 'state',
  initial: (_body, at) => ({ serviceDate: at }),
  reads,
  project: ({ managed, state, supporting: ids, parentId, startedAt, endedAt }, { href }) => (managed ? {
    startDate: startedAt, endDate: endedAt, hasStarted: startedAt !== null, isServiceEnabled: state === 'active',
    supportingService: ids?.map((id) => ({ id, href: href(`${path}/${id}`) })) ?? null,
    serviceRelationship: parentId === null ? null : [{ relationshipType: 'supports', service: { id: parentId, href: href(`${path}/${parentId}`) } }],
  } : {}),
  payload: (row) => ({ customerId: row.customerId, subscriptionId: row.subscriptionId, specificationId: row.specificationId, orderId: row.orderId }),
  permits: {
    patch: (tx, { row: { id, state, managed } }) => changeService.permit(tx, { serviceId: id, state, managed, locked: null }),
    delete: (tx, { id, state, managed }) => deleteService.permit(tx, { serviceId: id, state, managed }),
  },
};

type Keys = 'TMF638.listService' | 'TMF638.createService' | 'TMF638.retrieveService' | 'TMF638.patchService' | 'TMF638.deleteService';

export function serviceRoutes(service: Service): Pick<SomHandlers, Keys> {
  const routes = resourceRoutes(service, definition);
  return {
    'TMF638.listService': routes.list,
    'TMF638.createService': (call) => record(service, call),
    'TMF638.retrieveService': routes.retrieve,
    'TMF638.patchService': routes.patch,
    'TMF638.deleteService': routes.delete,
  };
}

/**
 * A service posted by a client is recorded; nothing is provisioned for it (DOMAIN §1).
 * @throws {PolicyViolation} reference.id.unknown for a customer who does not exist
 */
async function record(service: Service, call: AnyCall): Promise<Answer<never>> {
  const at = service.clock.now();
  const attributes: Document = { ...accept(definition, call.body), ...normal(definition, definition.initial?.({}, at) ?? {}) };
  const { columns, document } = split(definition, attributes);
  const customerId = ownerOf(attributes);
  if (customerId !== null) await requireCustomer(service, customerId);
  const row = await service.db.tx(async (tx) => {
    const { id } = await newId(tx, definition, call.body);
    const permit = recordService.permit(tx);
    const stored = await insertResource(tx.writer(permit), definition, {
      id, at, document: document ?? {}, columns: { ...columns, managed: false, specificationId: referredId(attributes['serviceSpecification']), customerId },
    });
    createRecorded(tx, definition, stored);
    return stored;
  });
  return created(service, definition, row);
}

/** Whose service it is, where it names a customer of ours. */
function ownerOf(attributes: Document): string | null {
  const parties = attributes['relatedParty'];
  const party = listOf(parties).find(({ id, role }) => role === 'customer' && /^CUST-\d{3,}$/.test(String(id)));
  return party ? String(party['id']) : null;
}
