import type { Tx } from '#db/database';
import { serviceMachine, type ServiceState, type ServiceTrigger } from '#policy/service';
import { activateService, taskMachine, type TaskState } from '#policy/task';
import { originOf } from '#runtime/origin';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { networkTasks } from './network.ts';
import { closeActivation, insertActivation, insertTask, moveNetworkService, nextTaskId } from './store.ts';
import { taskEvent } from './task.ts';

/** A set of tasks that takes a service of TMF640 to another state; its monitor bears its id. */
interface Activation {
  readonly id: string;
  readonly serviceId: string;
  readonly wantedState: 'inactive' | 'active' | 'terminated';
  readonly state: 'inProgress' | 'completed' | 'failed';
}

/**
 * Asks the network for what takes a service to a state.
 * @returns id of the monitor to follow
 */
export async function startActivation(tx: Tx, service: Service, serviceId: string, action: keyof typeof networkTasks, wantedState: ServiceState): Promise<string> {
  const at = service.clock.now();
  const id = await nextTaskId(tx);
  await insertActivation(tx, activateService.permit(tx), { id, serviceId, wantedState }, at);
  for (const { taskType, durationMs } of networkTasks[action]) {
    const move = taskMachine.move(tx, null, 'request', null, { serviceId });
    const task = await insertTask(tx, move, {
      id: await nextTaskId(tx), requestId: `${id}:${taskType}`, taskType, action, undo: false, serviceOrderId: null, activationId: id, serviceId,
      orderId: null, subscriptionId: null, customerId: null, msisdn: null, iccid: null, durationMs, attemptsMax: service.config.taskMaxAttempts,
      nextRunMs: service.clock.tick(), orderEnded: false, ...originOf(),
    }, at);
    recordMove(tx, move, task.id, taskEvent(task));
  }
  return id;
}

/** Ends an activation once none of its tasks is open; called with every task that ends. */
export async function settleActivation(tx: Tx, service: Service, id: string): Promise<void> {
  const activation = await tx.one<Activation>('SELECT id, service_id, wanted_state, state FROM provisioning.activation WHERE id = $1 FOR UPDATE', [id]);
  if (activation?.state !== 'inProgress') return;
  const tasks = await tx.read<{ state: TaskState }>('SELECT state FROM provisioning.task WHERE activation_id = $1', [id]);
  if (tasks.some(({ state }) => state === 'pending' || state === 'running' || state === 'stuck')) return;
  const at = service.clock.now();
  const completed = tasks.every(({ state }) => state === 'completed');
  await closeActivation(tx, activateService.permit(tx), id, completed ? 'completed' : 'failed', at);
  if (completed) await arrive(tx, activation, at);
}

const ways: Readonly<Record<Activation['wantedState'], readonly ServiceTrigger[]>> =
  { active: ['reserve', 'activate'], inactive: ['suspend'], terminated: ['terminate'] };

async function arrive(tx: Tx, { serviceId, wantedState }: Activation, at: Date): Promise<void> {
  const row = await tx.one<{ state: ServiceState; specificationId: string | null }>('SELECT state, specification_id FROM provisioning.service WHERE id = $1 FOR UPDATE', [serviceId]);
  let state = row?.state;
  for (const trigger of ways[wantedState]) {
    // A suspended service goes straight back to active.
    if (state === undefined || !serviceMachine.can(state, trigger)) continue;
    const move = serviceMachine.move(tx, state, trigger, undefined, { serviceId });
    await moveNetworkService(tx, move, serviceId, at);
    recordMove(tx, move, serviceId, { serviceId, customerId: null, subscriptionId: null, specificationId: row?.specificationId ?? null, orderId: null });
    state = move.to;
  }
}
