import type { Tx } from '#db/database';
import type { ProvisioningSimHandlers } from '#generated/stubs/provisioning-sim';
import { resolveRules, retryRules, type TaskTrigger } from '#policy/task';
import { enforce, type Rule } from '#policy/rule';
import type { TaskFacts } from '#policy/task';
import { NotFound } from '#runtime/errors';
import type { Worker } from '#runtime/worker';
import { listed } from '../list.ts';
import { etagOf } from '../resource/etag.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { go } from './attempt.ts';
import { factsOf, findTask, listTasks, lockTask, showTask, type Task } from './task.ts';

type Keys = 'provisioning.listTask' | 'provisioning.retrieveTask' | 'provisioning.resolveTask' | 'provisioning.retryTask';

/** What an operator sees of the tasks, and does about those that do not end by themselves. */
export const taskRoutes = (service: Service, tasks: Worker): Pick<ProvisioningSimHandlers, Keys> => ({
  async 'provisioning.listTask'({ query }) {
    const page = pageOf(query, service.config);
    const { rows, total } = await listTasks(service.db, query, page.limit, page.offset);
    return listed(query, page, service.href('/bss-api/provisioning/v1/task'), rows.map((row) => showTask(service, row)), total);
  },
  async 'provisioning.retrieveTask'({ params }) {
    const task = await findTask(service.db, params.id);
    if (!task) throw new NotFound('task', params.id);
    return { body: showTask(service, task), headers: { ETag: etagOf(task) } };
  },
  'provisioning.resolveTask': async ({ params, body }) =>
    ({ body: showTask(service, await again(service, tasks, params.id, { trigger: 'resolve', rules: resolveRules, note: body.note ?? null })) }),
  'provisioning.retryTask': async ({ params, body }) =>
    ({ body: showTask(service, await again(service, tasks, params.id, { trigger: 'retry', rules: retryRules, note: body?.note ?? null })) }),
});

interface Again {
  readonly trigger: Extract<TaskTrigger, 'resolve' | 'retry'>;
  readonly rules: readonly Rule<TaskFacts>[];
  readonly note: string | null;
}

/** Puts the same task back into the queue, attempts at zero; its next attempt plays no fault (DOMAIN §4). */
const again = (service: Service, tasks: Worker, id: string, { trigger, rules, note }: Again): Promise<Task> =>
  service.db.tx(async (tx: Tx) => {
    const task = await lockTask(tx, id);
    if (!task) throw new NotFound('task', id);
    enforce(rules, factsOf(task, note));
    tx.afterCommit(() => tasks.nudge());
    return go(tx, service, task, trigger, { attempts: 0, skipFaults: true, note, nextRunMs: service.clock.tick(), finishedAt: null }, note);
  });
