import test, { type ExecutionContext } from 'ava';
import { retentionSweep } from '../../../handlers/provisioning-sim/retention.ts';
import type { SweepResult } from '../../../handlers/sweep.ts';
import { Network, tally } from '../som/network.ts';

const dayMs = 86_400_000;
const known = { state: 'active', serviceSpecification: { id: 'CFS_MOBILE_BROADBAND' } };
const nothing = { examined: 0, changed: 0, failed: 0 };

async function opened(t: ExecutionContext, environment: Readonly<Record<string, string>> = {}): Promise<Network> {
  const network = await Network.open(environment);
  t.teardown(() => network.close());
  return network;
}

const sweep = (network: Network): Promise<SweepResult> => network.as({}, () => retentionSweep(network.sim).run());
const due = async (network: Network): Promise<string | undefined> => (await retentionSweep(network.sim).due())?.toISOString();
const monitors = async (network: Network): Promise<number> => (await network.call('TMF640.listMonitor')).body.length;

test.serial('the tasks of an order and its monitors go 90 days after the last of them was over', async (t) => {
  const network = await opened(t);
  t.is(await due(network), undefined);
  const id = await network.add('ORD-001');
  await network.settle();
  await network.events();
  t.is(await monitors(network), 4);
  t.is(await due(network), '2026-07-10T09:00:00.000Z');
  network.clock.advance(90 * dayMs - 1);
  t.deepEqual(await sweep(network), nothing);
  network.clock.advance(1);
  t.deepEqual(await sweep(network), { examined: 4, changed: 4, failed: 0 });
  t.deepEqual(await sweep(network), nothing);
  t.is(await monitors(network), 0);
  t.deepEqual(await network.tasks(id), []);
  t.is(await due(network), undefined);
  const told = await network.events();
  t.deepEqual(tally(told.map(({ type }) => type)), ['provisioning.task_deleted x4']);
  t.like(told[0]!.payload, { serviceOrderId: id, orderId: 'ORD-001', attempts: 1 });
  t.deepEqual(await network.sql('SELECT 1 FROM provisioning.task_history'), []);
  t.deepEqual(await network.broken(), []);
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'completed', 'the order itself stays');
});

test.serial('an activation asked for through TMF640 goes with its tasks, the service stays', async (t) => {
  const network = await opened(t);
  const { headers } = await network.call('TMF640.createService', { body: known });
  await network.settle();
  await network.events();
  network.clock.advance(90 * dayMs);
  t.deepEqual(await sweep(network), { examined: 5, changed: 5, failed: 0 });
  t.is(await monitors(network), 0);
  const told = await network.events();
  t.deepEqual(tally(told.map(({ type }) => type)), ['provisioning.task_deleted x5']);
  t.is(told.at(-1)!.id, headers['monitorId']!);
  const id = headers['Location']!.split('/').at(-1)!;
  t.is((await network.call('TMF640.retrieveService', { id })).body.state, 'active');
  await network.call('TMF640.patchService', { id, body: { state: 'inactive' } });
  await network.settle();
  t.is((await network.call('TMF640.retrieveService', { id })).body.state, 'inactive', 'and goes on');
});

test.serial('nothing goes of an order that waits for an operator, until that is over as well', async (t) => {
  const network = await opened(t);
  await network.fault('FLT-002', { kind: 'stuck' });
  const id = await network.add('ORD-001');
  await network.settle();
  const [stuck] = (await network.tasks(id)).filter(({ state }) => state === 'stuck');
  network.clock.advance(200 * dayMs);
  t.is(await due(network), undefined);
  t.deepEqual(await sweep(network), nothing);
  t.is(await monitors(network), 4);
  await network.call('provisioning.resolveTask', { id: String(stuck.id), body: { note: 'done by hand' } });
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'completed');
  t.deepEqual(await sweep(network), nothing, 'over just now');
  network.clock.advance(90 * dayMs);
  t.deepEqual(await sweep(network), { examined: 4, changed: 4, failed: 0 });
});

test.serial('what an undone order left behind goes as well, the failed task included', async (t) => {
  const network = await opened(t);
  await network.fault('FLT-001', { kind: 'fail_always' });
  const id = await network.add('ORD-001');
  await network.settle();
  const tasks = await network.tasks(id);
  t.true(tasks.some(({ state }) => state === 'failed'));
  network.clock.advance(90 * dayMs);
  t.deepEqual(await sweep(network), { examined: tasks.length, changed: tasks.length, failed: 0 });
  t.deepEqual(await network.broken(), []);
});

test.serial('0 days keep them for ever', async (t) => {
  const network = await opened(t, { BSS_MONITOR_RETENTION_DAYS: '0' });
  await network.add('ORD-001');
  await network.settle();
  network.clock.advance(3000 * dayMs);
  t.is(await due(network), undefined);
  t.deepEqual(await sweep(network), nothing);
  t.is(await monitors(network), 4);
});
