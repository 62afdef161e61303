import type { Tx } from '#db/database';
import type { Consumer, DomainEvent } from '#events/consumer';
import type { ServiceAction } from '#policy/service-order';
import { isTaskType, taskMachine } from '#policy/task';
import { formatId } from '#runtime/ids';
import { originOf } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { cancel, endOrder } from './attempt.ts';
import { insertTask } from './store.ts';
import { lockOrder, taskEvent, type Task } from './task.ts';

/** What som asks for and calls off (DOMAIN §5 F8). One queue, so that an end never overtakes a request of its order. */
export const consumers = (service: Service, tasks: Worker): readonly Consumer[] => [
  {
    name: 'provisioning.service_order',
    types: ['service_order.task_requested', 'service_order.jeopardy'],
    apply: (tx, event) => (event.eventType === 'service_order.task_requested' ? create(tx, service, tasks, event) : end(tx, service, event)),
  },
  {
    name: 'provisioning.cancel',
    types: ['cancel_order.state_changed'],
    apply: (tx, event) => callOff(tx, service, tasks, event),
  },
];

/** Payload of service_order.task_requested, see handlers/som/task.ts. */
interface TaskRequest {
  readonly requestId: string;
  readonly taskType: string;
  readonly action: ServiceAction;
  readonly undo: boolean;
  readonly durationMs: number;
  readonly serviceId: string | null;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly customerId: string | null;
  readonly msisdn: string | null;
  readonly iccid: string | null;
}

async function create(tx: Tx, service: Service, tasks: Worker, event: DomainEvent): Promise<void> {
  const serviceOrderId = event.aggregateId;
  const ask = event.payload as unknown as TaskRequest; // written by som
  if (!isTaskType(ask.taskType)) throw new Error(`the network knows no task ${ask.taskType}`);
  await lockOrder(tx, serviceOrderId);
  const { requestId, taskType, action, undo, durationMs, serviceId, orderId, subscriptionId, customerId, msisdn, iccid } = ask;
  const { isKnown, hasEnded, id } = await lookUp(tx, serviceOrderId, requestId);
  if (isKnown) return;
  const isLate = hasEnded && !undo;
  const move = taskMachine.move(tx, null, 'request', null, { serviceOrderId });
  const task = await insertTask(tx, move, {
    id, requestId, taskType, action, undo, serviceOrderId, activationId: null, serviceId, orderId, subscriptionId, customerId, msisdn, iccid, durationMs,
    attemptsMax: undo ? null : service.config.taskMaxAttempts, nextRunMs: service.clock.tick(), orderEnded: isLate, ...originOf(),
  }, service.clock.now());
  recordMove(tx, move, task.id, taskEvent(task));
  if (isLate) await cancel(tx, service, task);
  tx.afterCommit(() => tasks.nudge());
}

interface Found {
  /** The request has its task. */
  readonly isKnown: boolean;
  /** A task of the order failed for good, or the order was given up, before all its requests had come. */
  readonly hasEnded: boolean;
  /** For the task to be; an id that is not used is lost. */
  readonly id: string;
}

/** All in one look, after the lock: what it finds stays true until the commit. */
async function lookUp(tx: Tx, serviceOrderId: string, requestId: string): Promise<Found> {
  const row = await tx.one<{ isKnown: boolean; hasEnded: boolean; number: number }>(
    `SELECT EXISTS (SELECT 1 FROM provisioning.task WHERE request_id = $2) AS is_known,
       EXISTS (SELECT 1 FROM provisioning.task WHERE service_order_id = $1 AND order_ended AND NOT undo) AS has_ended,
       nextval('provisioning.seq_ptk') AS number`, [serviceOrderId, requestId]);
  return { ...row!, id: formatId('PTK', row!.number) }; // a SELECT without FROM gives one row
}

/** Jeopardy alone is a warning; with `ending` the order is being undone. */
async function end(tx: Tx, service: Service, { aggregateId, payload }: DomainEvent): Promise<void> {
  if (!payload['ending']) return;
  await lockOrder(tx, aggregateId);
  await endOrder(tx, service, aggregateId);
}

/** A cancel request is being assessed: it succeeds when no task has been claimed yet, and otherwise leaves all as they are. */
async function callOff(tx: Tx, service: Service, worker: Worker, { payload }: DomainEvent): Promise<void> {
  const { serviceOrderId, to, requested } = payload;
  if (to !== 'inProgress' || typeof serviceOrderId !== 'string') return;
  await lockOrder(tx, serviceOrderId);
  const tasks = await tx.read<Task>('SELECT * FROM provisioning.task WHERE service_order_id = $1 AND NOT undo ORDER BY id FOR UPDATE', [serviceOrderId]);
  // The request travels on its own: it may overtake the tasks it is about.
  if (tasks.length < Number(requested)) throw new Error(`tasks of ${serviceOrderId} are still on their way`);
  // A claim passes over rows that are locked here, and must look again.
  tx.afterCommit(() => worker.nudge());
  if (tasks.every(({ state, attempts }) => state === 'pending' && attempts === 0)) await endOrder(tx, service, serviceOrderId);
}
