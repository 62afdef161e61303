import test from 'ava';
import { Network } from './network.ts';

/** Long enough for the other tasks to be done before the failing one gives up. */
const patient = { BSS_TASK_BACKOFF_MS: '300' };

const undone = (events: readonly string[]): string[] => events.filter((one) => /failed|cancelled|jeopardy|held/.test(one));

test.serial('a task that fails for good undoes the add: the others are taken back, the number rests unless the register never knew it', async (t) => {
  const network = await Network.open(patient);
  t.teardown(() => network.close());
  await network.fault('FLT-001', { kind: 'fail_always' });
  const id = await network.add('ORD-001');
  await network.settle();
  const { body } = await network.call('TMF641.retrieveServiceOrder', { id });
  t.is(body.state, 'failed');
  t.regex(body.errorMessage[0].message, /HLR_PROVISION failed/);
  t.is(body.errorMessage[0].code, undefined);
  const tasks = await network.tasks(id);
  t.like(tasks.find(({ taskType }) => taskType === 'HLR_PROVISION'), { state: 'failed', attempts: 3, maxAttempts: 3, faultKind: 'fail_always' });
  const removals = tasks.filter(({ maxAttempts }) => maxAttempts === null).map(({ taskType, state }) => `${taskType} ${state}`);
  t.deepEqual(removals.toSorted(), ['ESIM_PROFILE_DELETE completed', 'OCS_BALANCE_CLOSE completed', 'PCRF_POLICY_REMOVE completed']);
  t.deepEqual(network.inventory.at(-1), { call: 'release', key: `${id}:release`, body: { hlrProvisioned: false, reason: body.errorMessage[0].message } });
  t.deepEqual(await network.states(), ['terminated', 'terminated', 'terminated']);
  t.deepEqual(undone(await network.told()), ['provisioning.task_failed', 'service_order.failed']);
  t.deepEqual(await network.broken(), []);
});

test.serial('a number the register has known is given back as such', async (t) => {
  const network = await Network.open(patient);
  t.teardown(() => network.close());
  await network.fault('FLT-003', { kind: 'fail_always' });
  const id = await network.add('ORD-001');
  await network.settle();
  t.like(network.inventory.at(-1), { call: 'release', body: { hlrProvisioned: true } });
  const removals = (await network.tasks(id)).filter(({ maxAttempts }) => maxAttempts === null).map(({ taskType }) => taskType);
  t.deepEqual(removals.toSorted(), ['ESIM_PROFILE_DELETE', 'HLR_DEPROVISION', 'OCS_BALANCE_CLOSE']);
});

test.serial('what is stuck or waiting when another task fails is cancelled, and the order ends all the same', async (t) => {
  const network = await Network.open(patient);
  t.teardown(() => network.close());
  await network.fault('FLT-002');
  await network.fault('FLT-004', { kind: 'fail_always' });
  const id = await network.add('ORD-001');
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'failed');
  const states = Object.fromEntries((await network.tasks(id)).map(({ taskType, state }) => [taskType, state]));
  t.like(states, { HLR_PROVISION: 'cancelled', OCS_BALANCE_INIT: 'failed', PCRF_POLICY_REMOVE: 'completed', ESIM_PROFILE_DELETE: 'completed' });
  t.is((await network.refusal('provisioning.retryTask', { id: (await network.tasks(id)).find(({ state }) => state === 'failed').id, body: {} })).rule, 'provisioning.retry.order_ended');
});

test.serial('undoing is tried until it works', async (t) => {
  const network = await Network.open({ ...patient, BSS_BACKOFF_MAX_SECONDS: '1' });
  t.teardown(() => network.close());
  await network.fault('FLT-001', { kind: 'fail_always' });
  await network.sql("INSERT INTO provisioning.fault_rule SELECT 'FLT-007', 1, 'OCS_BALANCE_CLOSE', 'fail_always', 1, true, created_at, updated_at FROM provisioning.fault_rule WHERE id = 'FLT-001'");
  const id = await network.add('ORD-001');
  await network.until("SELECT 1 FROM provisioning.task WHERE task_type = 'OCS_BALANCE_CLOSE' AND attempts > 3");
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'inProgress');
  await network.fault('FLT-007', { enabled: false });
  await network.settle();
  t.is((await network.tasks(id)).find(({ taskType }) => taskType === 'OCS_BALANCE_CLOSE').state, 'completed');
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'failed');
});

