import type { Tx } from '#db/database';
import { lineBusy, offeringMissing, orderMachine, type OrderAction } from '#policy/order';
import { planChangeRules } from '#policy/plan-change';
import { enforce, violation } from '#policy/rule';
import type { PolicyViolation } from '#runtime/errors';
import { originOf } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import { accept } from '../resource/document.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Document } from '../resource/resource.ts';
import { created } from '../resource/routes.ts';
import { findResource, nextId } from '../resource/rows.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { ComHandlers } from '#generated/stubs/com';
import { requireCustomer } from '../customer.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { gather, type Gathered } from './facts.ts';
import { countOpenAdds, openOrderOf, orderFactsOf, productOrder, type OrderRow } from './order.ts';
import { requestOf, type OrderRequest } from './request.ts';
import { insertOrder, moveOrder } from './store.ts';

/**
 * POST productOrder: recorded with a verdict when it names nothing to order, else placed under the order.create
 * rules (F1.4), and for another plan under those of plan changes too (F2.1).
 */
export const placeOrder = (service: Service, saga: Worker): ComHandlers['TMF622.createProductOrder'] => async ({ body }) => {
  const request = requestOf(body);
  if (request.customerId !== null) requireOwner('TMF622.productOrder', 'new', request.customerId);
  const document = accept(productOrder, body);
  const gathered = request.namesEffect ? await gather(service, request) : null;
  if (!gathered && request.customerId !== null) await requireCustomer(service, request.customerId);
  try {
    const row = await service.db.tx(async (tx) => {
      const id = await nextId(tx, productOrder);
      tx.afterCommit(() => saga.nudge());
      return gathered ? place(tx, service, id, document, request, gathered) : recordOnly(tx, service, id, document, request);
    });
    return created(service, productOrder, row);
  } catch (error) {
    throw (await overtaken(service, gathered, error)) ?? error;
  }
};

/** I21: of two orders for one line at the same moment, the constraint lets one pass; the other is refused by its rule. */
async function overtaken(service: Service, gathered: Gathered | null, error: unknown): Promise<PolicyViolation | null> {
  const subscriptionId = gathered?.facts.subscriptionId ?? null;
  if (!gathered || subscriptionId === null || !(error instanceof Error && 'constraint' in error && error.constraint === 'order_item_open_line')) return null;
  return violation(lineBusy, { ...gathered.facts, openOrderId: await openOrderOf(service.db, subscriptionId) });
}

async function place(tx: Tx, service: Service, id: string, document: Document, request: OrderRequest, { facts: read, snapshot, msisdn, change }: Gathered): Promise<OrderRow> {
  const facts = { ...read, lines: await linesNow(tx, read) };
  const move = orderMachine.move(tx, null, 'place', facts, { orderId: id });
  if (change) enforce(planChangeRules, change);
  const at = service.clock.now();
  const action = facts.action as OrderAction; // the rules have let no other pass
  const adds = action === 'add';
  const wantsPlan = action !== 'delete';
  const { offeringName, priceId, priceName, priceMinor, currency } = (wantsPlan ? snapshot : null) ?? {};
  await insertOrder(tx, move, {
    id, at, customerId: request.customerId, document,
    work: {
      action,
      item: {
        itemId: request.itemId, offeringId: wantsPlan ? request.offeringId : null, offeringName, priceId, priceName, priceMinor, currency,
        msisdnPreference: adds ? msisdn : null, subscriptionId: adds ? null : request.subscriptionId,
      },
      data: { specificationId: adds ? (snapshot?.specificationId ?? null) : undefined },
      origin: originOf(), dueMs: service.clock.tick(),
    },
  });
  return recordCreated(tx, move, id);
}

/** Orders of one customer take turns, so that none passes the limit beside another. */
async function linesNow(tx: Tx, { action, customerId, lines, liveLines }: Gathered['facts']): Promise<number> {
  if (action !== 'add' || customerId === null) return lines;
  await tx.read('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`order_mgmt ${customerId}`]);
  return Math.max(lines, liveLines + (await countOpenAdds(tx, customerId)));
}

/** Names no offering and no line: recorded, rejected at once, without any effect (DOMAIN §1). */
async function recordOnly(tx: Tx, service: Service, id: string, document: Document, { customerId }: OrderRequest): Promise<OrderRow> {
  const at = service.clock.now();
  const first = orderMachine.move(tx, null, 'record', null);
  await insertOrder(tx, first, { id, at, customerId, document });
  await recordCreated(tx, first, id);
  const refusal = violation(offeringMissing, { orderId: id, customerId });
  const second = orderMachine.move(tx, first.to, 'verdict', null);
  await moveOrder(tx, second, id, at, { document: { ...document, [verdictAttribute]: verdict(refusal) } }, refusal.message);
  recordMove(tx, second, id, { orderId: id, customerId, rule: refusal.rule }, refusal.message);
  return (await findResource(tx, productOrder, id))!; // inserted above
}

async function recordCreated(tx: Tx, move: Parameters<typeof recordMove>[1], id: string): Promise<OrderRow> {
  const row: OrderRow = (await findResource(tx, productOrder, id))!; // inserted by the caller
  recordMove(tx, move, id, { orderId: id, ...orderFactsOf(row) });
  return row;
}
