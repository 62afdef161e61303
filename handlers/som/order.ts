import type { Database, Tx } from '#db/database';
import { changeServiceOrder, deleteServiceOrder, type ServiceAction, type ServiceOrderState } from '#policy/service-order';
import type { Origin } from '#runtime/origin';
import { isObject, listOf } from '../resource/json.ts';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { extensionsOf } from '../resource/extensions.ts';
import type { Service } from '../service.ts';
import type { Plan } from './plan.ts';

export type Step = 'reserve' | 'begin' | 'awaitTasks' | 'awaitUndo' | 'release';

/** Why an order is undone. */
export interface Failure {
  /** Rule code, where a rule refused. */
  readonly rule: string | null;
  readonly message: string;
}

/** A service order; `action` and all that follows from it is null in one recorded for its form alone. */
export interface ServiceOrderRow extends ResourceRow, Origin {
  readonly state: ServiceOrderState;
  readonly action: ServiceAction | null;
  readonly specificationId: string | null;
  readonly plan: Plan | null;
  readonly serviceId: string | null;
  /** Product order it is part of. */
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
  readonly msisdnPreference: string | null;
  readonly msisdn: string | null;
  readonly iccid: string | null;
  readonly imsi: string | null;
  readonly activationCode: string | null;
  /** What comes next; null = ended. */
  readonly step: Step | null;
  /** What the undoing under way ends in. */
  readonly ending: 'failed' | 'cancelled' | null;
  readonly failure: Failure | null;
  readonly attempts: number;
  /** Machine time in epoch milliseconds; null = waits for an event. */
  readonly nextRunMs: number | null;
  readonly leaseUntilMs: number | null;
  /** Counts claims: only the latest claimant may save. */
  readonly run: number;
  readonly orderDate: Date;
}

const postedServiceIds = (items: string): string => `array(SELECT jsonb_path_query(r.document, '$.serviceOrderItem[${items}].service.id') #>> '{}')`;
const shownServiceIds = `CASE WHEN r.service_id IS NULL THEN ${postedServiceIds('*')} ELSE r.service_id || ${postedServiceIds('1 to last')} END`;

/** What `itemsOf` shows; the address of a service finds no more than its id. */
const shownItems = `(SELECT jsonb_agg(CASE WHEN position > 1 OR r.action IS NULL THEN item ELSE item || jsonb_build_object('service', coalesce(item->'service', '{}')
    || CASE WHEN r.service_id IS NULL THEN '{}' ELSE jsonb_build_object('id', r.service_id) END
    || jsonb_build_object('serviceCharacteristic', coalesce(item #> '{service,serviceCharacteristic}', '[]')
      || (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'valueType', 'string', 'value', value)), '[]')
          FROM (VALUES ('msisdn', r.msisdn), ('iccid', r.iccid), ('imsi', r.imsi), ('subscriptionId', r.subscription_id), ('activationCode', r.activation_code)) known(name, value)
          WHERE value IS NOT NULL))) END ORDER BY position)
  FROM jsonb_array_elements(r.document->'serviceOrderItem') WITH ORDINALITY each(item, position))`;

/** What `errorOf` shows. */
const shownError = `CASE WHEN r.failure IS NOT NULL THEN jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
  'code', r.failure->>'rule', 'message', r.failure->>'message', 'reason', r.failure->>'message'))) END`;

/** TMF641 serviceOrder. */
export const serviceOrder: ResourceDefinition<ServiceOrderRow> = {
  key: 'TMF641.serviceOrder',
  table: 'service_inventory.service_order',
  columns: {
    state: { column: 'state', type: 'text' },
    orderDate: { column: 'order_date', type: 'timestamptz' },
    startDate: { column: 'start_date', type: 'timestamptz' },
    completionDate: { column: 'completion_date', type: 'timestamptz' },
    'serviceOrderItem.state': { column: 'state', type: 'text' },
    'serviceOrderItem.service.id': { sql: shownServiceIds, type: 'text', many: true },
  },
  shown: { 'serviceOrderItem.service': shownItems, errorMessage: shownError },
  sortNewest: 'order_date',
  extensions: extensionsOf('TMF641.serviceOrder'),
  readOnly: ['state', 'orderDate', 'startDate', 'completionDate', 'relatedParty', 'errorMessage'],
  mandatory: ['state', 'orderDate', 'serviceOrderItem'],
  stateAttribute: 'state',
  project: (row, service) => ({ serviceOrderItem: itemsOf(row, service), errorMessage: errorOf(row) }),
  payload: (row) => orderFactsOf(row),
  permits: {
    patch: (tx) => changeServiceOrder.permit(tx),
    delete: async (tx, row) => deleteServiceOrder.permit(tx, { serviceOrderId: row.id, state: row.state, references: await referencesOf(tx, row) }),
  },
};

