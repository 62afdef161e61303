import { taskMachine } from '#policy/task';
import { sleep } from '#runtime/clock';
import { Lanes } from '#runtime/lanes';
import { runFor } from '#runtime/origin';
import { SpanKind, withSpan } from '#runtime/span';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { attempt, lapse } from './attempt.ts';
import { enabledRules, longestMs } from './fault.ts';
import { claimTasks } from './store.ts';
import type { Task } from './task.ts';

/** Tasks the simulated network works on at the same time. */
const lanesMax = 32;
const safetyNetMs = 1_000;

/** Works on tasks that are due, side by side; a task that has to be tried again wakes it when it is time. */
export function taskWorker(service: Service): Worker {
  const stopped = new AbortController();
  const lanes = new Lanes(lanesMax, () => worker.nudge());
  const carryOut = async (task: Task, work: () => Promise<number | null>): Promise<void> => {
    const dueMs = await guarded(service, task, work);
    if (dueMs !== null) void sleep(Math.max(0, dueMs - service.clock.tick()), stopped.signal).then(() => worker.nudge());
  };
  let lookedMs = 0;
  /** Whoever died did so some time ago: a look now and then is enough, the first one at the start. */
  const takeUpLapsed = async (): Promise<void> => {
    const nowMs = service.clock.tick();
    if (nowMs - lookedMs < safetyNetMs || lanes.free === 0) return;
    lookedMs = nowMs;
    for (const task of await lapsedTasks(service, nowMs, lanes.free)) lanes.start(() => carryOut(task, () => lapse(service, task)));
  };
  const worker = service.worker({
    name: 'provisioning.task', everyMs: safetyNetMs,
    run: async () => {
      await takeUpLapsed();
      const wanted = lanes.free;
      if (wanted === 0) return false;
      const claimed = await claim(service, wanted);
      const rules = claimed.length === 0 ? [] : await enabledRules(service.db);
      for (const task of claimed) lanes.start(() => carryOut(task, () => attempt(service, task, rules)));
      return claimed.length === wanted && lanes.free > 0;
    },
    drain: async () => {
      stopped.abort();
      await lanes.idle();
    },
  });
  return worker;
}

/** Never rejects: what goes wrong outside the attempt is tried again when the lease lapses. */
async function guarded(service: Service, task: Task, work: () => Promise<number | null>): Promise<number | null> {
  try {
    return await runFor(service.name, task, () => withSpan(`task ${task.taskType}`, SpanKind.INTERNAL, work));
  } catch (error) {
    service.log.error({ err: error, taskId: task.id }, 'a task was interrupted; it goes on when its lease lapses');
    return null;
  }
}

const claim = (service: Service, most: number): Promise<Task[]> =>
  service.db.tx((tx) => {
    const { config, clock } = service;
    const perDurationMs = config.simNetwork === 'real' ? longestMs(1) : 0;
    return claimTasks(tx, taskMachine.move(tx, 'pending', 'claim', null), {
      at: clock.now(), nowMs: clock.tick(), leaseMs: config.leaseSeconds * 1000, perDurationMs, most,
    });
  });

/** Tasks that somebody began and never ended. */
const lapsedTasks = ({ db }: Service, nowMs: number, most: number): Promise<Task[]> =>
  db.read<Task>(
    `SELECT * FROM provisioning.task WHERE state = 'running' AND (lease_until_ms IS NULL OR lease_until_ms <= $1) ORDER BY next_run_ms LIMIT $2`, [nowMs, most]);
