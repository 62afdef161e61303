import { json, type Tx } from '#db/database';
import { snake } from '#db/names';
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

/** Stores a transition of a locked task, with its history, in one statement: four of them end every order. */
export async function moveTask(tx: Tx, move: TaskMove, task: Task, values: TaskValues, reason: string | null, at: Date): Promise<Task> {
  const names = Object.keys(values);
  const sets = names.map((name, i) => `"${snake(name)}" = $${i + 8}`).join(', ');
  const [stored] = await tx.writer(move.permit).sql<Task>(
    `WITH moved AS (UPDATE provisioning.task SET ${sets}, state = $3, rev = rev + 1, updated_at = $7 WHERE id = $1 RETURNING *),
       noted AS (INSERT INTO provisioning.task_history (task_id, from_state, to_state, trigger, reason, actor, at) SELECT id, $2, $3, $4, $5, $6, $7 FROM moved)
     SELECT * FROM moved`,
    [task.id, move.from, move.to, move.trigger, reason, requireContext().actor, at, ...names.map((name) => values[name as keyof TaskValues])]); // names of its members
  return stored!; // the row is locked by the caller
}

export interface Claim {
  readonly at: Date;
  /** Machine time in epoch milliseconds. */
  readonly nowMs: number;
  /** On top of the longest time the task itself can take, `perDurationMs` times its duration. */
  readonly leaseMs: number;
  readonly perDurationMs: number;
  readonly most: number;
}

/** Takes pending tasks that are due to be worked on. */
export const claimTasks = (tx: Tx, move: TaskMove<'task.claim'>, { at, nowMs, leaseMs, perDurationMs, most }: Claim): Promise<Task[]> =>
  tx.writer(move.permit).sql<Task>(
    `WITH claimed AS (UPDATE provisioning.task SET state = $2, attempts = attempts + 1, lease_until_ms = $6::bigint + $7 + duration_ms * $8::bigint,
         started_at = coalesce(started_at, $5), rev = rev + 1, updated_at = $5
       WHERE id IN (SELECT id FROM provisioning.task WHERE next_run_ms <= $6 AND state = $1 ORDER BY next_run_ms LIMIT $9 FOR UPDATE SKIP LOCKED)
       RETURNING *),
       noted AS (INSERT INTO provisioning.task_history (task_id, from_state, to_state, trigger, actor, at) SELECT id, $1, $2, $3, $4, $5 FROM claimed)
     SELECT * FROM claimed`, [move.from, move.to, move.trigger, requireContext().actor, at, nowMs, leaseMs, perDurationMs, most]);

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

/** Removes all tasks of a service order, or of an activation with the activation itself; their histories go with them. */
export async function removeTasks(tx: Tx, permit: Permit<'task.forget'>, of: { readonly serviceOrderId: string } | { readonly activationId: string }): Promise<void> {
  const writer = tx.writer(permit);
  await writer.remove('provisioning.task', of);
  if ('activationId' in of) await writer.remove('provisioning.activation', { id: of.activationId });
}
