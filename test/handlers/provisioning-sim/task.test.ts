import test from 'ava';
import { pauseMs } from '../../../handlers/provisioning-sim/attempt.ts';
import { Network, tally } from '../som/network.ts';

test.serial('a first attempt that fails is made again after the backoff, and only by the task it struck', async (t) => {
  const network = await Network.open({ BSS_TASK_BACKOFF_MS: '60' });
  t.teardown(() => network.close());
  await network.fault('FLT-001');
  const id = await network.add('ORD-001');
  await network.settle();
  const tasks = await network.tasks(id);
  const [history] = await network.sql<{ moves: string }>(
    "SELECT string_agg(h.trigger, ' ' ORDER BY h.id) AS moves FROM provisioning.task_history h JOIN provisioning.task k ON k.id = h.task_id WHERE k.task_type = 'HLR_PROVISION'");
  t.is(history!.moves, 'request claim postpone claim succeed');
  t.deepEqual(Object.fromEntries(tasks.map((one) => [one.taskType, one.attempts])), { HLR_PROVISION: 2, PCRF_POLICY_PUSH: 1, OCS_BALANCE_INIT: 1, ESIM_PROFILE_PREPARE: 1 });
  const told = await network.told();
  t.true(told.includes('provisioning.task_completed x4'));
  t.false(told.some((one) => /failed|held/.test(one)));
});

test.serial('the pause doubles with each attempt and keeps its bound', (t) => {
  const config = { taskBackoffMs: 200, backoffMaxSeconds: 1 };
  t.deepEqual([1, 2, 3, 4, 5, 400].map((attempts) => pauseMs(config, attempts)), [200, 400, 800, 1000, 1000, 1000]);
});

test.serial('a task whose worker went away is taken up again when its lease has lapsed', async (t) => {
  const network = await Network.open({}, false);
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  network.startOrders();
  await network.until("SELECT 1 FROM service_inventory.service_order WHERE state = 'inProgress'");
  await network.pump();
  await network.sql(`UPDATE provisioning.task SET state = 'running', attempts = 1, lease_until_ms = CASE task_type WHEN 'HLR_PROVISION' THEN 0 END
    WHERE task_type IN ('HLR_PROVISION', 'OCS_BALANCE_INIT')`);
  network.start();
  await network.settle();
  const tasks = await network.tasks(id);
  t.deepEqual(tasks.map(({ state }) => state), ['completed', 'completed', 'completed', 'completed']);
  t.deepEqual(Object.fromEntries(tasks.map((one) => [one.taskType, one.attempts])), { HLR_PROVISION: 2, PCRF_POLICY_PUSH: 1, OCS_BALANCE_INIT: 2, ESIM_PROFILE_PREPARE: 1 });
});

test.serial('a task that somebody else works on is left alone', async (t) => {
  const network = await Network.open({}, false);
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  network.startOrders();
  await network.until("SELECT 1 FROM service_inventory.service_order WHERE state = 'inProgress'");
  await network.pump();
  await network.sql("UPDATE provisioning.task SET state = 'running', attempts = 1, lease_until_ms = 99999999999999 WHERE task_type = 'HLR_PROVISION'");
  network.start();
  await network.until("SELECT 1 FROM provisioning.task WHERE state = 'completed' HAVING count(*) = 3");
  t.like((await network.tasks(id)).find(({ taskType }) => taskType === 'HLR_PROVISION'), { state: 'running', attempts: 1 });
});

test.serial('the simulated network takes its time side by side, a slow task two to five times as long', async (t) => {
  const network = await Network.open({ BSS_SIM_NETWORK: 'real' });
  t.teardown(() => network.close());
  await network.fault('FLT-003');
  const id = await network.add('ORD-001');
  await network.settle();
  const took = Object.fromEntries((await network.tasks(id)).map((one) => [one.taskType, one.durationMs]));
  t.like(took, { HLR_PROVISION: 500, OCS_BALANCE_INIT: 200, ESIM_PROFILE_PREPARE: 400 });
  t.true(took['PCRF_POLICY_PUSH'] >= 600 && took['PCRF_POLICY_PUSH'] <= 1500, String(took['PCRF_POLICY_PUSH']));
});

