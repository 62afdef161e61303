import type { Database, Tx } from '#db/database';
import type { components } from '#generated/types/provisioning';
import type { FaultKind } from '#policy/fault';
import type { ServiceAction } from '#policy/service-order';
import type { TaskFacts, TaskState, TaskType } from '#policy/task';
import { isoTime } from '#runtime/clock';
import type { Origin } from '#runtime/origin';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';

/** A row of provisioning.task: one thing the network is asked to do (DOMAIN §3, §4 "Provisioning task"). */
export interface Task extends Origin {
  readonly id: string;
  readonly rev: number;
  /** One request makes one task, however often it is delivered. */
  readonly requestId: string;
  readonly taskType: TaskType;
  readonly state: TaskState;
  readonly action: ServiceAction;
  /** Takes back what a completed task did. */
  readonly undo: boolean;
  readonly serviceOrderId: string | null;
  readonly activationId: string | null;
  readonly serviceId: string | null;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly customerId: string | null;
  readonly msisdn: string | null;
  readonly iccid: string | null;
  readonly durationMs: number;
  readonly lastDurationMs: number | null;
  readonly attempts: number;
  readonly attemptsMax: number | null;
  /** Machine time in epoch milliseconds. */
  readonly nextRunMs: number;
  readonly leaseUntilMs: number | null;
  readonly skipFaults: boolean;
  readonly faultKind: FaultKind | null;
  readonly lastError: string | null;
  readonly note: string | null;
  readonly orderEnded: boolean;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly createdAt: Date;
}

type Reader = Pick<Database, 'read' | 'one'> | Pick<Tx, 'read' | 'one'>;

export const findTask = (reader: Reader, id: string): Promise<Task | null> => reader.one<Task>('SELECT * FROM provisioning.task WHERE id = $1', [id]);

export const lockTask = (tx: Tx, id: string): Promise<Task | null> => tx.one<Task>('SELECT * FROM provisioning.task WHERE id = $1 FOR UPDATE', [id]);

/** Whoever adds tasks to a service order, or ends them, takes turns with all others who do. */
export const lockOrder = (tx: Tx, serviceOrderId: string): Promise<unknown> =>
  tx.read('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`tasks of ${serviceOrderId}`]);

/** What the rules of an operator's action look at. */
export const factsOf = ({ id, serviceOrderId, state, orderEnded }: Task, note: string | null = null): TaskFacts =>
  ({ taskId: id, serviceOrderId, state, orderEnded, note });

/** What every event of a task tells besides its change of state (DOMAIN §7). */
export const taskEvent = (task: Task): Document => ({
  taskId: task.id, taskType: task.taskType, serviceOrderId: task.serviceOrderId, requestId: task.requestId, action: task.action, undo: task.undo,
  serviceId: task.serviceId, orderId: task.orderId, customerId: task.customerId, subscriptionId: task.subscriptionId, msisdn: task.msisdn,
  iccid: task.iccid, attempts: task.attempts, lastError: task.lastError, note: task.note,
});

type Wire = components['schemas']['ProvisioningTask'];

const timeOf = (at: Date | null): string | null => (at === null ? null : isoTime(at));
const machineTime = (ms: number | null): string | null => (ms === null ? null : isoTime(new Date(ms)));

export const showTask = (service: Service, task: Task): Wire => ({
  id: task.id, href: service.href(`/bss-api/provisioning/v1/task/${task.id}`), '@type': 'ProvisioningTask', taskType: task.taskType, state: task.state,
  action: task.action, serviceOrderId: task.serviceOrderId, serviceId: task.serviceId, orderId: task.orderId, subscriptionId: task.subscriptionId,
  customerId: task.customerId, msisdn: task.msisdn, iccid: task.iccid, attempts: task.attempts, maxAttempts: task.attemptsMax,
  nextAttemptAt: task.state === 'pending' ? machineTime(task.nextRunMs) : null, leaseUntil: machineTime(task.leaseUntilMs),
  lastError: task.lastError, faultKind: task.faultKind, note: task.note, createdAt: isoTime(task.createdAt), startedAt: timeOf(task.startedAt),
  finishedAt: timeOf(task.finishedAt), durationMs: task.lastDurationMs,
});

export interface TaskFilter {
  readonly serviceOrderId?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly subscriptionId?: string | undefined;
  readonly orderId?: string | undefined;
  readonly taskType?: string | undefined;
  readonly state?: string | undefined;
}

/** Tasks newest first, and how many match on this page or not. */
export async function listTasks(reader: Reader, filter: TaskFilter, limit: number, offset: number): Promise<{ rows: readonly Task[]; total: number }> {
  const values = [filter.serviceOrderId, filter.serviceId, filter.subscriptionId, filter.orderId, filter.taskType, filter.state].map((one) => one ?? null);
  const where = `WHERE ($1::text IS NULL OR service_order_id = $1) AND ($2::text IS NULL OR service_id = $2) AND ($3::text IS NULL OR subscription_id = $3)
    AND ($4::text IS NULL OR order_id = $4) AND ($5::text IS NULL OR task_type = $5) AND ($6::text IS NULL OR state = $6)`;
  const rows = await reader.read<Task>(
    `SELECT * FROM provisioning.task ${where} ORDER BY created_at DESC, length(id) DESC, id DESC LIMIT $7 OFFSET $8`, [...values, limit, offset]);
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  const count = await reader.one<{ total: number }>(`SELECT count(*) AS total FROM provisioning.task ${where}`, values);
  return { rows, total: count?.total ?? 0 };
}
