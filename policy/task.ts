import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

/** Provisioning tasks (DOMAIN §4 "Provisioning task", §6 provisioning, F8). */
export const taskStates = ['pending', 'running', 'completed', 'failed', 'stuck', 'cancelled'] as const;
export type TaskState = (typeof taskStates)[number];

export type TaskTrigger = 'request' | 'claim' | 'succeed' | 'postpone' | 'fail' | 'stick' | 'resolve' | 'retry' | 'cancel';

/** What the network can be asked to do (DOMAIN §3). */
export const taskTypes = [
  'HLR_PROVISION', 'HLR_SUSPEND', 'HLR_RESUME', 'HLR_DEPROVISION', 'PCRF_POLICY_PUSH', 'PCRF_BLOCK', 'PCRF_POLICY_REMOVE',
  'OCS_BALANCE_INIT', 'OCS_BALANCE_CLOSE', 'ESIM_PROFILE_PREPARE', 'ESIM_PROFILE_DELETE',
] as const;
export type TaskType = (typeof taskTypes)[number];

export const isTaskType = (name: unknown): name is TaskType => taskTypes.some((one) => one === name);

export interface TaskFacts {
  readonly taskId: string;
  readonly serviceOrderId: string | null;
  readonly state: TaskState;
  /** The service order is final or being undone. */
  readonly orderEnded: boolean;
  readonly note: string | null;
}

const ids = ({ taskId, serviceOrderId, state }: TaskFacts): Readonly<Record<string, unknown>> => ({ taskId, serviceOrderId, state });

export const noteMissing = rule<TaskFacts>({
  code: 'provisioning.resolve.note_missing',
  title: 'Freeing a task needs a note.',
  when: 'the note is absent or empty',
  check: ({ note }) => Boolean(note?.trim()),
  context: ids,
  fix: ({ taskId }) => [{ hint: 'Say in a note what was done in the network.', tool: 'provisioning.resolve_stuck', args: { task_id: taskId } }],
});

export const notStuck = rule<TaskFacts>({
  code: 'provisioning.resolve.not_stuck',
  title: 'The task is not stuck.',
  when: 'the state of the task is not stuck',
  check: ({ state }) => state === 'stuck',
  context: ids,
  fix: () => [{ hint: 'Only a stuck task can be freed; a failed one is retried, the others end by themselves.' }],
});

export const notFailed = rule<TaskFacts>({
  code: 'provisioning.retry.not_failed',
  title: 'The task has not failed.',
  when: 'the state of the task is not failed',
  check: ({ state }) => state === 'failed',
  context: ids,
  fix: () => [{ hint: 'Only a failed task can be tried again; a stuck one is freed, the others end by themselves.' }],
});

export const orderEnded = rule<TaskFacts>({
  code: 'provisioning.retry.order_ended',
  title: 'The service order of the task has ended.',
  when: 'the service order is final or being undone',
  check: ({ orderEnded: ended }) => !ended,
  context: ids,
  fix: () => [{ hint: 'Place a new order.', tool: 'order.create' }],
});

export const taskMachine = new Machine<'task', TaskState, TaskTrigger, TaskFacts | null>({
  aggregate: 'task',
  area: 'provisioning',
  states: taskStates,
  final: ['completed', 'cancelled'],
  event: (to) => `provisioning.task_${to}`,
  transitions: [
    { from: null, trigger: 'request', to: 'pending', events: ['provisioning.task_created'] },
    { from: ['pending'], trigger: 'claim', to: 'running', events: [] },
    { from: ['running'], trigger: 'succeed', to: 'completed' },
    { from: ['running'], trigger: 'postpone', to: 'pending', events: [] },
    { from: ['running'], trigger: 'fail', to: 'failed' },
    { from: ['running'], trigger: 'stick', to: 'stuck' },
    { from: ['stuck'], trigger: 'resolve', to: 'pending', events: ['provisioning.task_resolved'] },
    { from: ['failed'], trigger: 'retry', to: 'pending', events: ['provisioning.task_retried'] },
    { from: ['pending', 'stuck', 'failed'], trigger: 'cancel', to: 'cancelled' },
  ],
});

/** What an operator must bring before a task goes back into the queue. */
export const resolveRules = [notStuck, noteMissing] as const;
export const retryRules = [notFailed, orderEnded] as const;

/** Marks the tasks of a service order that has ended or is being undone. */
export const endTasks = action('task.end_order');
/** An activation asked for through TMF640: a service and the set of its tasks. */
export const activateService = action('service.activate');

/** What is removed together: the tasks of one service order, or of one activation. */
export interface ForgetFacts {
  readonly serviceOrderId: string | null;
  readonly activationId: string | null;
  /** Tasks that may still be worked on. */
  readonly open: readonly string[];
}

/** Nobody will work on the task any more; one that failed is over when its order is. */
export const isOver = ({ state, orderEnded: ended }: Pick<TaskFacts, 'state' | 'orderEnded'>): boolean =>
  taskMachine.isFinal(state) || (state === 'failed' && ended);

export const tasksOpen = rule<ForgetFacts>({
  code: 'provisioning.delete.tasks_open',
  title: 'Tasks are removed once all of their order are over.',
  when: 'a task of the same service order or activation may still be worked on',
  check: ({ open }) => open.length === 0,
  context: ({ serviceOrderId, activationId, open }) => ({ serviceOrderId, activationId, references: open }),
  fix: () => [{ hint: 'Wait until they are over; free those that are stuck and try failed ones again.', tool: 'provisioning.resolve_stuck' }],
});

/** Removes finished tasks that nobody needs any more; their events stay in the ledger. */
export const forgetTasks = action<'task.forget', ForgetFacts>('task.forget', [tasksOpen]);
