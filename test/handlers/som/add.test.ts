import test from 'ava';
import { Network, serviceOrderEvents, tally } from './network.ts';

test.serial('an add reserves, runs four tasks side by side and activates three services, with exactly the events of the macro', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  await network.settle();
  t.deepEqual(await network.told(), tally([...serviceOrderEvents(4, 6), ...Array.from({ length: 3 }, () => 'service.created')]));
  t.deepEqual(await network.states(), ['active', 'active', 'active']);
  t.deepEqual(network.inventory, [{ call: 'reserve', key: id, body: { orderId: 'ORD-001', customerId: 'CUST-001', msisdnPreference: '90000042' } }]);
  const { body } = await network.call('TMF641.retrieveServiceOrder', { id });
  t.like(body, { state: 'completed', externalId: 'ORD-001', serviceOrderItem: [{ action: 'add', state: 'completed' }] });
  const { service } = body.serviceOrderItem[0];
  const values = Object.fromEntries(service.serviceCharacteristic.map((one: { name: string; value: string }) => [one.name, one.value]));
  t.like(values, { msisdn: '90000001', iccid: '8965010000000000001', imsi: '001010000000001' });
  t.deepEqual((await network.tasks(id)).map(({ state, attempts }) => [state, attempts]), Array.from({ length: 4 }, () => ['completed', 1]));
  t.deepEqual(await network.broken(), []);
});

test.serial('every event of an add belongs to the one who asked, in one trace', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  await network.add('ORD-001', { actor: 'bob', channel: 'portal_csr', trace });
  await network.settle();
  const events = await network.events();
  t.is(events.length, 24);
  t.deepEqual([...new Set(events.map(({ actor, channel, traceId }) => `${actor} ${channel} ${traceId}`))], [`bob portal_csr ${trace.traceId}`]);
  for (const { payload, type } of events) t.is(payload['customerId'], 'CUST-001', type);
});

test.serial('a product order has one service order to add its service, however often and however fast it asks', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const ids = await Promise.all([1, 2, 3, 4].map(() => network.add('ORD-001')));
  await network.settle();
  t.is(new Set(ids).size, 1);
  t.true(ids.includes(await network.add('ORD-001')));
  t.deepEqual((await network.told()).find((one) => one.startsWith('service_order.acknowledged')), 'service_order.acknowledged');
});

test.serial('an empty pool fails the order before any service is made', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  network.numbersLeft = 0;
  const id = await network.add('ORD-001');
  await network.settle();
  t.deepEqual(await network.told(), ['service_order.acknowledged', 'service_order.failed']);
  const { body } = await network.call('TMF641.retrieveServiceOrder', { id });
  t.is(body.state, 'failed');
  t.like(body.errorMessage, [{ code: 'msisdn.reserve.pool_empty', message: 'no number is left' }]);
  for (const [query, found] of [[{ 'errorMessage.code': 'msisdn.reserve.pool_empty' }, 1], [{ 'errorMessage.message': 'no number is left' }, 1], [{ 'errorMessage.code': 'other' }, 0]] as const) {
    t.is((await network.call('TMF641.listServiceOrder', { query })).body.length, found, JSON.stringify(query));
  }
  t.deepEqual(network.inventory.map(({ call }) => call), ['reserve']);
});

test.serial('a neighbour that is away is asked again until it answers', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  let calls = 0;
  network.beforeInventory = async () => {
    calls += 1;
    if (calls === 1) throw new TypeError('fetch failed');
  };
  await network.add('ORD-001');
  await network.settle();
  t.is(calls, 2);
  t.deepEqual(await network.states(), ['active', 'active', 'active']);
});

test.serial('a service order that is no part of a product order is recorded, rejected and moves nothing', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const body = { serviceOrderItem: [{ id: '1', action: 'add', service: { serviceSpecification: { id: 'CFS_UNHEARD_OF' } } }] };
  const { status, body: order } = await network.call('TMF641.createServiceOrder', { body });
  t.is(status, 201);
  t.like(order, { state: 'rejected', policyViolation: { reason: 'service_order.create.specification_unknown' } });
  t.truthy(order.policyViolation.fix[0].hint);
  t.like(order.policyViolation.context, { specificationId: 'CFS_UNHEARD_OF' });
  await network.settle();
  t.deepEqual(await network.told(), ['service_order.acknowledged', 'service_order.rejected']);
  t.is((await network.call('TMF641.deleteServiceOrder', { id: order.id })).status, 204);
});

test.serial('nobody but the order saga moves the network with a service order', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = await network.add('ORD-001', { role: 'engineer' });
  await network.settle();
  t.is((await network.call('TMF641.retrieveServiceOrder', { id })).body.state, 'rejected');
  t.deepEqual(network.inventory, []);
});
