/** Tasks that are over, and with them the TMF640 monitors that show them: every order leaves some, nobody asks for them for ever. */
import type { Database, Tx } from '#db/database';
import { record } from '#events/record';
import { forgetTasks, isOver } from '#policy/task';
import { goesAt, overBy, retentionEveryMs } from '../retention.ts';
import type { Service } from '../service.ts';
import { inBatches, type Sweep, type SweepResult } from '../sweep.ts';
import { removeTasks } from './store.ts';
import { lockOrder, taskEvent, type Task } from './task.ts';

/** Service orders, and activations, of one batch. */
const setsMax = 50;

/** The index of what is over says it in these words. */
const over = (alias: string): string => `(${alias}.state IN ('completed', 'cancelled') OR (${alias}.state = 'failed' AND ${alias}.order_ended))`;

/** The task that was the last of its service order to be over; while one is open there is none. */
const lastOfOrder = `provisioning.task t WHERE t.service_order_id IS NOT NULL AND ${over('t')} AND NOT EXISTS (
  SELECT 1 FROM provisioning.task o WHERE o.service_order_id = t.service_order_id AND (NOT ${over('o')} OR o.finished_at > t.finished_at))`;

const endedActivation = "provisioning.activation WHERE state <> 'inProgress'";

/** Removes the tasks of a service order, or of an activation with itself, BSS_MONITOR_RETENTION_DAYS after the last of them was over. */
export const retentionSweep = (service: Service): Sweep => ({
  name: 'retention',
  everyMs: retentionEveryMs,
  due: () => nextEnd(service),
  run: () => inBatches(1, () => forgetBatch(service)),
});

async function nextEnd({ db, config }: Service): Promise<Date | null> {
  const first = await db.one<{ at: Date | null }>(
    `SELECT least((SELECT t.finished_at FROM ${lastOfOrder} ORDER BY t.finished_at LIMIT 1), (SELECT min(updated_at) FROM ${endedActivation})) AS at`);
  return goesAt(first?.at ?? null, config.monitorRetentionDays);
}

/** What goes together: one request of the network, whichever way it was asked. */
type TaskSet = { readonly serviceOrderId: string } | { readonly activationId: string };

async function forgetBatch(service: Service): Promise<SweepResult> {
  let [examined, changed] = [0, 0];
  for (const set of await dueSets(service)) {
    const ids = await monitorsOf(service.db, set);
    examined += ids.length;
    if (await isForgotten(service, set, ids)) changed += ids.length;
  }
  return { examined, changed, failed: examined - changed };
}

async function dueSets({ db, clock, config }: Service): Promise<readonly TaskSet[]> {
  if (config.monitorRetentionDays === 0) return [];
  const latest = overBy(clock.now(), config.monitorRetentionDays);
  const orders = await db.read<{ serviceOrderId: string }>(
    `SELECT t.service_order_id FROM ${lastOfOrder} AND t.finished_at <= $1 ORDER BY t.finished_at LIMIT $2`, [latest, setsMax]);
  const activations = await db.read<{ activationId: string }>(
    `SELECT id AS activation_id FROM ${endedActivation} AND updated_at <= $1 ORDER BY updated_at LIMIT $2`, [latest, setsMax]);
  // Tasks that were over in the same moment are all the last of their order.
  return [...[...new Set(orders.map(({ serviceOrderId }) => serviceOrderId))].map((serviceOrderId) => ({ serviceOrderId })), ...activations];
}

const where = (set: TaskSet): readonly [string, readonly string[]] =>
  ('serviceOrderId' in set ? ['service_order_id = $1', [set.serviceOrderId]] : ['activation_id = $1', [set.activationId]]);

async function monitorsOf(reader: Pick<Database, 'read'>, set: TaskSet): Promise<readonly string[]> {
  const [condition, values] = where(set);
  const tasks = await reader.read<{ id: string }>(`SELECT id FROM provisioning.task WHERE ${condition} ORDER BY id`, values);
  return [...tasks.map(({ id }) => id), ...('activationId' in set ? [set.activationId] : [])];
}

/** A set that cannot be removed now holds up no other. */
async function isForgotten(service: Service, set: TaskSet, ids: readonly string[]): Promise<boolean> {
  try {
    for (const id of ids) await service.keepRemains('TMF640.monitor', id);
    await service.db.tx((tx) => forget(tx, set));
    return true;
  } catch (error) {
    service.log.error({ ...set, err: error }, 'finished tasks could not be removed; it is tried again');
    return false;
  }
}

const forget = (tx: Tx, set: TaskSet): Promise<void> => ('serviceOrderId' in set ? forgetOrder(tx, set.serviceOrderId) : forgetActivation(tx, set.activationId));

async function forgetOrder(tx: Tx, serviceOrderId: string): Promise<void> {
  await lockOrder(tx, serviceOrderId);
  await removeAll(tx, { serviceOrderId });
}

async function forgetActivation(tx: Tx, activationId: string): Promise<void> {
  const activation = await tx.one<{ serviceId: string }>('SELECT service_id FROM provisioning.activation WHERE id = $1 FOR UPDATE', [activationId]);
  if (!activation) return;
  await removeAll(tx, { activationId });
  record(tx, 'provisioning.task_deleted', activationId, {
    taskId: activationId, taskType: null, serviceOrderId: null, serviceId: activation.serviceId, attempts: null, lastError: null, note: null,
  });
}

async function removeAll(tx: Tx, set: TaskSet): Promise<void> {
  const [condition, values] = where(set);
  const tasks = await tx.read<Task>(`SELECT * FROM provisioning.task WHERE ${condition} ORDER BY id FOR UPDATE`, values);
  const open = tasks.filter((task) => !isOver(task)).map(({ id }) => id);
  await removeTasks(tx, forgetTasks.permit(tx, { serviceOrderId: null, activationId: null, ...set, open }), set);
  for (const task of tasks) record(tx, 'provisioning.task_deleted', task.id, taskEvent(task));
}
