import test from 'ava';
import { probabilityInvalid } from '#policy/fault';
import { serviceFieldLocked, serviceHasEffects } from '#policy/service';
import { serviceOrderHasEffects, specificationUnknown, taskClaimed } from '#policy/service-order';
import { forgetTasks, isOver, noteMissing, notFailed, notStuck, orderEnded, tasksOpen, taskStates, type TaskFacts } from '#policy/task';
import { holds } from './table.ts';

const stuck: TaskFacts = { taskId: 'PTK-001', serviceOrderId: 'SO-001', state: 'stuck', orderEnded: false, note: 'card reset' };
const ids = { taskId: 'PTK-001', serviceOrderId: 'SO-001' };

test('a stuck task is freed with a note, no other task is freed', (t) => {
  for (const note of [null, '', '  ']) holds(t, noteMissing, 'provisioning.resolve.note_missing', stuck, { ...stuck, note }, { ...ids, state: 'stuck' });
  for (const state of ['pending', 'running', 'completed', 'failed', 'cancelled'] as const) {
    holds(t, notStuck, 'provisioning.resolve.not_stuck', stuck, { ...stuck, state }, { ...ids, state });
  }
});

test('a failed task is tried again as long as its order is open, no other task is', (t) => {
  const failed: TaskFacts = { ...stuck, state: 'failed' };
  for (const state of ['pending', 'running', 'completed', 'stuck', 'cancelled'] as const) {
    holds(t, notFailed, 'provisioning.retry.not_failed', failed, { ...failed, state }, { ...ids, state });
  }
  holds(t, orderEnded, 'provisioning.retry.order_ended', failed, { ...failed, orderEnded: true }, { ...ids, state: 'failed' });
});

test('a probability is a number from 0 to 1', (t) => {
  const rule = { faultRuleId: 'FLT-001', probability: 1, enabled: false };
  for (const probability of [-0.1, 1.01, Number.NaN]) {
    holds(t, probabilityInvalid, 'provisioning.fault.probability_invalid', rule, { ...rule, probability }, { faultRuleId: 'FLT-001', state: 'disabled' });
  }
  t.true(probabilityInvalid.check({ ...rule, probability: 0 }));
});

test('what has had effects in the network stays on record', (t) => {
  const service = { serviceId: 'SVC-001', state: 'terminated', managed: false } as const;
  holds(t, serviceHasEffects, 'service.delete.has_effects', service, { ...service, managed: true }, { serviceId: 'SVC-001', state: 'terminated', references: ['service order'] });
  const order = { serviceOrderId: 'SO-001', state: 'completed', references: [] } as const;
  holds(t, serviceOrderHasEffects, 'service_order.delete.has_effects', order, { ...order, references: ['SVC-001'] }, { serviceOrderId: 'SO-001', references: ['SVC-001'] });
});

test('what follows from service orders is not patched', (t) => {
  const change = { serviceId: 'SVC-001', state: 'active', managed: true, locked: null } as const;
  holds(t, serviceFieldLocked, 'service.patch.field_locked', change, { ...change, locked: 'state' }, { serviceId: 'SVC-001', state: 'active', field: 'state' });
  t.true(serviceFieldLocked.check({ ...change, managed: false, locked: 'state' }));
});

test('a verdict names what is missing and the way to a service', (t) => {
  const facts = { serviceOrderId: 'SO-001', serviceId: 'SVC-001', specificationId: 'CFS_X' };
  t.false(specificationUnknown.check(facts));
  t.like(specificationUnknown.context(facts), { ...facts, state: 'acknowledged' });
  t.is(specificationUnknown.fix(facts)[0]?.tool, 'order.create');
});

test('an order the network has begun shows the task that was claimed', (t) => {
  const facts = { serviceOrderId: 'SO-001', state: 'inProgress', taskId: 'PTK-001' } as const;
  t.false(taskClaimed.check(facts));
  t.deepEqual(taskClaimed.context(facts), facts);
  t.truthy(taskClaimed.fix(facts)[0]?.hint);
});

test('tasks are removed once all of their order are over', (t) => {
  const forgotten = { serviceOrderId: 'SO-001', activationId: null, open: [] };
  holds(t, tasksOpen, 'provisioning.delete.tasks_open', forgotten, { ...forgotten, open: ['PTK-002'] }, { serviceOrderId: 'SO-001', references: ['PTK-002'] });
  t.deepEqual(forgetTasks.rules, [tasksOpen]);
  t.deepEqual(taskStates.filter((state) => isOver({ state, orderEnded: false })), ['completed', 'cancelled']);
  t.deepEqual(taskStates.filter((state) => isOver({ state, orderEnded: true })), ['completed', 'failed', 'cancelled']);
});
