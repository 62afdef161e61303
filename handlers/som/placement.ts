import { isUniqueViolation, type Tx } from '#db/database';
import type { SomHandlers } from '#generated/stubs/som';
import type { components } from '#generated/types/TMF641';
import { linkService } from '#policy/service';
import { serviceOrderMachine, specificationUnknown } from '#policy/service-order';
import { violation } from '#policy/rule';
import { requireContext } from '#runtime/context';
import { RemoteError } from '#runtime/errors';
import { originOf } from '#runtime/origin';
import { accept } from '../resource/document.ts';
import type { Document } from '../resource/resource.ts';
import { created } from '../resource/routes.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import type { ServiceRow } from './inventory.ts';
import { findOfOrder, lockServiceOrder, orderFactsOf, serviceOrder, type ServiceOrderRow } from './order.ts';
import { fetchPlan, type Plan } from './plan.ts';
import { insertServiceOrder, moveServiceOrder } from './store.ts';
import { keepWish, nextIds } from './store-service.ts';
import { place, type Nudge } from './wish.ts';

type Posted = components['schemas']['ServiceOrder_Create'];

/** What a posted serviceOrder asks for, as far as the domain reasons about it. */
interface Request {
  readonly action: 'add' | 'delete';
  readonly orderId: string;
  readonly customerId: string | null;
  readonly serviceSpecificationId: string | null;
  readonly productSpecificationId: string | null;
  readonly msisdnPreference: string | null;
}

/**
 * POST serviceOrder: an add or a removal that is part of a product order is carried out (DOMAIN §5 F1.6),
 * everything else recorded with a verdict (§1). A product order has one of each: a repeat finds it.
 */
export const placeServiceOrder = (service: Service, nudge: Nudge): SomHandlers['TMF641.createServiceOrder'] => async ({ body }) => {
  const request = requestOf(body);
  const earlier = request ? await findOfOrder(service.db, request.orderId, request.action) : null;
  if (earlier) return created(service, serviceOrder, earlier);
  const document = accept(serviceOrder, body);
  const plan = request?.action === 'add' ? await planFor(service, request) : null;
  try {
    return created(service, serviceOrder, await service.db.tx((tx) => store(tx, service, nudge, document, request, plan)));
  } catch (error) {
    const winner = request && isUniqueViolation(error) ? await findOfOrder(service.db, request.orderId, request.action) : null;
    if (!winner) throw error;
    return created(service, serviceOrder, winner);
  }
};

/** Null for what has no effect here: only the order saga may move the network. */
function requestOf(body: Posted): Request | null {
  const [item] = body.serviceOrderItem;
  const { externalId } = body;
  if (!item || body.serviceOrderItem.length !== 1 || externalId === undefined || !/^ORD-\d{3,}$/.test(externalId)) return null;
  if (requireContext().role !== 'system' || (item.action !== 'add' && item.action !== 'delete')) return null;
  const { serviceSpecification, relatedEntity, serviceCharacteristic } = item.service;
  const preference: unknown = serviceCharacteristic?.find(({ name }) => name === 'msisdnPreference')?.value;
  return {
    action: item.action, orderId: externalId, serviceSpecificationId: serviceSpecification?.id ?? null,
    customerId: body.relatedParty?.find(({ id, role }) => role === 'customer' && /^CUST-\d{3,}$/.test(id))?.id ?? null,
    productSpecificationId: relatedEntity?.find(({ role }) => role === 'productSpecification')?.id ?? null,
    msisdnPreference: typeof preference === 'string' ? preference : null,
  };
}

/** Null when nothing maps to the service specification. */
async function planFor(service: Service, { customerId, productSpecificationId, serviceSpecificationId }: Request): Promise<Plan | null> {
  if (customerId === null || productSpecificationId === null) return null;
  try {
    const plan = await fetchPlan(service, productSpecificationId, 'add');
    return plan.customerFacing.specificationId === serviceSpecificationId ? plan : null;
  } catch (error) {
    if (error instanceof RemoteError && error.final) return null;
    throw error;
  }
}

async function store(tx: Tx, service: Service, nudge: Nudge, document: Document, request: Request | null, plan: Plan | null): Promise<ServiceOrderRow> {
  if (request?.action === 'add' && plan) return add(tx, service, nudge, document, request, plan);
  const served = request?.action === 'delete' ? await madeBy(tx, request.orderId) : null;
  if (served) return remove(tx, service, nudge, served);
  return reject(tx, service, document);
}

async function add(tx: Tx, service: Service, nudge: Nudge, document: Document, request: Request, plan: Plan): Promise<ServiceOrderRow> {
  const { orderId, customerId, msisdnPreference, productSpecificationId } = request;
  const order = await accepted(tx, service, document, {
    action: 'add', orderId, customerId, msisdnPreference, specificationId: productSpecificationId, plan, step: 'reserve', nextRunMs: service.clock.tick(),
  });
  tx.afterCommit(nudge);
  return order;
}

/** The active service of a product order that has come to no line. */
const madeBy = (tx: Tx, orderId: string): Promise<ServiceRow | null> =>
  tx.one<ServiceRow>(
    `SELECT * FROM service_inventory.service WHERE order_id = $1 AND managed AND kind = 'customer_facing' AND state IN ('active', 'inactive') FOR UPDATE`, [orderId]);

/** Unmakes a service without a line: what a line's end would have asked for. */
async function remove(tx: Tx, service: Service, nudge: Nudge, served: ServiceRow): Promise<ServiceOrderRow> {
  const row = await keepWish(tx, linkService.permit(tx), served.id, { wantedState: 'terminated' });
  const id = await place(tx, service, nudge, row, 'delete');
  return (await lockServiceOrder(tx, id))!; // inserted by this transaction
}

async function reject(tx: Tx, service: Service, document: Document): Promise<ServiceOrderRow> {
  const order = await accepted(tx, service, document, {});
  const at = service.clock.now();
  const refusal = violation(specificationUnknown, { serviceOrderId: order.id, ...idsIn(document) });
  const move = serviceOrderMachine.move(tx, order.state, 'verdict', undefined, { serviceOrderId: order.id });
  const stored = await moveServiceOrder(tx, move, order, { completionDate: at }, refusal.message, at, { ...document, [verdictAttribute]: verdict(refusal) });
  recordMove(tx, move, order.id, { serviceOrderId: order.id, ...orderFactsOf(stored), rule: refusal.rule }, refusal.message);
  return stored;
}

/** What the first item of a posted order names. */
function idsIn({ serviceOrderItem: items }: Document): { serviceId: string | null; specificationId: string | null } {
  const [item] = items as Posted['serviceOrderItem']; // as the schema has it
  return { serviceId: item?.service.id ?? null, specificationId: item?.service.serviceSpecification?.id ?? null };
}

async function accepted(tx: Tx, service: Service, document: Document, values: Partial<ServiceOrderRow>): Promise<ServiceOrderRow> {
  const [id] = await nextIds(tx, 'SO', 1);
  const move = serviceOrderMachine.move(tx, null, 'accept', undefined, { serviceOrderId: id });
  const order = await insertServiceOrder(tx, move, { ...values, id: id!, document, ...originOf() }, service.clock.now()); // one id was asked for
  recordMove(tx, move, order.id, { serviceOrderId: order.id, ...orderFactsOf(order) });
  return order;
}
