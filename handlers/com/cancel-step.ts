import { keyed, ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import type { Service } from '../service.ts';
import { withdrawChange } from './plan-change.ts';
import { required, wasTried, type SagaData, type Work } from './saga.ts';
import { requestService } from './service-order.ts';
import { advance, lookAgainMs, type Outcome, type Step } from './step.ts';
import { nextUndo } from './undo.ts';

/** Finds out whether an order in progress can still be cancelled: not once a task has been claimed (DOMAIN §4). */
export const assessCancel: Step = async (service, work) => {
  const { data } = work;
  if (!data.assessing) return advance('assessCancel', { data: { assessing: true }, cancel: 'assess' });
  if (work.action === 'modify') return assessChange(service, work);
  if (wasTried(work, 'createLine') || wasTried(work, 'terminateLine') || data.serviceState === 'completed' || data.cancelRefused) return tooLate(work);
  if (!wasTried(work, 'requestService')) return accepted(work, {});
  if (data.serviceState === 'failed' || data.serviceState === 'cancelled') return accepted(work, {});
  if (!data.serviceOrderId) return advance('assessCancel', { data: await requestService(service, work) });
  if (!data.serviceCancelId) return askService(service, work, data.serviceOrderId);
  return work.attempts === 0 ? { kind: 'wait', lookAgainMs } : look(service, work, data.serviceCancelId);
};

const accepted = (work: Work, data: SagaData): Outcome =>
  advance(nextUndo({ ...work, data: { ...work.data, ...data } }), { move: 'accept', ending: 'cancelled', data });

/** A change of plan can be taken back until a renewal has carried it out; an order that only waits for it ends at once. */
async function assessChange(service: Service, work: Work): Promise<Outcome> {
  if (wasTried(work, 'scheduleChange') && !(await withdrawChange(service, work))) return tooLate(work, { changeState: 'applied' });
  if (work.state === 'pending') return advance(null, { move: 'cancel', cancel: 'succeed', data: { changeState: 'cancelled' } });
  return accepted(work, { changeState: 'cancelled' });
}

/** The order goes on where it was; the request carries the rule. */
const tooLate = ({ state, data }: Work, found: SagaData = {}): Outcome => advance(required(data.resumeAt, 'step to go on with'), {
  ...(state === 'pending' ? {} : { move: 'tooLate' as const }), cancel: 'refuse',
  data: { ...found, cancelId: undefined, assessing: undefined, serviceCancelId: undefined, cancelRefused: undefined, resumeAt: undefined },
});

async function askService({ clients }: Service, work: Work, serviceOrderId: string): Promise<Outcome> {
  try {
    const { id, state } = await ok(clients.TMF641.POST('/cancelServiceOrder', {
      body: { serviceOrder: { id: serviceOrderId }, cancellationReason: `order ${work.orderId} is cancelled` },
      ...keyed(required(work.data.cancelId, 'cancel request')),
    }));
    return outcomeOf(work, state, { serviceCancelId: required(id, 'cancel request') });
  } catch (error) {
    if (error instanceof RemoteError && error.final) return tooLate(work);
    throw error;
  }
}

async function look({ clients }: Service, work: Work, id: string): Promise<Outcome> {
  const { state } = await ok(clients.TMF641.GET('/cancelServiceOrder/{id}', { params: { path: { id } } }));
  return outcomeOf(work, state, {});
}

function outcomeOf(work: Work, state: string | undefined, data: SagaData): Outcome {
  if (state === 'terminatedWithError') return tooLate(work);
  if (state === 'done') return accepted(work, { ...data, serviceState: 'cancelled' });
  return { kind: 'wait', lookAgainMs, data };
}
