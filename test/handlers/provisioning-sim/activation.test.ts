import test from 'ava';
import { Network } from '../som/network.ts';

const known = { state: 'active', serviceSpecification: { id: 'CFS_MOBILE_BROADBAND', name: 'Mobile broadband' }, serviceCharacteristic: [{ name: 'msisdn', value: '90000001' }] };

test.serial('a service the network knows is activated by its tasks; the monitor ends Completed', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const { status, headers } = await network.call('TMF640.createService', { body: known });
  t.is(status, 202);
  const id = headers['Location']!.split('/').at(-1)!;
  await network.settle();
  t.is((await network.call('TMF640.retrieveService', { id })).body.state, 'active');
  const monitor = (await network.call('TMF640.retrieveMonitor', { id: headers['monitorId']! })).body;
  t.like(monitor, { state: 'Completed', sourceHref: headers['Location'] });
  const { body: same } = await network.call('TMF640.listMonitor', { query: { sourceHref: headers['Location'], state: 'Completed' } });
  t.is(same.length, 5);
  t.deepEqual(await network.told(), ['provisioning.task_completed x4', 'provisioning.task_created x4', 'service.created', 'service.state_changed x2']);
});

test.serial('an active service is suspended, resumed and ended by a change of its state, never in one step that the network cannot take', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = (await network.call('TMF640.createService', { body: known })).headers['Location']!.split('/').at(-1)!;
  await network.settle();
  t.is((await network.refusal('TMF640.patchService', { id, body: { state: 'reserved' } })).rule, 'service.patch.field_locked');
  for (const state of ['inactive', 'active', 'inactive', 'terminated']) {
    const patched = await network.call('TMF640.patchService', { id, body: { state } });
    t.not(patched.body.state, state);
    t.truthy(patched.headers['monitorId']);
    await network.settle();
    t.is((await network.call('TMF640.retrieveService', { id })).body.state, state);
  }
  t.is((await network.refusal('TMF640.deleteService', { id })).rule, 'service.delete.has_effects');
});

test.serial('an activation that fails says so and leaves the service where it was', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.fault('FLT-001', { kind: 'fail_always' });
  const { headers } = await network.call('TMF640.createService', { body: known });
  await network.settle();
  t.is((await network.call('TMF640.retrieveMonitor', { id: headers['monitorId']! })).body.state, 'Failed');
  t.is((await network.call('TMF640.retrieveService', { id: headers['Location']!.split('/').at(-1)! })).body.state, 'designed');
  const [failed] = (await network.call('provisioning.listTask', { query: { state: 'failed' } })).body;
  t.like(failed, { taskType: 'HLR_PROVISION', serviceOrderId: null });
  t.is((await network.refusal('provisioning.retryTask', { id: failed.id, body: {} })).rule, 'provisioning.retry.order_ended');
});

test.serial('what a failed activation has left behind is activated anew, or taken back', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  await network.fault('FLT-001', { kind: 'fail_always' });
  const ids = [];
  for (let i = 0; i < 2; i++) ids.push((await network.call('TMF640.createService', { body: known })).headers['Location']!.split('/').at(-1)!);
  await network.settle();
  await network.fault('FLT-001', { enabled: false });
  for (const [i, state] of ['active', 'terminated'].entries()) {
    const { headers } = await network.call('TMF640.patchService', { id: ids[i]!, body: { state } });
    await network.settle();
    t.is((await network.call('TMF640.retrieveMonitor', { id: headers['monitorId']! })).body.state, 'Completed');
    t.is((await network.call('TMF640.retrieveService', { id: ids[i]! })).body.state, state);
  }
});

for (const first of ['feasibilityChecked', 'designed', 'reserved', 'inactive'] as const) {
  test.serial(`a service the network knows, posted ${first}, is activated by its tasks when it is to become active`, async (t) => {
    const network = await Network.open();
    t.teardown(() => network.close());
    const { body: made, status } = await network.call('TMF640.createService', { body: { ...known, state: first } });
    t.is(status, 201);
    t.is(made.state, first);
    t.deepEqual((await network.call('provisioning.listTask')).body, [], 'nothing was asked of the network yet');
    const { body, headers } = await network.call('TMF640.patchService', { id: made.id, body: { state: 'active', name: 'kitchen' } });
    t.like(body, { state: 'designed', name: 'kitchen' });
    await network.settle();
    t.is((await network.call('TMF640.retrieveMonitor', { id: headers['monitorId']! })).body.state, 'Completed');
    t.is((await network.call('TMF640.retrieveService', { id: made.id })).body.state, 'active');
    t.deepEqual(await network.told(), ['provisioning.task_completed x4', 'provisioning.task_created x4', 'service.changed', 'service.created', `service.state_changed x${first === 'designed' ? 2 : 3}`]);
  });
}

for (const api of ['TMF638', 'TMF640'] as const) {
  test.serial(`a ${api} service of an unknown specification is kept as posted, changed, found and deleted`, async (t) => {
    const network = await Network.open();
    t.teardown(() => network.close());
    const body = { state: 'feasibilityChecked', serviceSpecification: { id: 'SPEC_ELSEWHERE', name: 'else' }, name: 'test' } as const;
    const made = await network.call(`${api}.createService`, { body });
    t.is(made.status, 201);
    t.like(made.body, { ...body, serviceDate: '2026-04-11T09:00:00.000Z', '@type': 'Service' });
    const { id } = made.body;
    t.is((await network.call(`${api}.patchService`, { id, body: { state: 'active', name: 'other' } })).body.state, 'active');
    t.is((await network.call(`${api}.listService`, { query: { 'serviceSpecification.id': 'SPEC_ELSEWHERE', state: 'active' } })).body.length, 1);
    t.is((await network.call(`${api}.deleteService`, { id })).status, 204);
    t.deepEqual(await network.told(), ['service.changed', 'service.created', 'service.deleted', 'service.state_changed']);
    t.deepEqual((await network.call('provisioning.listTask')).body, []);
  });
}

test.serial('a service that a service order made is the orders\' to change', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = await network.line('ORD-001', 'SUB-001');
  const refusal = await network.refusal('TMF638.patchService', { id, body: { state: 'terminated' } });
  t.is(refusal.rule, 'service.patch.field_locked');
  t.is((await network.call('TMF638.patchService', { id, body: { description: 'kitchen phone' } })).body.description, 'kitchen phone');
  t.is((await network.refusal('TMF638.deleteService', { id })).rule, 'service.delete.has_effects');
  const { body } = await network.call('TMF638.listService', { query: { 'supportingService.id': 'SVC-002' } });
  t.deepEqual(body.map((one: { id: string }) => one.id), [id]);
  const { body: parts } = await network.call('TMF638.listService', { query: { 'serviceRelationship.service.id': id } });
  t.is(parts.length, 2);
});

test.serial('a change of what has no effect keeps what the service order was placed with', async (t) => {
  const network = await Network.open();
  t.teardown(() => network.close());
  const id = await network.add('ORD-001');
  await network.settle();
  const { body: before } = await network.call('TMF641.retrieveServiceOrder', { id });
  await network.call('TMF641.patchServiceOrder', { id, body: { description: 'urgent' } });
  const { body: after } = await network.call('TMF641.retrieveServiceOrder', { id });
  t.deepEqual(after, { ...before, description: 'urgent' });
  t.is((await network.call('TMF641.listServiceOrder', { query: { 'serviceOrderItem.service.id': before.serviceOrderItem[0].service.id, 'serviceOrderItem.action': 'add' } })).body.length, 1);
});
