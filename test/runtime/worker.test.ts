import test from 'ava';
import { sleep } from '#runtime/clock';
import { current } from '#runtime/context';
import { loggerOf } from '#runtime/logger';
import { Worker } from '#runtime/worker';

const workerOf = (everyMs: number, run: () => Promise<boolean>): Worker =>
  new Worker({ name: 'test', service: 'crm', everyMs, log: loggerOf('test', 'silent'), run });

test('a worker goes on while there is more, then waits for a nudge', async (t) => {
  let runs = 0;
  const worker = workerOf(60_000, async () => {
    runs += 1;
    return runs < 3;
  });
  worker.start();
  await sleep(30);
  t.is(runs, 3);
  worker.nudge();
  await sleep(30);
  t.is(runs, 4);
  await worker.stop();
});

test('a nudge during a batch is not lost', async (t) => {
  let runs = 0;
  const worker = workerOf(60_000, async () => {
    runs += 1;
    if (runs === 1) worker.nudge();
    return false;
  });
  worker.start();
  await sleep(30);
  t.is(runs, 2);
  await worker.stop();
});

test('it works as its service, each batch in a trace of its own', async (t) => {
  const traces = new Set<string>();
  const worker = workerOf(5, async () => {
    t.is(current()?.serviceIdentity, 'crm');
    traces.add(current()?.trace.traceId ?? '');
    return traces.size < 3;
  });
  worker.start();
  await sleep(30);
  await worker.stop();
  t.true(traces.size >= 3);
});

test('a stop waits for the batch being worked on and lets none follow', async (t) => {
  const log: string[] = [];
  const worker = workerOf(1, async () => {
    log.push('begin');
    await sleep(40);
    log.push('end');
    return true;
  });
  worker.start();
  await sleep(10);
  await worker.stop();
  t.deepEqual(log, ['begin', 'end']);
});

test('it says why nothing is done: not started, failing time and again, stopped', async (t) => {
  let fails = true;
  const worker = workerOf(10, async () => {
    if (fails) throw new Error('away');
    return false;
  });
  t.is(worker.trouble, 'does not run');
  worker.start();
  await sleep(50);
  t.is(worker.trouble, null, 'one failure is no trouble yet');
  for (let i = 0; i < 500 && worker.trouble === null; i += 1) await sleep(10);
  t.is(worker.trouble, 'has failed 5 times in a row');
  fails = false;
  for (let i = 0; i < 500 && worker.trouble !== null; i += 1) await sleep(10);
  t.is(worker.trouble, null);
  await worker.stop();
  t.is(worker.trouble, 'does not run');
});
