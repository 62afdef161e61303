import type { Tx } from '#db/database';
import { offeringMissing, orderMachine } from '#policy/order';
import { violation } from '#policy/rule';
import { originOf } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import { accept } from '../resource/document.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Document } from '../resource/resource.ts';
import { created } from '../resource/routes.ts';
import { findResource, nextId } from '../resource/rows.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { ComHandlers } from '#generated/stubs/com';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { gather, type Gathered } from './facts.ts';
import { orderFactsOf, productOrder, type OrderRow } from './order.ts';
import { requestOf, type OrderRequest } from './request.ts';
import { insertOrder, moveOrder } from './store.ts';

/** POST productOrder: recorded with a verdict when it names nothing to order, else placed under the order.create rules (F1.4). */
export const placeOrder = (service: Service, saga: Worker): ComHandlers['TMF622.createProductOrder'] => async ({ body }) => {
  const request = requestOf(body);
  if (request.customerId !== null) requireOwner('TMF622.productOrder', 'new', request.customerId);
  const document = accept(productOrder, body);
  const gathered = request.namesEffect ? await gather(service, request) : null;
  const row = await service.db.tx(async (tx) => {
    const id = await nextId(tx, productOrder);
    await (gathered ? place(tx, service, id, document, request, gathered) : recordOnly(tx, service, id, document, request));
    tx.afterCommit(() => saga.nudge());
    return (await findResource(tx, productOrder, id))!; // inserted above
  });
  return created(service, productOrder, row);
};

async function place(tx: Tx, service: Service, id: string, document: Document, request: OrderRequest, { facts, snapshot, msisdn }: Gathered): Promise<void> {
  const move = orderMachine.move(tx, null, 'place', facts, { orderId: id });
  const at = service.clock.now();
  const adds = facts.action === 'add';
  const { offeringName, priceId, priceName, priceMinor, currency } = (adds ? snapshot : null) ?? {};
  await insertOrder(tx, move, {
    id, at, customerId: request.customerId, document,
    work: {
      action: adds ? 'add' : 'delete',
      item: {
        itemId: request.itemId, offeringId: adds ? request.offeringId : null, offeringName, priceId, priceName, priceMinor, currency,
        msisdnPreference: adds ? msisdn : null, subscriptionId: adds ? null : request.subscriptionId,
      },
      data: { specificationId: adds ? (snapshot?.specificationId ?? null) : undefined },
      origin: originOf(), dueMs: service.clock.tick(),
    },
  });
  await recordCreated(tx, move, id);
}

/** Names no offering and no line: recorded, rejected at once, without any effect (DOMAIN §1). */
async function recordOnly(tx: Tx, service: Service, id: string, document: Document, { customerId }: OrderRequest): Promise<void> {
  const at = service.clock.now();
  const first = orderMachine.move(tx, null, 'record', null);
  await insertOrder(tx, first, { id, at, customerId, document });
  await recordCreated(tx, first, id);
  const refusal = violation(offeringMissing, { orderId: id, customerId });
  const second = orderMachine.move(tx, first.to, 'verdict', null);
  await moveOrder(tx, second, id, at, { document: { ...document, [verdictAttribute]: verdict(refusal) } }, refusal.message);
  recordMove(tx, second, id, { orderId: id, customerId, rule: refusal.rule }, refusal.message);
}

async function recordCreated(tx: Tx, move: Parameters<typeof recordMove>[1], id: string): Promise<void> {
  const row: OrderRow = (await findResource(tx, productOrder, id))!; // inserted by the caller
  recordMove(tx, move, id, { orderId: id, ...orderFactsOf(row) });
}
