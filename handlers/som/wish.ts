import type { Tx } from '#db/database';
import type { Consumer, DomainEvent } from '#events/consumer';
import { linkService } from '#policy/service';
import { serviceOrderMachine, type ServiceAction } from '#policy/service-order';
import { originOf } from '#runtime/origin';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import type { ServiceRow } from './inventory.ts';
import { orderFactsOf } from './order.ts';
import { insertServiceOrder } from './store.ts';
import { keepWish, linkServices, nextIds } from './store-service.ts';

/** Wakes the worker that carries service orders out. */
export type Nudge = () => void;

const wanted: Readonly<Record<string, NonNullable<ServiceRow['wantedState']>>> =
  { 'subscription.blocked': 'inactive', 'subscription.unblocked': 'active', 'subscription.terminated': 'terminated' };

/** What the line says becomes what its service is to be (DOMAIN §5 F2, F6, F7). One queue keeps a line's events in order. */
export const lineConsumer = (service: Service, nudge: Nudge): Consumer => ({
  name: 'som.line',
  types: ['subscription.created', 'subscription.blocked', 'subscription.unblocked', 'subscription.terminated', 'subscription.plan_changed'],
  apply: (tx, event) => (event.eventType === 'subscription.created' ? link(tx, service, event) : keep(tx, service, nudge, event)),
});

/** @throws {Error} the service is not here yet: the event is delivered again */
async function link(tx: Tx, service: Service, { aggregateId, payload }: DomainEvent): Promise<void> {
  const row = await tx.one<ServiceRow>(
    "SELECT * FROM service_inventory.service WHERE order_id = $1 AND managed AND kind = 'customer_facing' FOR UPDATE", [payload['orderId']]);
  if (!row) throw new Error(`order ${String(payload['orderId'])} of line ${aggregateId} has no service here`);
  if (row.subscriptionId === null) await linkServices(tx, linkService.permit(tx), row.id, aggregateId, service.clock.now());
}

async function keep(tx: Tx, service: Service, nudge: Nudge, { eventType, aggregateId, aggregateSeq }: DomainEvent): Promise<void> {
  const row = await tx.one<ServiceRow>(
    "SELECT * FROM service_inventory.service WHERE subscription_id = $1 AND managed AND kind = 'customer_facing' FOR UPDATE", [aggregateId]);
  if (!row) throw new Error(`line ${aggregateId} has no service here`);
  const wantedState = wanted[eventType];
  const isNews = aggregateSeq > ((wantedState ? row.wantedSeq : row.policySeq) ?? 0);
  if (isNews) await keepWish(tx, linkService.permit(tx), row.id, wantedState ? { wantedState, wantedSeq: aggregateSeq } : { policySeq: aggregateSeq });
  await startWish(tx, service, nudge, row.id);
}

/** What has to be done so that a service is as its line wants it; null = nothing. */
function actionFor({ state, wantedState, policySeq, policyPushedSeq }: ServiceRow): Exclude<ServiceAction, 'add'> | null {
  if (state === 'terminated') return null;
  if (wantedState === 'terminated') return 'delete';
  if (wantedState === 'inactive' && state === 'active') return 'suspend';
  if (wantedState === 'active' && state === 'inactive') return 'resume';
  return (state === 'active' || state === 'inactive') && (policySeq ?? 0) > (policyPushedSeq ?? 0) ? 'modify' : null;
}

/** Starts the next service order of a service unless one is open: one at a time, always towards the newest wish (I21, F6). */
export async function startWish(tx: Tx, service: Service, nudge: Nudge, serviceId: string): Promise<void> {
  const row = await tx.one<ServiceRow>('SELECT * FROM service_inventory.service WHERE id = $1 FOR UPDATE', [serviceId]);
  const action = row ? actionFor(row) : null;
  if (!row || action === null || (await isBusy(tx, serviceId))) return;
  // Counts as pushed from here on: a newer change of plan asks for another push.
  if (action === 'modify') await keepWish(tx, linkService.permit(tx), row.id, { policyPushedSeq: row.policySeq });
  await place(tx, service, nudge, row, action);
}

const isBusy = async (tx: Tx, serviceId: string): Promise<boolean> =>
  (await tx.one(
    `SELECT 1 AS one FROM service_inventory.service_order WHERE service_id = $1 AND state NOT IN ('rejected', 'completed', 'failed', 'cancelled')`, [serviceId])) !== null;

/** Writes a service order that the line's events ask for; the worker begins it. */
export async function place(tx: Tx, service: Service, nudge: Nudge, row: ServiceRow, action: Exclude<ServiceAction, 'add'>): Promise<string> {
  const [id] = await nextIds(tx, 'SO', 1);
  const { customerId, subscriptionId, msisdn, iccid, imsi } = row;
  const move = serviceOrderMachine.move(tx, null, 'accept', undefined, { serviceOrderId: id });
  const order = await insertServiceOrder(tx, move, {
    id: id!, action, serviceId: row.id, specificationId: await mappedBy(tx, row.id), customerId, subscriptionId, msisdn, iccid, imsi, // one id was asked for
    // An order of a line's life is no part of the product order that made it; its removal is that order's counterpart.
    orderId: action === 'delete' ? row.orderId : null, step: 'begin', nextRunMs: service.clock.tick(), ...originOf(), document: documentOf(row, action),
  }, service.clock.now());
  recordMove(tx, move, order.id, { serviceOrderId: order.id, ...orderFactsOf(order) });
  tx.afterCommit(nudge);
  return order.id;
}

/** The product specification by which the service was made. */
async function mappedBy(tx: Tx, serviceId: string): Promise<string> {
  const row = await tx.one<{ specificationId: string }>("SELECT specification_id FROM service_inventory.service_order WHERE service_id = $1 AND action = 'add'", [serviceId]);
  if (!row) throw new Error(`no service order made ${serviceId}`);
  return row.specificationId;
}

/** TMF641 has no action of its own for suspending: the state wanted tells. */
const wireForms = { suspend: ['modify', 'inactive'], resume: ['modify', 'active'], modify: ['modify', null], delete: ['delete', 'terminated'] } as const;

function documentOf({ id, customerId, specificationId, document }: ServiceRow, action: keyof typeof wireForms) {
  const [wireAction, state] = wireForms[action];
  return {
    category: 'mobile', description: `${action} ${String(document['name'] ?? specificationId)}`,
    ...(customerId === null ? {} : { relatedParty: [{ id: customerId, role: 'customer', '@type': 'RelatedParty', '@referredType': 'Customer' }] }),
    serviceOrderItem: [{
      id: '1', action: wireAction,
      service: { id, ...(state === null ? {} : { state }), serviceSpecification: document['serviceSpecification'] },
    }],
  };
}
