import { keyed, ok } from '#runtime/client';
import type { Service } from '../service.ts';
import { authorization, line } from './forward.ts';
import { withdrawChange } from './plan-change.ts';
import { amountOf } from './price.ts';
import { plans, required, wasTried, type UndoStep, type Work } from './saga.ts';
import { requestService, serviceOrderOf } from './service-order.ts';
import { advance, keyOf, lookAgainMs, unless, type Outcome, type Step } from './step.ts';

/**
 * What each compensation still has to undo (DOMAIN §5 F1 "Compensation"). A step whose call was tried
 * counts even when no answer came: repeating it with its key tells what it had made.
 */
const needed: Readonly<Record<UndoStep, (work: Work) => boolean>> = {
  withdrawChange: (work) => wasTried(work, 'scheduleChange') && work.data.changeState === undefined,
  endService: (work) => serviceStands(work),
  awaitUndo: (work) => serviceStands(work),
  undoLine: (work) => work.action === 'add' && wasTried(work, 'createLine'),
  returnMoney: (work) => wasTried(work, 'authorize') && work.data.failure?.rule !== 'payment.charge.declined',
  close: () => true,
};

/** A service that no line will end: open, or completed before there was a line. */
function serviceStands(work: Work): boolean {
  if (!wasTried(work, 'requestService')) return false;
  const { serviceState, removalState } = work.data;
  if (serviceState === 'completed') return !wasTried(work, 'createLine') && removalState !== 'completed';
  return serviceState !== 'failed' && serviceState !== 'cancelled';
}

/** The next compensation that has something to undo, from `after` on. */
export function nextUndo(work: Work, after?: UndoStep): UndoStep {
  const rest = plans.undo.slice(after ? plans.undo.indexOf(after) + 1 : 0);
  return rest.find((name) => needed[name](work)) ?? 'close';
}

/** Undoing is tried for ever: a refusal here is trouble that passes, or that an operator must look at. */
export const undo: Readonly<Record<UndoStep, Step>> = {
  withdrawChange: async (service, work) => {
    await withdrawChange(service, work);
    return advance(nextUndo(work, 'withdrawChange'));
  },

  endService: async (service, work) => {
    if (!work.data.serviceOrderId) return advance('endService', { data: await requestService(service, work) });
    return work.data.serviceState === 'completed' ? removeService(service, work) : failService(service, work);
  },

  awaitUndo: async (service, work) => {
    if (!serviceStands(work)) return advance(nextUndo(work, 'awaitUndo'));
    if (work.data.serviceState === 'completed' && !work.data.removalId) return advance('endService');
    if (work.attempts === 0) return { kind: 'wait', lookAgainMs };
    const { removalId, serviceOrderId } = work.data;
    if (!removalId) return { kind: 'wait', lookAgainMs, data: await serviceOrderOf(service, required(serviceOrderId, 'service order')) };
    const { serviceState } = await serviceOrderOf(service, removalId);
    return { kind: 'wait', lookAgainMs, data: serviceState ? { removalState: serviceState } : {} };
  },

  undoLine: async (service, work) => {
    const subscriptionId = work.subscriptionId ?? (await unless(line(service, work)))?.id;
    if (subscriptionId) await endLine(service, work, subscriptionId);
    return advance(nextUndo(work, 'undoLine'), subscriptionId ? { subscriptionId } : {});
  },

  returnMoney: async (service, work) => {
    const paymentId = work.data.paymentId ?? (await unless(authorization(service, work)))?.id;
    if (paymentId) await returnMoney(service, work, paymentId);
    return advance('close', paymentId ? { data: { paymentId } } : {});
  },

  close: async (_service, { ending }) =>
    (ending === 'cancelled' ? advance(null, { move: 'compensate', cancel: 'succeed' }) : advance(null, { move: 'fail' })),
};

/** An open service order is failed by its orderer; one that ended meanwhile is taken as it is. */
async function failService(service: Service, work: Work): Promise<Outcome> {
  const id = required(work.data.serviceOrderId, 'service order');
  const patch = ok(service.clients.TMF641.PATCH('/serviceOrder/{id}', {
    params: { path: { id } }, body: { state: 'failed' }, headers: { 'Content-Type': 'application/merge-patch+json' },
  }));
  if (await unless(patch)) return advance('awaitUndo');
  return advance('awaitUndo', { data: await serviceOrderOf(service, id) });
}

/** The service is active and has no line: a delete order takes it out of the network and gives the number back. */
async function removeService({ clients }: Service, work: Work): Promise<Outcome> {
  const { id } = await ok(clients.TMF641.POST('/serviceOrder', {
    body: {
      externalId: work.orderId, category: 'mobile', description: `Undo ${work.orderId}`,
      serviceOrderItem: [{ id: '1', action: 'delete', service: {} }],
    },
    ...keyed(keyOf(work, 'undo')),
  }));
  return advance('awaitUndo', { data: { removalId: required(id, 'service order') } });
}

async function endLine({ clients }: Service, work: Work, id: string): Promise<void> {
  const current = await ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id } } }));
  if (current.state === 'terminated') return;
  await ok(clients.subscription.POST('/subscription/{id}/terminate', {
    params: { path: { id } }, body: { reason: work.data.failure?.message.slice(0, 500) ?? `order ${work.orderId} was undone` },
    ...keyed(keyOf(work, 'terminate')),
  }));
}

/** Money held is let go, money taken is given back, anything else never moved. */
async function returnMoney(service: Service, work: Work, paymentId: string): Promise<void> {
  const { clients } = service;
  if (!work.steps.some(({ name }) => name === 'capture')) return voidPayment(service, work, paymentId);
  const payment = await ok(clients.TMF676.GET('/payment/{id}', { params: { path: { id: paymentId } } }));
  if (payment.status === 'authorized') return voidPayment(service, work, paymentId);
  if (payment.status !== 'captured' && payment.status !== 'done') return;
  await ok(clients.TMF676.POST('/refund', {
    body: {
      account: payment.account, paymentMethod: payment.paymentMethod, payment: { id: paymentId },
      totalAmount: amountOf(work),
      description: `Order ${work.orderId} was given up`,
    },
    ...keyed(keyOf(work, 'refund')),
  }));
}

async function voidPayment({ clients }: Service, work: Work, id: string): Promise<void> {
  await ok(clients.payment.POST('/payment/{id}/void', {
    params: { path: { id } }, body: { reason: `order ${work.orderId} is not carried out` }, ...keyed(keyOf(work, 'void')),
  }));
}
