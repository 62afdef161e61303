import type { Database, Tx } from '#db/database';
import { record } from '#events/record';
import { recordTask } from '#policy/service-order';
import { orderFactsOf, type ServiceOrderRow } from './order.ts';
import type { PlannedTask } from './plan.ts';
import { insertTasks } from './store.ts';

/** What a service order has asked of the network, as far as its events have told. */
export interface TaskRow {
  readonly requestId: string;
  readonly serviceOrderId: string;
  readonly taskType: string;
  /** Takes back what a completed task of the same order did. */
  readonly undo: boolean;
  readonly undoTaskType: string | null;
  readonly undoDurationMs: number | null;
  readonly state: 'requested' | 'completed' | 'failed' | 'stuck' | 'cancelled';
  readonly taskId: string | null;
  readonly lastError: string | null;
}

export const tasksOf = (reader: Pick<Database, 'read'> | Pick<Tx, 'read'>, serviceOrderId: string): Promise<TaskRow[]> =>
  reader.read<TaskRow>('SELECT * FROM service_inventory.service_order_task WHERE service_order_id = $1 ORDER BY request_id', [serviceOrderId]);

/** Asks the network for tasks, all at once: they run side by side (DOMAIN §5 F8). */
export function requestTasks(tx: Tx, order: ServiceOrderRow, planned: readonly PlannedTask[]): Promise<void> {
  return request(tx, order, planned.map(({ taskType, durationMs, undo }) => ({
    durationMs, requestId: `${order.id}:${taskType}`, taskType, undo: false, undoTaskType: undo?.taskType ?? null, undoDurationMs: undo?.durationMs ?? null,
  })));
}

/** Asks the network to take back what completed tasks have done. */
export function requestUndo(tx: Tx, order: ServiceOrderRow, done: readonly TaskRow[]): Promise<void> {
  return request(tx, order, done.flatMap(({ undoTaskType, undoDurationMs }) => (undoTaskType === null ? [] : [{
    durationMs: undoDurationMs ?? 0, requestId: undoId(order.id, undoTaskType), taskType: undoTaskType, undo: true, undoTaskType: null, undoDurationMs: null,
  }])));
}

const undoId = (serviceOrderId: string, taskType: string): string => `${serviceOrderId}:undo:${taskType}`;

type Asked = Pick<TaskRow, 'requestId' | 'taskType' | 'undo' | 'undoTaskType' | 'undoDurationMs'> & { readonly durationMs: number };

async function request(tx: Tx, order: ServiceOrderRow, asked: readonly Asked[]): Promise<void> {
  if (asked.length === 0) return;
  await insertTasks(tx, recordTask.permit(tx), asked.map((one) => ({ ...one, serviceOrderId: order.id, state: 'requested', taskId: null, lastError: null })));
  for (const { requestId, taskType, undo, durationMs } of asked) {
    record(tx, 'service_order.task_requested', order.id, {
      serviceOrderId: order.id, ...orderFactsOf(order), requestId, taskType, undo, durationMs, spec: order.plan?.customerFacing.specificationId ?? null,
    });
  }
}

/** Whether an undone order has nothing left to wait for: each task has ended, and what it did is taken back. */
export const isUndone = (tasks: readonly TaskRow[]): boolean =>
  tasks.every(({ undo, state, serviceOrderId, undoTaskType }) => {
    if (undo) return state === 'completed';
    if (state !== 'completed') return state === 'failed' || state === 'cancelled';
    return undoTaskType === null || tasks.some((one) => one.requestId === undoId(serviceOrderId, undoTaskType) && one.state === 'completed');
  });

/** The register has known the number (DOMAIN §4 MSISDN "HLR_PROVISION done"). */
export const wasHlrProvisioned = (tasks: readonly TaskRow[]): boolean =>
  tasks.some(({ taskType, undo, state }) => taskType === 'HLR_PROVISION' && !undo && state === 'completed');
