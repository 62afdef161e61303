import { record } from '#events/record';
import type { Tx } from '#db/database';
import type { ComHandlers } from '#generated/stubs/com';
import { advanceSaga, changeOrder, giveUp, orderMachine, type OrderState } from '#policy/order';
import { isoTime } from '#runtime/clock';
import { requireContext } from '#runtime/context';
import { NotFound } from '#runtime/errors';
import type { Worker } from '#runtime/worker';
import { requireOwner } from '../resource/ownership.ts';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { progressOf } from './progress.ts';
import { findWork, lockWork, payloadOf, type Work } from './saga.ts';
import { changeDocument, saveSaga, tellSaga } from './store.ts';

type Routes = Pick<ComHandlers, 'order.retrieveSaga' | 'order.resumeProductOrder' | 'order.failProductOrder'>;

/** What keeps orders moving (DOMAIN §2 `/bss-api/order/v1`). */
export const operatorRoutes = (service: Service, saga: Worker): Routes => ({
  'order.retrieveSaga': async ({ params }) => {
    const work = own(params.id, await findWork(service.db, params.id));
    return { body: progressOf(service, work) };
  },
  'order.resumeProductOrder': async ({ params, body }) => ({ body: await changed(service, saga, params.id, (tx, work) => resume(tx, service, work, body?.note ?? null)) }),
  'order.failProductOrder': async ({ params, body }) => ({ body: await changed(service, saga, params.id, (tx, work) => fail(tx, service, work, body.reason)) }),
});

/** @throws {NotFound} no such order, or one recorded for its form alone, which nothing carries out */
function own(orderId: string, work: Work | null): Work {
  if (!work) throw new NotFound('productOrder', orderId);
  requireOwner('productOrder', orderId, work.customerId);
  return work;
}

async function changed(service: Service, saga: Worker, orderId: string, change: (tx: Tx, work: Work) => Promise<void>): Promise<ReturnType<typeof progressOf>> {
  return service.db.tx(async (tx) => {
    await change(tx, own(orderId, await lockWork(tx, orderId)));
    tx.afterCommit(() => saga.nudge());
    return progressOf(service, own(orderId, await lockWork(tx, orderId)));
  });
}

/** The step is due now, and looks for itself what it has been waiting for. */
async function resume(tx: Tx, service: Service, work: Work, note: string | null): Promise<void> {
  const { orderId, state, attempts } = work;
  if (work.step === null) refuse(tx, orderId, state, 'resume');
  await saveSaga(tx, advanceSaga.permit(tx), work, { nextRunMs: service.clock.tick(), attempts: Math.max(1, attempts) });
  if (note === null) return;
  const at = service.clock.now();
  await changeDocument(tx, changeOrder.permit(tx), orderId, withNote(work.document, { text: note, author: requireContext().actor, date: isoTime(at) }), at);
  record(tx, 'order.changed', orderId, { ...payloadOf(work), changed: ['note'] });
}

/** TMF622 `note`. */
function withNote(document: Document, note: Document): Document {
  const { note: notes } = document;
  return { ...document, note: [...(Array.isArray(notes) ? (notes as readonly unknown[]) : []), note] };
}

/** The saga turns round as soon as its present step has ended; asked twice, it does so once. */
async function fail(tx: Tx, service: Service, work: Work, reason: string): Promise<void> {
  const { orderId, state } = work;
  const permit = giveUp.permit(tx, { orderId, state });
  if (work.data.givenUp || work.ending === 'failed') return;
  if (!orderMachine.can(state, 'fail')) refuse(tx, orderId, state, 'fail');
  await tellSaga(tx, permit, work, { givenUp: true, failure: { rule: null, message: reason } }, service.clock.tick());
}

/** @throws {PolicyViolation} order.transition.invalid with what the state allows instead */
function refuse(tx: Tx, orderId: string, state: OrderState, trigger: 'resume' | 'fail'): never {
  orderMachine.move(tx, state, trigger, null, { orderId });
  throw new Error(`${orderId}: ${trigger} was refused although ${state} allows it`);
}
