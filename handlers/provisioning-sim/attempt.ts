import type { Tx } from '#db/database';
import type { FaultKind } from '#policy/fault';
import { endTasks, taskMachine, type TaskTrigger } from '#policy/task';
import { sleep } from '#runtime/clock';
import type { Config } from '#runtime/config';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { settleActivation } from './activation.ts';
import { drawn, slowness, type FaultRule } from './fault.ts';
import { markEnded, moveTask, type TaskValues } from './store.ts';
import { lockOrder, lockTask, taskEvent, type Task } from './task.ts';

/** What an attempt came to. */
interface Outcome {
  readonly kind: 'success' | 'error' | 'stuck';
  readonly fault: FaultKind | null;
  /** Simulated time, in milliseconds. */
  readonly tookMs: number;
}

/**
 * One attempt of a claimed task: draws a fault, takes the time the network would, writes the outcome
 * (DOMAIN §5 F8).
 * @returns machine time from which the task is due again; null = not by itself
 */
export async function attempt(service: Service, task: Task, rules: readonly FaultRule[]): Promise<number | null> {
  const fault = task.skipFaults ? null : drawn(rules, task);
  const tookMs = fault === 'slow' ? Math.round(task.durationMs * slowness(task.id)) : task.durationMs;
  if (service.config.simNetwork === 'real' && tookMs > 0) await sleep(tookMs);
  return service.db.tx((tx) => settle(tx, service, task, { kind: kindOf(fault, task.attempts), fault, tookMs }));
}

function kindOf(fault: FaultKind | null, attempts: number): Outcome['kind'] {
  if (fault === 'stuck') return 'stuck';
  return fault === 'fail_always' || (fault === 'fail_first_attempt' && attempts === 1) ? 'error' : 'success';
}

/** Nothing is written for a task that somebody else has taken over meanwhile. */
async function settle(tx: Tx, service: Service, claimed: Task, outcome: Outcome): Promise<number | null> {
  const mayEndOrder = outcome.kind === 'error' && isLast(claimed);
  if (mayEndOrder && claimed.serviceOrderId !== null) await lockOrder(tx, claimed.serviceOrderId);
  const task = await lockTask(tx, claimed.id);
  if (task?.state !== 'running' || task.leaseUntilMs !== claimed.leaseUntilMs) return null;
  return write(tx, service, task, outcome);
}

const isLast = ({ attempts, attemptsMax }: Task): boolean => attemptsMax !== null && attempts >= attemptsMax;

async function write(tx: Tx, service: Service, task: Task, { kind, fault, tookMs }: Outcome): Promise<number | null> {
  const common = { leaseUntilMs: null, skipFaults: false, faultKind: fault, lastDurationMs: tookMs };
  if (kind === 'success') {
    await go(tx, service, task, 'succeed', { ...common, lastError: null, finishedAt: service.clock.now() });
    if (task.activationId !== null) await settleActivation(tx, service, task.activationId);
    return null;
  }
  const element = task.taskType.split('_')[0] ?? task.taskType;
  if (kind === 'stuck') {
    const stuck = await go(tx, service, task, 'stick', { ...common, lastError: `${element} has not answered` });
    if (stuck.orderEnded) await cancel(tx, service, stuck);
    return null;
  }
  return fail(tx, service, task, { ...common, lastError: `${element} refused ${task.taskType}` });
}

/**
 * Ends an attempt whose worker has gone away: it counts, its outcome is unknown (DOMAIN §4 "lapsed lease").
 * @returns machine time from which the task is due again; null = not by itself
 */
export const lapse = (service: Service, { id, serviceOrderId, leaseUntilMs }: Task): Promise<number | null> =>
  service.db.tx(async (tx) => {
    if (serviceOrderId !== null) await lockOrder(tx, serviceOrderId);
    const task = await lockTask(tx, id);
    if (task?.state !== 'running' || task.leaseUntilMs !== leaseUntilMs) return null;
    return fail(tx, service, task, { leaseUntilMs: null, lastError: 'the attempt was interrupted' });
  });

async function fail(tx: Tx, service: Service, task: Task, values: TaskValues): Promise<number | null> {
  if (!isLast(task)) return postpone(tx, service, task, values);
  const failed = await go(tx, service, task, 'fail', { ...values, finishedAt: service.clock.now(), orderEnded: task.orderEnded || endsOrder(task) });
  if (endsOrder(task) && task.serviceOrderId !== null) await endOrder(tx, service, task.serviceOrderId, failed.id);
  if (task.activationId !== null) await settleActivation(tx, service, task.activationId);
  return null;
}

/** Without one of its tasks an add is undone (DOMAIN §5 F1 "task failed"); any other order is held. */
const endsOrder = ({ action, undo }: Task): boolean => action === 'add' && !undo;

/** Pause in milliseconds after a number of attempts: it doubles, up to its bound (DOMAIN §5 F8.3). */
export const pauseMs = ({ taskBackoffMs, backoffMaxSeconds }: Pick<Config, 'taskBackoffMs' | 'backoffMaxSeconds'>, attempts: number): number =>
  Math.min(taskBackoffMs * 2 ** Math.min(attempts - 1, 20), backoffMaxSeconds * 1000);

async function postpone(tx: Tx, service: Service, task: Task, values: TaskValues): Promise<number | null> {
  const nextRunMs = service.clock.tick() + pauseMs(service.config, task.attempts);
  const pending = await go(tx, service, task, 'postpone', { ...values, nextRunMs });
  if (!pending.orderEnded) return nextRunMs;
  await cancel(tx, service, pending);
  return null;
}

/** Cancels what is open of a service order that is over; a task being worked on ends its attempt first. */
export async function endOrder(tx: Tx, service: Service, serviceOrderId: string, causeId: string | null = null): Promise<void> {
  await markEnded(tx, endTasks.permit(tx), serviceOrderId);
  const open = await tx.read<Task>(
    `SELECT * FROM provisioning.task WHERE service_order_id = $1 AND NOT undo AND state IN ('pending', 'stuck', 'failed') AND id IS DISTINCT FROM $2
     ORDER BY id FOR UPDATE`, [serviceOrderId, causeId]);
  for (const task of open) await cancel(tx, service, task);
}

export const cancel = (tx: Tx, service: Service, task: Task): Promise<Task> =>
  go(tx, service, task, 'cancel', { finishedAt: service.clock.now(), orderEnded: true }, 'service order ended');

/** Moves a locked task and tells of it. */
export async function go(
  tx: Tx, service: Service, task: Task, trigger: Exclude<TaskTrigger, 'request' | 'claim'>, values: TaskValues, reason: string | null = null,
): Promise<Task> {
  const move = taskMachine.move(tx, task.state, trigger, null, { taskId: task.id, serviceOrderId: task.serviceOrderId });
  const stored = await moveTask(tx, move, task, values, reason ?? values.lastError ?? null, service.clock.now());
  recordMove(tx, move, stored.id, taskEvent(stored), reason ?? values.lastError ?? null);
  return stored;
}
