import { json, type Tx } from '#db/database';
import type { Move } from '#policy/machine';
import type { Permit } from '#policy/permit';
import type { ServiceState } from '#policy/service';
import type { TaskState } from '#policy/task';
import { requireContext } from '#runtime/context';
import { formatId } from '#runtime/ids';
import { insertResource, type NewResource } from '../resource/rows.ts';
import { keepHistory } from '../transition.ts';
import type { FaultRule } from './fault.ts';
import { networkService, type NetworkServiceRow } from './network-service.ts';
import type { Task } from './task.ts';

type TaskMove<Action extends string = `task.${string}`> = Move<Action, TaskState>;

/** The next id of a task, or of a set of tasks: monitors share one sequence (DOMAIN §9). */
export async function nextTaskId(tx: Tx): Promise<string> {
  const row = await tx.one<{ number: number }>("SELECT nextval('provisioning.seq_ptk') AS number");
  return formatId('PTK', row!.number); // a sequence always gives a row
}

export type NewTask = Pick<Task, 'id' | 'requestId' | 'taskType' | 'action' | 'undo' | 'serviceOrderId' | 'activationId' | 'serviceId' | 'orderId'
  | 'subscriptionId' | 'customerId' | 'msisdn' | 'iccid' | 'durationMs' | 'attemptsMax' | 'nextRunMs' | 'orderEnded' | 'actor' | 'channel' | 'traceparent'>;

export async function insertTask(tx: Tx, move: TaskMove<'task.request'>, task: NewTask, at: Date): Promise<Task> {
  const writer = tx.writer(move.permit);
  const stored = await writer.insert<Task>('provisioning.task', { ...task, state: move.to, attempts: 0, skipFaults: false, createdAt: at, updatedAt: at });
  await keepHistory(writer, 'provisioning.task', { taskId: task.id }, move, at);
  return stored;
}

/** What a transition may change besides the state. */
export type TaskValues = Partial<Pick<Task, 'attempts' | 'nextRunMs' | 'leaseUntilMs' | 'skipFaults' | 'faultKind' | 'lastError' | 'note' | 'lastDurationMs' | 'finishedAt' | 'orderEnded'>>;

/** Stores a transition of a locked task. */
export async function moveTask(tx: Tx, move: TaskMove, task: Task, values: TaskValues, reason: string | null, at: Date): Promise<Task> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<Task>('provisioning.task', { id: task.id }, { ...values, state: move.to, rev: task.rev + 1, updatedAt: at });
  await keepHistory(writer, 'provisioning.task', { taskId: task.id }, move, at, reason);
  return stored!; // the row is locked by the caller
}

/**
 * Takes locked pending tasks to be worked on.
 * @param leaseMs on top of the longest time the task itself can take, `perDurationMs` times its duration
 */
export async function claimTasks(tx: Tx, move: TaskMove<'task.claim'>, ids: readonly string[], at: Date, nowMs: number, leaseMs: number, perDurationMs: number): Promise<Task[]> {
  const writer = tx.writer(move.permit);
  const tasks = await writer.sql<Task>(
    `UPDATE provisioning.task SET state = $2, attempts = attempts + 1, lease_until_ms = $4::bigint + $5 + duration_ms * $6::bigint,
       started_at = coalesce(started_at, $3), rev = rev + 1, updated_at = $3 WHERE id = ANY($1) RETURNING *`, [ids, move.to, at, nowMs, leaseMs, perDurationMs]);
  await writer.sql(
    `INSERT INTO provisioning.task_history (task_id, from_state, to_state, trigger, actor, at)
     SELECT id, $2, $3, $4, $5, $6 FROM unnest($1::text[]) AS id`, [ids, move.from, move.to, move.trigger, requireContext().actor, at]);
  return tasks;
}

/** Marks the tasks of a service order that is over: none of them is tried any more. */
export const markEnded = (tx: Tx, permit: Permit<'task.end_order'>, serviceOrderId: string): Promise<unknown> =>
  tx.writer(permit).sql('UPDATE provisioning.task SET order_ended = true WHERE service_order_id = $1 AND NOT undo AND NOT order_ended', [serviceOrderId]);

export async function updateFault(tx: Tx, permit: Permit<'provisioning.change_fault'>, rule: FaultRule, change: Pick<FaultRule, 'enabled' | 'kind' | 'probability'>, at: Date): Promise<FaultRule> {
  const [stored] = await tx.writer(permit).update<FaultRule>('provisioning.fault_rule', { id: rule.id }, { ...change, rev: rule.rev + 1, updatedAt: at });
  return stored!; // the row is locked by the caller
}

export interface NewActivation {
  readonly id: string;
  readonly serviceId: string;
  readonly wantedState: ServiceState;
}

/** A set of tasks asked for through TMF640. */
export const insertActivation = (tx: Tx, permit: Permit<'service.activate'>, activation: NewActivation, at: Date): Promise<unknown> =>
  tx.writer(permit).insert('provisioning.activation', { ...activation, state: 'inProgress', document: json({}), createdAt: at, updatedAt: at });

/** Says how a set of tasks ended; none of them is tried again after that. */
export async function closeActivation(tx: Tx, permit: Permit<'service.activate'>, id: string, state: 'completed' | 'failed', at: Date): Promise<void> {
  const writer = tx.writer(permit);
  await writer.sql('UPDATE provisioning.activation SET state = $2, rev = rev + 1, updated_at = $3 WHERE id = $1', [id, state, at]);
  await writer.sql('UPDATE provisioning.task SET order_ended = true WHERE activation_id = $1', [id]);
}

/** A service the network carries, as it begins. */
export async function insertNetworkService(tx: Tx, move: Move<'service.design', ServiceState>, values: NewResource): Promise<NetworkServiceRow> {
  const writer = tx.writer(move.permit);
  const stored = await insertResource(writer, networkService, values);
  await keepHistory(writer, 'provisioning.service', { serviceId: stored.id }, move, values.at);
  return stored;
}

/** Stores a transition of a locked service of the network. */
export async function moveNetworkService(tx: Tx, move: Move<`service.${string}`, ServiceState>, id: string, at: Date): Promise<void> {
  const writer = tx.writer(move.permit);
  await writer.sql('UPDATE provisioning.service SET state = $2, rev = rev + 1, updated_at = $3 WHERE id = $1', [id, move.to, at]);
  await keepHistory(writer, 'provisioning.service', { serviceId: id }, move, at);
}
