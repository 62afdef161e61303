import type { Tx } from '#db/database';
import type { Consumer, DomainEvent } from '#events/consumer';
import { recordTask } from '#policy/service-order';
import type { Service } from '../service.ts';
import { refuseCancel } from './cancel-outcome.ts';
import { lockServiceOrder, type ServiceOrderRow } from './order.ts';
import { complete, goOrder, recordJeopardy, settleUndo, startUndo } from './progress.ts';
import { updateTask } from './store.ts';
import { requestUndo, tasksOf, type TaskRow } from './task.ts';
import type { Nudge } from './wish.ts';

const states = {
  'provisioning.task_completed': 'completed', 'provisioning.task_failed': 'failed', 'provisioning.task_stuck': 'stuck',
  'provisioning.task_resolved': 'requested', 'provisioning.task_retried': 'requested', 'provisioning.task_cancelled': 'cancelled',
} as const;

type TaskEvent = keyof typeof states;

/** What the network tells of the tasks it was asked for (DOMAIN §5 F8). */
export const taskConsumer = (service: Service, nudge: Nudge): Consumer => ({
  name: 'som.task',
  types: Object.keys(states) as TaskEvent[], // the keys of a const object
  apply: (tx, event) => note(tx, service, nudge, event),
});

/** Under the order's row lock: tasks that end side by side are counted one after the other. */
async function note(tx: Tx, service: Service, nudge: Nudge, { eventType, aggregateId, payload }: DomainEvent): Promise<void> {
  const { serviceOrderId, requestId } = payload;
  if (typeof serviceOrderId !== 'string') return; // asked for through TMF640
  const order = await lockServiceOrder(tx, serviceOrderId);
  if (!order || order.step === null) return;
  const state = states[eventType as TaskEvent]; // one of `types`
  const lastError = typeof payload['lastError'] === 'string' ? payload['lastError'] : null;
  await updateTask(tx, recordTask.permit(tx), String(requestId), { state, taskId: aggregateId, lastError });
  const tasks = await tasksOf(tx, order.id);
  const task = tasks.find((one) => one.requestId === requestId);
  if (!task) throw new Error(`service order ${order.id} has asked for no ${String(requestId)}`);
  if (order.ending === null && (state === 'completed' || state === 'failed' || state === 'stuck')) await refuseCancel(tx, order, aggregateId, service.clock.now());
  await react(tx, service, nudge, order, task, tasks);
}

async function react(tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow, task: TaskRow, tasks: readonly TaskRow[]): Promise<void> {
  if (task.state === 'failed' && order.action === 'add' && !task.undo && order.ending === null) {
    const failure = { rule: null, message: `${task.taskType} failed: ${task.lastError ?? 'no reason given'}` };
    return startUndo(tx, service, nudge, order, tasks, 'failed', failure);
  }
  const present = await holdOrResume(tx, service, order, task, tasks);
  if (present.ending !== null) return goOnUndoing(tx, service, nudge, present, task, tasks);
  if (tasks.every(({ state }) => state === 'completed')) return complete(tx, service, nudge, present);
  if (tasks.every(({ state }) => state === 'cancelled')) return startUndo(tx, service, nudge, present, tasks, 'cancelled', null);
}

/** A stuck task, or one that failed where nothing is undone, waits for an operator; the order waits with it. */
async function holdOrResume(tx: Tx, service: Service, order: ServiceOrderRow, task: TaskRow, tasks: readonly TaskRow[]): Promise<ServiceOrderRow> {
  const at = service.clock.now();
  const reason = task.lastError;
  if (order.state === 'inProgress' && isWaiting(order, task)) {
    const held = await goOrder(tx, order, 'hold', {}, at, reason, { taskType: task.taskType });
    if (task.state === 'stuck') recordJeopardy(tx, held, { taskType: task.taskType, reason });
    return held;
  }
  const isFreed = order.state === 'held' && task.state === 'requested' && !tasks.some((one) => isWaiting(order, one));
  return isFreed ? goOrder(tx, order, 'resume', {}, at) : order;
}

/** While an order is undone only what undoes it can hold it up: everything else is called off. */
const isWaiting = ({ ending }: ServiceOrderRow, { state, undo }: TaskRow): boolean => (state === 'stuck' || state === 'failed') && (undo || ending === null);

/** A task that was being worked on when undoing began, and is done now, is taken back as well. */
async function goOnUndoing(tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow, task: TaskRow, tasks: readonly TaskRow[]): Promise<void> {
  if (order.step !== 'awaitUndo') return;
  if (task.state === 'completed' && !task.undo && order.action === 'add') await requestUndo(tx, order, [task]);
  await settleUndo(tx, service, nudge, order, tasks);
}
