import type { Tx } from '#db/database';
import { serviceMachine, type ServiceState, type ServiceTrigger } from '#policy/service';
import type { Document, ResourceRow } from '../resource/resource.ts';
import { recordMove } from '../transition.ts';
import { characteristicsOf, firstItemOf, type ServiceOrderRow } from './order.ts';
import type { Plan, PlannedService } from './plan.ts';
import { insertServices, moveServices, nextIds, type NewService } from './store-service.ts';

/** A service: made by a service order, or kept as a client posted it. */
export interface ServiceRow extends ResourceRow {
  readonly state: ServiceState;
  readonly managed: boolean;
  readonly kind: 'customer_facing' | 'resource_facing' | null;
  readonly specificationId: string | null;
  /** The customer-facing service a resource-facing one supports. */
  readonly parentId: string | null;
  readonly customerId: string | null;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly msisdn: string | null;
  readonly iccid: string | null;
  readonly imsi: string | null;
  readonly activationCode: string | null;
  /** State the line wants its customer-facing service in, and the line's event that said so. */
  readonly wantedState: 'active' | 'inactive' | 'terminated' | null;
  readonly wantedSeq: number | null;
  /** Event of the line whose policy must be pushed to the network, and the one pushed last. */
  readonly policySeq: number | null;
  readonly policyPushedSeq: number | null;
  readonly serviceDate: Date;
}

/** What every event of a service tells besides its change of state (DOMAIN §7). */
const serviceEvent = (row: ServiceRow): Document => ({
  serviceId: row.id, customerId: row.customerId, subscriptionId: row.subscriptionId, specificationId: row.specificationId, orderId: row.orderId,
  parentId: row.parentId,
});

/** A customer-facing service and those that support it, locked, the former first. */
export const lockServices = (tx: Tx, serviceId: string): Promise<ServiceRow[]> =>
  tx.read<ServiceRow>('SELECT * FROM service_inventory.service WHERE id = $1 OR parent_id = $1 ORDER BY length(id), id FOR UPDATE', [serviceId]);

/**
 * The services of an add: one customer-facing, supported by its resource-facing ones, designed and at
 * once reserved, because the reservation is held already (DOMAIN §5 F1.7).
 * @returns id of the customer-facing service
 */
export async function makeServices(tx: Tx, order: ServiceOrderRow, { customerFacing, resourceFacing }: Plan, at: Date): Promise<string> {
  const ids = await nextIds(tx, 'SVC', 1 + resourceFacing.length);
  const [parentId] = ids;
  const move = serviceMachine.move(tx, null, 'design', undefined, { serviceOrderId: order.id });
  const rows = [customerFacing, ...resourceFacing].map((planned, i) => newService(order, planned, ids[i]!, i === 0 ? null : parentId!)); // an id each
  const services = await insertServices(tx, move, rows, order, at);
  for (const service of services) recordMove(tx, move, service.id, serviceEvent(service));
  await moveAll(tx, services, 'reserve', at);
  return parentId!; // at least one id
}

function newService(order: ServiceOrderRow, { specificationId, name }: PlannedService, id: string, parentId: string | null): NewService {
  const { customerId, msisdn, iccid } = order;
  return {
    id, parentId, kind: parentId === null ? 'customer_facing' : 'resource_facing', specificationId,
    document: {
      name, category: parentId === null ? 'CFS' : 'RFS', serviceType: specificationId, serviceSpecification: { id: specificationId, name },
      isBundle: false, isStateful: true,
      serviceCharacteristic: characteristicsOf(order),
      serviceOrderItem: [{ itemId: firstItemOf(order), serviceOrderId: order.id, itemAction: 'add', role: 'creates', '@referredType': 'ServiceOrderItem' }],
      supportingResource: [[msisdn, 'MSISDN'], [iccid, 'eSIM profile']].flatMap(([id, name]) => (typeof id === 'string' ? [{ id, name, '@referredType': 'LogicalResource' }] : [])),
      ...(customerId === null ? {} : { relatedParty: [{ id: customerId, role: 'customer', '@type': 'RelatedParty', '@referredType': 'Customer' }] }),
    },
  };
}

/** Moves locked services together; one that the trigger leads nowhere from stays as it is. */
export async function moveAll(tx: Tx, services: readonly ServiceRow[], trigger: Exclude<ServiceTrigger, 'design'>, at: Date, reason: string | null = null): Promise<void> {
  const states = [...new Set(services.map(({ state }) => state))].filter((state) => serviceMachine.can(state, trigger));
  for (const state of states) {
    const ids = services.filter((one) => one.state === state).map(({ id }) => id);
    const move = serviceMachine.move(tx, state, trigger, undefined, { serviceIds: ids });
    for (const moved of await moveServices(tx, move, ids, at, reason)) recordMove(tx, move, moved.id, serviceEvent(moved), reason);
  }
}