/** The items as posted, each in the state of its order; the one with effect shows its service. */
function itemsOf(row: ServiceOrderRow, service: Service): Document[] {
  const posted = row.document['serviceOrderItem'];
  const items = listOf(posted);
  return items.map((item, i) => ({ ...item, state: row.state, ...(i === 0 && row.action !== null ? { service: serviceOf(row, item, service) } : {}) }));
}

function serviceOf(row: ServiceOrderRow, item: Document, { href }: Service): Document {
  const posted = isObject(item['service']) ? item['service'] : {};
  const given = Array.isArray(posted['serviceCharacteristic']) ? posted['serviceCharacteristic'] : [];
  const known = characteristicsOf(row);
  return {
    ...posted, ...(row.serviceId === null ? {} : { id: row.serviceId, href: href(`/tmf-api/serviceInventory/v4/service/${row.serviceId}`) }),
    ...(given.length + known.length === 0 ? {} : { serviceCharacteristic: [...given, ...known] }),
  };
}

/** The one item of an order that has an effect. */
export function firstItemOf({ document }: Pick<ServiceOrderRow, 'document'>): string {
  const [item] = Array.isArray(document['serviceOrderItem']) ? document['serviceOrderItem'] : [];
  return isObject(item) && typeof item['id'] === 'string' ? item['id'] : '1';
}

type Known = Pick<ServiceOrderRow, 'msisdn' | 'iccid' | 'imsi' | 'subscriptionId' | 'activationCode'>;

/** What the network knows a service by (DOMAIN §9 "TMF carriers"). */
export function characteristicsOf({ msisdn, iccid, imsi, subscriptionId, activationCode }: Known): Document[] {
  return Object.entries({ msisdn, iccid, imsi, subscriptionId, activationCode })
    .flatMap(([name, value]) => (value === null ? [] : [{ name, valueType: 'string', value }]));
}

const errorOf = ({ failure }: ServiceOrderRow): Document[] | null =>
  (failure === null ? null : [{ ...(failure.rule === null ? {} : { code: failure.rule }), message: failure.message, reason: failure.message }]);

async function referencesOf(tx: Tx, row: ServiceOrderRow): Promise<string[]> {
  const cancels = await tx.read<{ id: string }>('SELECT id FROM service_inventory.cancel_service_order WHERE service_order_id = $1 ORDER BY id LIMIT 10', [row.id]);
  return [...(row.action === null ? [] : [row.serviceId ?? 'reservation']), ...cancels.map(({ id }) => id)];
}

/** Members of every event of a service order besides id and change of state (DOMAIN §7). */
export const orderFactsOf = (row: ServiceOrderRow): Document => ({
  customerId: row.customerId, subscriptionId: row.subscriptionId, orderId: row.orderId, action: row.action, serviceId: row.serviceId, msisdn: row.msisdn,
  iccid: row.iccid,
});

type Reader = Pick<Database, 'read' | 'one'> | Pick<Tx, 'read' | 'one'>;

/** The order that adds, or removes, the service of a product order; there is at most one of each. */
export const findOfOrder = (reader: Reader, orderId: string, action: 'add' | 'delete'): Promise<ServiceOrderRow | null> =>
  reader.one<ServiceOrderRow>('SELECT * FROM service_inventory.service_order WHERE order_id = $1 AND action = $2', [orderId, action]);

/** The row lock under which an order moves on. */
export const lockServiceOrder = (tx: Tx, id: string): Promise<ServiceOrderRow | null> =>
  tx.one<ServiceOrderRow>('SELECT * FROM service_inventory.service_order WHERE id = $1 FOR UPDATE', [id]);
