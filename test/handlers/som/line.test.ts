import test from 'ava';
import { Network, serviceOrderEvents, tally } from './network.ts';

test.serial('a line that is blocked and unblocked has its services suspended and resumed', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const serviceId = await network.line('ORD-001', 'SUB-001');
  await network.events();
  await network.lineSays('SUB-001', 'subscription.blocked');
  await network.settle();
  t.deepEqual(await network.told(), tally(serviceOrderEvents(2, 3)));
  t.deepEqual(await network.states(), ['inactive', 'inactive', 'inactive']);
  await network.lineSays('SUB-001', 'subscription.unblocked');
  await network.settle();
  t.deepEqual(await network.told(), tally(serviceOrderEvents(2, 3)));
  const { body } = await network.call('TMF638.retrieveService', { id: serviceId });
  t.like(body, { state: 'active', category: 'CFS', serviceSpecification: { id: 'CFS_MOBILE_BROADBAND' } });
  t.is(body.supportingService.length, 2);
  t.is(body.serviceCharacteristic.find(({ name }: { name: string }) => name === 'subscriptionId').value, 'SUB-001');
});

test.serial('service orders of a line run one at a time and end at its newest wish', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.line('ORD-001', 'SUB-001');
  await network.events();
  await network.sql("INSERT INTO provisioning.fault_rule SELECT 'FLT-007', 1, 'PCRF_BLOCK', 'stuck', 1, true, created_at, updated_at FROM provisioning.fault_rule WHERE id = 'FLT-001'");
  await network.lineSays('SUB-001', 'subscription.blocked');
  await network.settle();
  for (const says of ['subscription.unblocked', 'subscription.blocked', 'subscription.unblocked'] as const) await network.lineSays('SUB-001', says);
  await network.settle();
  const [held] = await network.sql<{ id: string; count: string }>("SELECT max(id) AS id, count(*) AS count FROM service_inventory.service_order WHERE state = 'held'");
  t.is(Number(held!.count), 1);
  const stuck = (await network.tasks(held!.id)).find(({ state }) => state === 'stuck');
  await network.call('provisioning.resolveTask', { id: stuck.id, body: { note: 'rebooted' } });
  await network.settle();
  const orders = await network.sql<{ action: string; state: string }>('SELECT action, state FROM service_inventory.service_order ORDER BY length(id), id');
  t.deepEqual(orders.map(({ action, state }) => `${action} ${state}`), ['add completed', 'suspend completed', 'resume completed']);
  t.deepEqual(await network.states(), ['active', 'active', 'active']);
});

test.serial('a wish that arrives late does not undo a newer one', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.line('ORD-001', 'SUB-001');
  await network.lineSays('SUB-001', 'subscription.blocked', {}, 10);
  await network.settle();
  await network.lineSays('SUB-001', 'subscription.unblocked', {}, 9);
  await network.settle();
  t.deepEqual(await network.states(), ['inactive', 'inactive', 'inactive']);
});

test.serial('a line that ends is taken out of the network, also while it is blocked', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.line('ORD-001', 'SUB-001');
  await network.lineSays('SUB-001', 'subscription.blocked');
  await network.settle();
  await network.events();
  await network.lineSays('SUB-001', 'subscription.terminated');
  await network.settle();
  const events = await network.events();
  t.deepEqual(tally(events.map(({ type }) => type)), tally(serviceOrderEvents(4, 3)));
  const { payload } = events.find(({ type }) => type === 'service_order.completed')!;
  t.like(payload, { action: 'delete', orderId: 'ORD-001', subscriptionId: 'SUB-001', customerId: 'CUST-001', msisdn: '90000001', iccid: '8965010000000000001' });
  t.deepEqual(await network.states(), ['terminated', 'terminated', 'terminated']);
  await network.lineSays('SUB-001', 'subscription.blocked');
  await network.settle();
  t.deepEqual(await network.events(), []);
});

test.serial('a removal whose task fails is held, and goes on when the task is retried', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.line('ORD-001', 'SUB-001');
  await network.fault('FLT-006', { kind: 'fail_always' });
  await network.events();
  await network.lineSays('SUB-001', 'subscription.terminated');
  await network.settle();
  t.true((await network.told()).includes('service_order.held'));
  t.deepEqual(await network.states(), ['active', 'active', 'active']);
  const [failed] = (await network.call('provisioning.listTask', { query: { state: 'failed' } })).body;
  t.like(failed, { taskType: 'HLR_DEPROVISION', attempts: 3 });
  await network.call('provisioning.retryTask', { id: failed.id, body: {} });
  await network.settle();
  t.deepEqual(await network.told(), [
    'provisioning.task_completed', 'provisioning.task_retried', 'service.state_changed x3', 'service_order.completed', 'service_order.in_progress',
  ]);
});

test.serial('a change of plan pushes policy and moves no service', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.line('ORD-001', 'SUB-001');
  await network.events();
  await network.lineSays('SUB-001', 'subscription.plan_changed');
  await network.settle();
  t.deepEqual(await network.told(), tally(serviceOrderEvents(2, 0)));
});

test.serial('a service that came to no line is removed at the order saga\'s request', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.add('ORD-001');
  await network.settle();
  await network.events();
  const body = { externalId: 'ORD-001', serviceOrderItem: [{ id: '1', action: 'delete', service: {} }] };
  const [first, second] = [await network.call('TMF641.createServiceOrder', { body }), await network.call('TMF641.createServiceOrder', { body })];
  t.is(first.body.id, second.body.id);
  await network.settle();
  t.deepEqual(await network.told(), tally(serviceOrderEvents(4, 3)));
});

test.serial('an event of a line whose service is not here yet is delivered again', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await t.throwsAsync(network.lineSays('SUB-001', 'subscription.blocked'), { message: /has no service here/ });
});
