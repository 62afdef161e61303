import type { Tx } from '#db/database';
import { cancelServiceOrderMachine } from '#policy/cancel-order';
import { taskClaimed } from '#policy/service-order';
import { violation } from '#policy/rule';
import { isoTime } from '#runtime/clock';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import { recordMove } from '../transition.ts';
import { cancelPayload, openCancel, type CancelRow } from './cancel-request.ts';
import type { ServiceOrderRow } from './order.ts';
import { moveCancel, type CancelMove } from './store.ts';

/** The order has been cancelled. */
export async function succeedCancel(tx: Tx, order: ServiceOrderRow, at: Date): Promise<void> {
  const request = await openCancel(tx, order.id);
  if (!request) return;
  const move = moveOf(tx, request, 'succeed', order);
  await moveCancel(tx, move, request, at, { effectiveCancellationDate: isoTime(at) });
  recordMove(tx, move, request.id, cancelPayload(request.id, order));
}

/** The network had begun a task before it could be called off. */
export async function refuseCancel(tx: Tx, order: ServiceOrderRow, taskId: string | null, at: Date): Promise<void> {
  const request = await openCancel(tx, order.id);
  if (!request) return;
  const refusal = violation(taskClaimed, { serviceOrderId: order.id, state: order.state, taskId });
  const move = moveOf(tx, request, 'refuse', order);
  await moveCancel(tx, move, request, at, { [verdictAttribute]: verdict(refusal) }, refusal.message);
  recordMove(tx, move, request.id, { ...cancelPayload(request.id, order), rule: refusal.rule }, refusal.message);
}

const moveOf = (tx: Tx, { id, state }: CancelRow, trigger: 'succeed' | 'refuse', order: ServiceOrderRow): CancelMove =>
  cancelServiceOrderMachine.move(tx, state, trigger, undefined, { cancelOrderId: id, serviceOrderId: order.id });