test.serial('the same task is struck by the same fault in every run', async (t) => {
  const struck: string[][] = [];
  for (let run = 0; run < 2; run += 1) {
    const network = await Network.open();
    t.teardown(() => network.close());
    await network.fault('FLT-001', { probability: 0.5 });
    for (const n of [1, 2, 3, 4, 5, 6]) await network.line(`ORD-00${n}`, `SUB-00${n}`);
    const tasks = (await network.call('provisioning.listTask', { query: { taskType: 'HLR_PROVISION' } })).body;
    struck.push(tasks.filter(({ attempts }: { attempts: number }) => attempts === 2).map(({ id }: { id: string }) => id));
    t.true(struck.at(-1)!.length > 0 && struck.at(-1)!.length < 6);
  }
  t.deepEqual(struck[0], struck[1]);
});

test.serial('a fault rule is switched on, tuned and told of; a probability is a share', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const { body: rules } = await network.call('provisioning.listFaultRule');
  t.deepEqual(rules.map(({ id, enabled }: { id: string; enabled: boolean }) => [id, enabled]), [1, 2, 3, 4, 5, 6].map((n) => [`FLT-00${n}`, false]));
  const { body } = await network.call('provisioning.patchFaultRule', { id: 'FLT-001', body: { enabled: true, probability: 1 } });
  t.like(body, { id: 'FLT-001', enabled: true, probability: 1, kind: 'fail_first_attempt' });
  await network.call('provisioning.patchFaultRule', { id: 'FLT-001', body: { enabled: true } });
  const events = await network.events();
  t.deepEqual(events.map(({ type, id }) => [type, id]), [['provisioning.fault_changed', 'FLT-001']]);
  t.deepEqual(events[0]!.payload['changed'], ['enabled', 'probability']);
  const refusal = await network.refusal('provisioning.patchFaultRule', { id: 'FLT-001', body: { probability: 1.5 } });
  t.is(refusal.rule, 'provisioning.fault.probability_invalid');
  t.like(refusal.context, { faultRuleId: 'FLT-001', probability: 1.5, state: 'enabled' });
  t.is((await network.call('provisioning.listFaultRule', { query: { enabled: true } })).body.length, 1);
});

test.serial('tasks are listed by what they belong to, page by page, and shown with their history\'s end', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  await network.add('ORD-002');
  await network.settle();
  t.is((await network.call('provisioning.listTask', { query: { orderId: 'ORD-002' } })).body.length, 4);
  const page = await network.call('provisioning.listTask', { query: { state: 'completed', limit: 3, offset: 3 } });
  t.is(page.status, 206);
  t.like(page.headers, { 'X-Total-Count': '8', 'X-Result-Count': '3' });
  const [task] = await network.tasks(id);
  const shown = (await network.call('provisioning.retrieveTask', { id: task.id })).body;
  t.like(shown, { serviceOrderId: id, orderId: 'ORD-001', customerId: 'CUST-001', action: 'add', state: 'completed', maxAttempts: 3, lastError: null });
  await t.throwsAsync(network.call('provisioning.retrieveTask', { id: 'PTK-999' }), { message: /no task/ });
});

test.serial('a request delivered twice makes one task', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.add('ORD-001');
  await network.settle();
  const requested = (await network.events()).filter(({ type }) => type === 'service_order.task_requested');
  for (const { id, payload } of requested) await network.say('service_order.task_requested', 'service_order', id, payload);
  await network.settle();
  t.is((await network.call('provisioning.listTask')).body.length, 4);
  t.deepEqual(tally((await network.events()).map(({ type }) => type)), []);
});
