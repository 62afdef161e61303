import test from 'ava';
import { deleteOrder, createRules, giveUp, offeringMissing, orderMachine, type OrderFacts } from '#policy/order';
import { changeFault } from '#policy/fault';
import { changeService, deleteService } from '#policy/service';
import { deleteServiceOrder, specificationUnknown, taskClaimed } from '#policy/service-order';
import { resolveRules, retryRules, type TaskFacts } from '#policy/task';
import { tooLate } from '#policy/cancel-order';
import { violation, violations } from '#policy/rule';
import { PolicyViolation, type FixTool } from '#runtime/errors';

const sellable = { category: 'PLAN', lifecycleStatus: 'Launched', validFor: null, inWindow: true, isSellable: true, priceId: 'PRICE_PLAN_S' };

const add: OrderFacts = {
  itemCount: 1, quantity: 1, action: 'add', at: '2026-04-11T09:00:00.000Z', customerId: 'CUST-001', customerStatus: 'active', kycRequired: true,
  kycStatus: 'verified', paymentMethodId: 'PM-001', offeringId: 'PLAN_S', offering: sellable, msisdn: null, msisdnStatus: null, lines: 0, linesMax: 10,
  subscriptionId: null, lineOwner: null, lineState: null, openOrderId: null,
};

const remove: OrderFacts = { ...add, action: 'delete', offeringId: null, offering: null, subscriptionId: 'SUB-001', lineOwner: 'CUST-001', lineState: 'active', paymentMethodId: null };

test('a verified customer with a card orders a plan on sale', (t) => {
  const move = orderMachine.move({}, null, 'place', add);
  t.deepEqual([move.to, move.events], ['acknowledged', ['order.acknowledged']]);
});

const modify: OrderFacts = { ...remove, action: 'modify', offeringId: 'PLAN_M', offering: sellable };

test('the plan of a line is changed without card and identity check: nothing is charged now', (t) => {
  t.is(orderMachine.move({}, null, 'place', { ...modify, kycStatus: 'expired' }).to, 'acknowledged');
});

test('a line is ended without card, identity check or offering', (t) => {
  t.is(orderMachine.move({}, null, 'place', { ...remove, kycStatus: 'expired' }).to, 'acknowledged');
});

const refused: readonly [string, OrderFacts, string, Record<string, unknown>, FixTool | undefined][] = [
  ['two items', { ...add, itemCount: 2 }, 'order.create.single_item', { items: 2 }, 'order.create'],
  ['two of one item', { ...add, quantity: 2 }, 'order.create.single_item', { quantity: 2 }, 'order.create'],
  ['noChange', { ...add, action: 'noChange' }, 'order.create.action_unsupported', { action: 'noChange', legal: ['add', 'modify', 'delete'] }, undefined],
  ['a change to a retired plan', { ...modify, offering: { ...sellable, lifecycleStatus: 'Retired' } }, 'order.create.not_sellable', { lifecycleStatus: 'Retired' }, 'catalog.list_active_offerings'],
  ['a change to a top-up', { ...modify, offering: { ...sellable, category: 'VAS' } }, 'order.create.not_a_plan', { category: 'VAS' }, 'subscription.purchase_vas'],
  ['a change to a plan without price', { ...modify, offering: { ...sellable, priceId: null } }, 'order.create.price_missing', { at: add.at }, 'catalog.add_price'],
  ['a change of no line', { ...modify, subscriptionId: null, lineOwner: null }, 'order.create.line_missing', { subscriptionId: null }, 'subscription.list_for_customer'],
  ['nobody', { ...add, customerId: null }, 'order.create.customer_missing', { customerId: null }, 'customer.create'],
  ['a prospect', { ...add, customerStatus: 'prospect' }, 'order.create.customer_not_active', { status: 'prospect' }, 'customer.get'],
  ['an unverified customer', { ...add, kycStatus: 'not_verified' }, 'order.create.kyc_required', { kycStatus: 'not_verified' }, 'customer.attest_kyc'],
  ['a customer without card', { ...add, paymentMethodId: null }, 'order.create.payment_method_required', { customerId: 'CUST-001' }, 'payment.add_card'],
  ['a top-up', { ...add, offering: { ...sellable, category: 'VAS' } }, 'order.create.not_a_plan', { category: 'VAS' }, 'subscription.purchase_vas'],
  ['a retired plan', { ...add, offering: { ...sellable, lifecycleStatus: 'Retired' } }, 'order.create.not_sellable', { lifecycleStatus: 'Retired' }, 'catalog.list_active_offerings'],
  ['a plan of next year', { ...add, offering: { ...sellable, inWindow: false } }, 'order.create.not_sellable', { offeringId: 'PLAN_S' }, 'catalog.list_active_offerings'],
  ['a plan not sold by itself', { ...add, offering: { ...sellable, isSellable: false } }, 'order.create.not_sellable', { isSellable: false }, 'catalog.list_active_offerings'],
  ['what is neither plan nor top-up', { ...add, offering: { ...sellable, category: null } }, 'order.create.not_sellable', { offeringId: 'PLAN_S' }, 'catalog.list_active_offerings'],
  ['a plan without price', { ...add, offering: { ...sellable, priceId: null } }, 'order.create.price_missing', { at: add.at }, 'catalog.add_price'],
  ['a number that is taken', { ...add, msisdn: '90000005', msisdnStatus: 'assigned' }, 'order.create.msisdn_unavailable', { msisdn: '90000005' }, 'inventory.msisdn.list_available'],
  ['a number that is not ours', { ...add, msisdn: '80000005' }, 'order.create.msisdn_unavailable', { msisdnStatus: null }, 'inventory.msisdn.list_available'],
  ['one line too many', { ...add, lines: 10 }, 'order.create.line_limit', { limit: 10 }, undefined],
  ['the end of no line', { ...remove, subscriptionId: null, lineOwner: null }, 'order.create.line_missing', { subscriptionId: null }, 'subscription.list_for_customer'],
  ['the end of what has ended', { ...remove, lineState: 'terminated' }, 'order.create.line_missing', { subscriptionId: 'SUB-001', state: 'terminated' }, 'subscription.list_for_customer'],
  ['the end of another line', { ...remove, lineOwner: 'CUST-002' }, 'order.create.line_not_owned', { subscriptionId: 'SUB-001' }, 'subscription.list_for_customer'],
  ['the end of a busy line', { ...remove, openOrderId: 'ORD-009' }, 'order.create.line_busy', { openOrderId: 'ORD-009' }, 'order.wait_until'],
];