test.serial('a stuck task holds the order; freeing it lets the same task end and the order complete', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.fault('FLT-002');
  const id = await network.add('ORD-001');
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'held');
  t.deepEqual(undone(await network.told()), ['service_order.held', 'service_order.jeopardy']);
  const stuck = (await network.tasks(id)).find(({ state }) => state === 'stuck');
  t.is((await network.refusal('provisioning.resolveTask', { id: stuck.id, body: { note: ' ' } })).rule, 'provisioning.resolve.note_missing');
  t.is((await network.refusal('provisioning.retryTask', { id: stuck.id, body: {} })).rule, 'provisioning.retry.not_failed');
  await network.call('provisioning.resolveTask', { id: stuck.id, body: { note: 'card reset in the register' } });
  await network.settle();
  t.deepEqual(await network.told(), [
    'provisioning.task_completed', 'provisioning.task_resolved', 'service.state_changed x3', 'service_order.completed', 'service_order.in_progress',
  ]);
  t.like((await network.tasks(id)).find((one) => one.id === stuck.id), { state: 'completed', attempts: 1, note: 'card reset in the register' });
  t.is((await network.refusal('provisioning.resolveTask', { id: stuck.id, body: { note: 'again' } })).rule, 'provisioning.resolve.not_stuck');
});

test.serial('an order that is given up while it is held is undone, and its open tasks are called off', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.fault('FLT-002');
  const id = await network.add('ORD-001');
  await network.settle();
  const asked = { id, body: { state: 'failed' }, contentType: 'application/merge-patch+json' };
  t.is((await network.call('TMF641.patchServiceOrder', asked)).status, 200);
  await network.settle();
  const { body } = await network.call('TMF641.retrieveServiceOrder', { id });
  t.like(body, { state: 'failed', errorMessage: [{ message: 'given up by alice' }] });
  t.deepEqual(undone(await network.told()), ['provisioning.task_cancelled', 'service_order.failed', 'service_order.held', 'service_order.jeopardy x2']);
  t.deepEqual(await network.states(), ['terminated', 'terminated', 'terminated']);
  t.is((await network.tasks(id)).find(({ taskType }) => taskType === 'HLR_PROVISION').state, 'cancelled');
  t.is((await network.call('TMF641.patchServiceOrder', asked)).status, 200);
});

test.serial('a completed order cannot be given up', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  await network.settle();
  t.is((await network.refusal('TMF641.patchServiceOrder', { id, body: { state: 'failed' } })).rule, 'service_order.patch.field_locked');
});

test.serial('an order given up while its number is being reserved gives the number back', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const placed = Promise.withResolvers<string>();
  network.beforeInventory = async () => {
    network.beforeInventory = async () => undefined;
    await network.call('TMF641.patchServiceOrder', { id: await placed.promise, body: { state: 'failed' } });
  };
  const id = await network.add('ORD-001');
  placed.resolve(id);
  await network.settle();
  const { state } = (await network.call('TMF641.retrieveServiceOrder', { id })).body;
  t.is(state, 'failed');
  t.deepEqual(network.inventory.map(({ call }) => call), ['reserve', 'release']);
  t.deepEqual(await network.states(), []);
});

test.serial('a task that is done only after another failed is taken back as well', async (t) => {
  const network = await Network.open({ BSS_SIM_NETWORK: 'real', BSS_TASK_MAX_ATTEMPTS: '1' });
  t.teardown(() => network.close());
  await network.fault('FLT-004', { kind: 'fail_always' });
  const id = await network.add('ORD-001');
  await network.settle();
  const removals = (await network.tasks(id)).filter(({ maxAttempts }) => maxAttempts === null).map(({ taskType, state }) => `${taskType} ${state}`);
  t.deepEqual(removals.toSorted(), ['ESIM_PROFILE_DELETE completed', 'HLR_DEPROVISION completed', 'PCRF_POLICY_REMOVE completed']);
  t.like(network.inventory.at(-1), { call: 'release', body: { hlrProvisioned: true } });
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'failed');
});

test.serial('undoing that gets stuck holds the order until an operator frees it', async (t) => {
  const network = await Network.open(patient);
  t.teardown(() => network.close());
  await network.fault('FLT-003', { kind: 'fail_always' });
  await network.fault('FLT-006');
  const id = await network.add('ORD-001');
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'held');
  const stuck = (await network.tasks(id)).find(({ state }) => state === 'stuck');
  t.is(stuck.taskType, 'HLR_DEPROVISION');
  await network.call('provisioning.resolveTask', { id: stuck.id, body: { note: 'entry removed by hand' } });
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'failed');
  t.is((await network.states()).join(), 'terminated,terminated,terminated');
});
