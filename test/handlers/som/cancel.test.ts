import test from 'ava';
import { Network } from './network.ts';

const ask = (network: Network, id: string) => network.call('TMF641.createCancelServiceOrder', { body: { serviceOrder: { id }, cancellationReason: 'changed mind' } });

test.serial('an order no task of which was claimed is cancelled, its tasks with it, and the number given back', async (t) => {
  const network = await Network.open({}, false);
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  network.startOrders();
  await network.until("SELECT 1 FROM service_inventory.service_order WHERE state = 'inProgress'");
  const { body: request } = await ask(network, id);
  t.is(request.state, 'inProgress');
  await network.until("SELECT 1 FROM service_inventory.service_order WHERE state = 'cancelled'");
  network.start();
  await network.settle();
  t.is((await network.call('TMF641.retrieveCancelServiceOrder', { id: request.id })).body.state, 'done');
  t.deepEqual([...new Set((await network.tasks(id)).map(({ state }) => state))], ['cancelled']);
  t.like(network.inventory.at(-1), { call: 'release', body: { hlrProvisioned: false } });
  t.deepEqual(await network.states(), ['terminated', 'terminated', 'terminated']);
  const told = await network.told();
  for (const type of ['cancel_order.created', 'cancel_order.state_changed x2', 'service_order.cancelled', 'provisioning.task_cancelled x4', 'service.state_changed x6']) {
    t.true(told.includes(type), `${type} in ${told.join(', ')}`);
  }
});

test.serial('an order that has not begun is called off before it reserves anything', async (t) => {
  const network = await Network.open({}, false);
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  const { body: request } = await ask(network, id);
  t.is((await ask(network, id)).body.id, request.id);
  network.start();
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'cancelled');
  t.is((await network.call('TMF641.retrieveCancelServiceOrder', { id: request.id })).body.state, 'done');
  t.false(network.inventory.some(({ call }) => call === 'reserve'));
});

test.serial('a request that finds a task claimed ends with an error and the order goes on', async (t) => {
  const network = await Network.open({}, false);
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  network.startOrders();
  await network.until("SELECT 1 FROM service_inventory.service_order WHERE state = 'inProgress'");
  await network.pump();
  await network.sql("UPDATE provisioning.task SET state = 'running', attempts = 1, lease_until_ms = 0 WHERE task_type = 'HLR_PROVISION'");
  const { body: request } = await ask(network, id);
  network.start();
  await network.settle();
  const { body } = await network.call('TMF641.retrieveCancelServiceOrder', { id: request.id });
  t.like(body, { state: 'terminatedWithError', policyViolation: { reason: 'service_order.cancel.task_claimed' } });
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'completed');
});

test.serial('an order whose task has failed, or that has ended, is not cancelled any more', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  await network.settle();
  const refusal = await network.refusal('TMF641.createCancelServiceOrder', { body: { serviceOrder: { id } } });
  t.is(refusal.rule, 'service_order.transition.invalid');
  t.like(refusal.context, { serviceOrderId: id, state: 'completed', trigger: 'cancel' });
  t.is((await network.refusal('TMF641.createCancelServiceOrder', { body: { serviceOrder: { id: 'SO-999' } } })).rule, 'reference.id.unknown');
});

test.serial('a request for an order we do not hold is stored and never followed', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  t.is((await ask(network, 'foreign-7')).body.state, 'accepted');
  await network.settle();
  t.deepEqual(await network.told(), ['cancel_order.created', 'cancel_order.information_required']);
});

test.serial('an order of which a task is known to be done is not cancelled, and what has had effects is not deleted', async (t) => {
  const network = await Network.open({}, false);
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  network.startOrders();
  await network.until("SELECT 1 FROM service_inventory.service_order WHERE state = 'inProgress'");
  await network.pump();
  await network.sql("UPDATE provisioning.task SET state = 'running', attempts = 1, lease_until_ms = 99999999999999 WHERE task_type = 'HLR_PROVISION'");
  network.start();
  await network.until("SELECT 1 FROM service_inventory.service_order_task WHERE state = 'completed'");
  const refusal = await network.refusal('TMF641.createCancelServiceOrder', { body: { serviceOrder: { id } } });
  t.is(refusal.rule, 'service_order.cancel.task_claimed');
  t.like(refusal.context, { serviceOrderId: id, state: 'inProgress' });
  t.regex(String(refusal.context['taskId']), /^PTK-/);
  t.truthy(refusal.fix[0]?.hint);
  const kept = await network.refusal('TMF641.deleteServiceOrder', { id });
  t.is(kept.rule, 'service_order.delete.has_effects');
  t.deepEqual(kept.context['references'], ['SVC-001']);
});
