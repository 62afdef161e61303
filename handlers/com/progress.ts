import type { components } from '#generated/types/order';
import { isoTime } from '#runtime/clock';
import type { Service } from '../service.ts';
import { plans, type StepName, type UndoStep, type Work } from './saga.ts';
import { nextUndo } from './undo.ts';

type Wire = components['schemas']['OrderSaga'];
type WireStep = components['schemas']['SagaStep'];

/** How far an order has come, as the command line and the console show it. */
export function progressOf(service: Pick<Service, 'href'>, work: Work): Wire {
  const { orderId, data } = work;
  return {
    id: orderId, href: service.href(`/bss-api/order/v1/productOrder/${orderId}/saga`), '@type': 'OrderSaga', orderId, orderState: work.state,
    action: work.action, customerId: work.customerId, offeringId: work.offeringId, step: work.step, compensating: work.ending !== null,
    attempts: work.attempts, nextAttemptAt: fromMs(work.nextRunMs), leaseUntil: fromMs(work.leaseUntilMs),
    stuckFlaggedAt: work.stuckFlaggedAt && isoTime(work.stuckFlaggedAt), lastError: work.lastError, paymentId: data.paymentId ?? null,
    serviceOrderId: data.serviceOrderId ?? data.removalId ?? null, msisdn: data.msisdn ?? null, iccid: data.iccid ?? null,
    subscriptionId: work.subscriptionId, billId: data.billId ?? null, steps: stepsOf(work),
  };
}

/** Leases and pauses are machine time. */
const fromMs = (ms: number | null): string | null => (ms === null ? null : isoTime(new Date(ms)));

/** Steps taken, the one under way, and those to come as far as they can be foreseen. */
function stepsOf(work: Work): WireStep[] {
  const { step, steps, stepSince, attempts } = work;
  if (step === null) return [...steps];
  const last = steps.at(-1);
  const shown: WireStep[] = [...steps];
  if (last?.name !== step || last.state !== 'running') {
    shown.push({ name: step, state: 'running', attempts, startedAt: isoTime(stepSince), finishedAt: null, error: null });
  }
  return [...shown, ...aheadOf(work, step).map((name): WireStep => ({ name, state: 'pending', attempts: 0, startedAt: null, finishedAt: null, error: null }))];
}

function aheadOf(work: Work, step: StepName): StepName[] {
  const undoing = plans.undo.find((name) => name === step);
  if (undoing) return undoAhead(work, undoing);
  const plan: readonly StepName[] = plans[work.action];
  const place = plan.indexOf(step);
  // Whether a cancelled order goes on or back is just being found out.
  if (place < 0) return [];
  return plan.slice(place + 1).filter((name) => name !== 'authorize' || work.priceMinor !== 0);
}

function undoAhead(work: Work, from: UndoStep): UndoStep[] {
  const ahead: UndoStep[] = [];
  for (let step = from; step !== 'close'; ) {
    step = nextUndo(work, step);
    ahead.push(step);
  }
  return ahead;
}
