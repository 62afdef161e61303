import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { ComHandlers } from '#generated/stubs/com';
import { cancelProductOrderMachine, type CancelTrigger } from '#policy/cancel-order';
import { advanceSaga, orderMachine } from '#policy/order';
import { unknownReference } from '#policy/reference';
import type { Worker } from '#runtime/worker';
import { accept } from '../resource/document.ts';
import { requireOwn } from '../resource/ownership.ts';
import type { Document } from '../resource/resource.ts';
import { created } from '../resource/routes.ts';
import { findResource, lockResource, nextId } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { cancelPayload, cancelProductOrder, effectiveAt, lockCancel } from './cancel-request.ts';
import { orderFactsOf, productOrder, type OrderRow } from './order.ts';
import { lockWork, type Work } from './saga.ts';
import { insertCancel, moveCancel, moveOrder, saveSaga, tellSaga, type OrderMove } from './store.ts';

/**
 * POST cancelProductOrder (DOMAIN §4 "Cancel request"): an order not begun is cancelled at once, one
 * in progress has its saga find out; an order of somebody else's system is recorded and left alone.
 */
export const requestCancel = (service: Service, saga: Worker): ComHandlers['TMF622.createCancelProductOrder'] => async ({ body }) => {
  const document = accept(cancelProductOrder, body);
  const orderId = body.productOrder.id ?? '';
  const row = await service.db.tx(async (tx) => {
    const order = await orderNamed(tx, orderId);
    const id = await nextId(tx, cancelProductOrder);
    await (order ? cancel(tx, service, id, document, order) : ask(tx, service, id, document));
    tx.afterCommit(() => saga.nudge());
    return (await findResource(tx, cancelProductOrder, id))!; // inserted above
  });
  return created(service, cancelProductOrder, row);
};

/**
 * The order, locked; null for an id that is not of our form.
 * @throws {PolicyViolation} reference.id.unknown, auth.customer.not_owner
 */
async function orderNamed(tx: Tx, id: string): Promise<OrderRow | null> {
  if (!/^ORD-\d{3,}$/.test(id)) return null;
  const row = await lockResource(tx, productOrder, id);
  if (!row) throw unknownReference('productOrder', id, 'order.list');
  requireOwn(productOrder, row);
  return row;
}

interface Request {
  readonly id: string;
  readonly orderId: string | null;
  readonly customerId: string | null;
}

async function cancel(tx: Tx, service: Service, id: string, document: Document, order: OrderRow): Promise<void> {
  const work = await lockWork(tx, order.id);
  // An order whose effects are being undone has failed already; only its end is still to be written.
  const state = work?.ending === 'failed' || work?.data.givenUp ? 'failed' : order.state;
  const { customerId } = order;
  const request = { id, orderId: order.id, customerId };
  const move = orderMachine.move(tx, state, 'cancel', null, { orderId: order.id, customerId });
  // What an order that waits has scheduled is taken back first, by its saga; then it is cancelled.
  const scheduled = order.state === 'pending';
  const ends = move.to === 'cancelled' && !scheduled;
  if (!scheduled) await moveNow(tx, service, order, move);
  await open(tx, service, request, document);
  if (work) await (ends ? stop(tx, work) : tellSaga(tx, advanceSaga.permit(tx), work, { cancelId: id }, service.clock.tick()));
  if (!ends) return;
  await step(tx, service, request, 'assess');
  await step(tx, service, request, 'succeed');
}

async function moveNow(tx: Tx, service: Service, order: OrderRow, move: OrderMove): Promise<void> {
  const at = service.clock.now();
  await moveOrder(tx, move, order.id, at, move.to === 'cancelled' ? { columns: { cancellationDate: at } } : {});
  recordMove(tx, move, order.id, { orderId: order.id, ...orderFactsOf(order) });
}

async function open(tx: Tx, service: Service, request: Request, document: Document): Promise<void> {
  const move = cancelProductOrderMachine.move(tx, null, 'request');
  await insertCancel(tx, move, { ...request, at: service.clock.now(), document });
  recordMove(tx, move, request.id, cancelPayload(request));
}

/** An order of somebody else's system: what becomes of the request, that system has to tell. */
async function ask(tx: Tx, service: Service, id: string, document: Document): Promise<void> {
  const request = { id, orderId: null, customerId: null };
  await open(tx, service, request, document);
  record(tx, 'cancel_order.information_required', id, cancelPayload(request));
}

/** Whoever is starting the saga right now finds that there is no step to keep. */
const stop = (tx: Tx, work: Work): Promise<unknown> =>
  saveSaga(tx, advanceSaga.permit(tx), work, { step: null, nextRunMs: null, leaseUntilMs: null });

async function step(tx: Tx, service: Service, request: Request, trigger: CancelTrigger): Promise<void> {
  const row = await lockCancel(tx, request.id);
  const at = service.clock.now();
  const move = cancelProductOrderMachine.move(tx, row.state, trigger, undefined, { cancelOrderId: row.id, orderId: row.orderId });
  await moveCancel(tx, move, row, at, trigger === 'succeed' ? effectiveAt(at) : {});
  recordMove(tx, move, row.id, cancelPayload(row));
}