for (const [what, facts, code, context, tool] of refused) {
  test(`an order for ${what} is refused: ${code}`, (t) => {
    const error = t.throws(() => orderMachine.move({}, null, 'place', facts), { instanceOf: PolicyViolation });
    t.is(error.rule, code);
    t.is(error.status, 422);
    t.like(error.context, context);
    t.truthy(error.fix[0]?.hint);
    t.is(error.fix[0]?.tool, tool);
  });
}

test('every rule of an order is met by the story of its own refusal', (t) => {
  const told = new Set(refused.map((row) => row[2]));
  t.deepEqual(createRules.map((rule) => rule.code).filter((code) => !told.has(code)), []);
});

test('verdicts and late cancels carry code, ids and a way out', (t) => {
  const verdicts = [
    violation(offeringMissing, { orderId: 'ORD-001', customerId: null }),
    violation(specificationUnknown, { serviceOrderId: 'SO-001', serviceId: null, specificationId: 'CFS_X' }),
    violation(tooLate, { orderId: 'ORD-001', action: 'add', state: 'inProgress', serviceOrderId: 'SO-001' }),
    violation(taskClaimed, { serviceOrderId: 'SO-001', state: 'inProgress', taskId: 'PTK-001' }),
  ];
  t.deepEqual(verdicts.map((one) => one.rule), [
    'order.create.offering_missing', 'service_order.create.specification_unknown', 'order.cancel.too_late', 'service_order.cancel.task_claimed',
  ]);
  for (const { context, fix } of verdicts) {
    t.truthy(context['state']);
    t.truthy(context['orderId'] ?? context['serviceOrderId']);
    t.truthy(fix[0]?.hint);
  }
});

test('only an open order can be given up', (t) => {
  t.deepEqual(giveUp.check({ orderId: 'ORD-001', state: 'held' }), []);
  for (const state of ['rejected', 'completed', 'failed', 'cancelled'] as const) {
    t.like(giveUp.check({ orderId: 'ORD-001', state })[0], { rule: 'order.fail.not_open', context: { orderId: 'ORD-001', state } });
  }
});

test('what has had effects is not deleted', (t) => {
  t.deepEqual(deleteOrder.check({ orderId: 'ORD-001', state: 'rejected', references: [] }), []);
  t.is(deleteOrder.check({ orderId: 'ORD-001', state: 'completed', references: ['SUB-001'] })[0]?.rule, 'order.delete.has_effects');
  t.deepEqual(deleteServiceOrder.check({ serviceOrderId: 'SO-001', state: 'rejected', references: [] }), []);
  t.is(deleteServiceOrder.check({ serviceOrderId: 'SO-001', state: 'completed', references: ['SVC-001'] })[0]?.rule, 'service_order.delete.has_effects');
  t.deepEqual(deleteService.check({ serviceId: 'SVC-001', state: 'active', managed: false }), []);
  t.is(deleteService.check({ serviceId: 'SVC-001', state: 'active', managed: true })[0]?.rule, 'service.delete.has_effects');
});

test('the state of a managed service is the server\'s', (t) => {
  const service = { serviceId: 'SVC-001', state: 'active', managed: true } as const;
  t.deepEqual(changeService.check({ ...service, locked: null }), []);
  t.deepEqual(changeService.check({ ...service, managed: false, locked: 'state' }), []);
  t.like(changeService.check({ ...service, locked: 'state' })[0], { rule: 'service.patch.field_locked', context: { field: 'state' } });
});

const task: TaskFacts = { taskId: 'PTK-001', serviceOrderId: 'SO-001', state: 'stuck', orderEnded: false, note: 'restarted the HLR' };

test('a stuck task is freed with a note, a failed one retried while its order lives', (t) => {
  t.deepEqual(violations(resolveRules, task), []);
  t.is(violations(resolveRules, { ...task, state: 'running' })[0]?.rule, 'provisioning.resolve.not_stuck');
  t.is(violations(resolveRules, { ...task, note: ' ' })[0]?.rule, 'provisioning.resolve.note_missing');
  t.deepEqual(violations(retryRules, { ...task, state: 'failed' }), []);
  t.is(violations(retryRules, task)[0]?.rule, 'provisioning.retry.not_failed');
  const ended = violations(retryRules, { ...task, state: 'failed', orderEnded: true })[0];
  t.is(ended?.rule, 'provisioning.retry.order_ended');
  t.like(ended?.context, { taskId: 'PTK-001', serviceOrderId: 'SO-001', state: 'failed' });
});

test('a fault strikes with a probability from 0 to 1', (t) => {
  const facts = { faultRuleId: 'FLT-001', enabled: true };
  for (const probability of [0, 0.3, 1]) t.deepEqual(changeFault.check({ ...facts, probability }), []);
  for (const probability of [-0.1, 1.1, Number.NaN]) {
    t.is(changeFault.check({ ...facts, probability })[0]?.rule, 'provisioning.fault.probability_invalid');
  }
});
