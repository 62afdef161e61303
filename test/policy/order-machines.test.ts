import test from 'ava';
import { cancelProductOrderMachine, cancelServiceOrderMachine } from '#policy/cancel-order';
import type { Machine } from '#policy/machine';
import { orderMachine } from '#policy/order';
import { serviceMachine } from '#policy/service';
import { serviceOrderMachine } from '#policy/service-order';
import { taskMachine } from '#policy/task';
import { PolicyViolation } from '#runtime/errors';

/** from | trigger | to | events; from `–` is creation, events empty = none. Literals of DOMAIN §4. */
type Row = readonly [from: string, trigger: string, to: string, event: string];

const order: readonly Row[] = [
  ['–', 'record', 'acknowledged', 'order.acknowledged'],
  ['acknowledged', 'verdict', 'rejected', 'order.rejected'],
  ['acknowledged', 'start', 'inProgress', 'order.in_progress'],
  ['inProgress', 'hold', 'held', 'order.held'],
  ['held', 'resume', 'inProgress', 'order.in_progress'],
  ['inProgress', 'schedule', 'pending', 'order.pending'],
  ['inProgress', 'complete', 'completed', 'order.completed'],
  ['pending', 'complete', 'completed', 'order.completed'],
  ['inProgress', 'fail', 'failed', 'order.failed'],
  ['held', 'fail', 'failed', 'order.failed'],
  ['acknowledged', 'cancel', 'cancelled', 'order.cancelled'],
  ['pending', 'cancel', 'cancelled', 'order.cancelled'],
  ['inProgress', 'cancel', 'assessingCancellation', 'order.assessing_cancellation'],
  ['assessingCancellation', 'tooLate', 'inProgress', 'order.in_progress'],
  ['assessingCancellation', 'accept', 'pendingCancellation', 'order.pending_cancellation'],
  ['pendingCancellation', 'compensate', 'cancelled', 'order.cancelled'],
];

const serviceOrder: readonly Row[] = [
  ['–', 'accept', 'acknowledged', 'service_order.acknowledged'],
  ['acknowledged', 'verdict', 'rejected', 'service_order.rejected'],
  ['acknowledged', 'begin', 'inProgress', 'service_order.in_progress'],
  ['acknowledged', 'starve', 'failed', 'service_order.failed'],
  ['inProgress', 'hold', 'held', 'service_order.held'],
  ['held', 'resume', 'inProgress', 'service_order.in_progress'],
  ['inProgress', 'complete', 'completed', 'service_order.completed'],
  ['inProgress', 'fail', 'failed', 'service_order.failed'],
  ['held', 'fail', 'failed', 'service_order.failed'],
  ['acknowledged', 'cancel', 'cancelled', 'service_order.cancelled'],
  ['inProgress', 'cancel', 'cancelled', 'service_order.cancelled'],
];

const service: readonly Row[] = [
  ['–', 'design', 'designed', 'service.created'],
  ['designed', 'reserve', 'reserved', 'service.state_changed'],
  ['reserved', 'activate', 'active', 'service.state_changed'],
  ['inactive', 'activate', 'active', 'service.state_changed'],
  ['active', 'suspend', 'inactive', 'service.state_changed'],
  ...['designed', 'reserved', 'active', 'inactive'].map((from): Row => [from, 'terminate', 'terminated', 'service.state_changed']),
];

const task: readonly Row[] = [
  ['–', 'request', 'pending', 'provisioning.task_created'],
  ['pending', 'claim', 'running', ''],
  ['running', 'succeed', 'completed', 'provisioning.task_completed'],
  ['running', 'postpone', 'pending', ''],
  ['running', 'fail', 'failed', 'provisioning.task_failed'],
  ['running', 'stick', 'stuck', 'provisioning.task_stuck'],
  ['stuck', 'resolve', 'pending', 'provisioning.task_resolved'],
  ['failed', 'retry', 'pending', 'provisioning.task_retried'],
  ...['pending', 'stuck', 'failed'].map((from): Row => [from, 'cancel', 'cancelled', 'provisioning.task_cancelled']),
];

const cancel = (first: string): readonly Row[] => [
  ['–', 'request', first, 'cancel_order.created'],
  [first, 'assess', 'inProgress', 'cancel_order.state_changed'],
  ['inProgress', 'succeed', 'done', 'cancel_order.state_changed'],
  ['inProgress', 'refuse', 'terminatedWithError', 'cancel_order.state_changed'],
];

// What differs between the machines is their types; a table test walks them all alike.
type AnyMachine = Machine<string, string, string, null>;

const machines: readonly [string, AnyMachine, string, readonly Row[], readonly string[]][] = [
  ['product order', orderMachine as unknown as AnyMachine, 'order', order, ['place']],
  ['service order', serviceOrderMachine as unknown as AnyMachine, 'service_order', serviceOrder, []],
  ['service', serviceMachine as unknown as AnyMachine, 'service', service, []],
  ['task', taskMachine as unknown as AnyMachine, 'provisioning', task, []],
  ['request to cancel a product order', cancelProductOrderMachine as unknown as AnyMachine, 'order', cancel('acknowledged'), []],
  ['request to cancel a service order', cancelServiceOrderMachine as unknown as AnyMachine, 'service_order', cancel('accepted'), []],
];

for (const [name, machine, area, rows, guarded] of machines) {
  test(`a ${name} moves exactly as DOMAIN §4 says`, (t) => {
    const triggers = [...new Set(machine.definition.transitions.map((row) => row.trigger))].filter((one) => !guarded.includes(one));
    for (const from of [null, ...machine.definition.states]) {
      for (const trigger of triggers) {
        const row = rows.find((one) => one[0] === (from ?? '–') && one[1] === trigger);
        if (!row) {
          const refusal = t.throws(() => machine.move({}, from, trigger, null, { orderId: 'ORD-001' }), { instanceOf: PolicyViolation });
          t.is(refusal.rule, `${area}.transition.invalid`);
          t.like(refusal.context, { orderId: 'ORD-001', state: from, trigger });
          t.truthy(refusal.fix[0]?.hint);
          continue;
        }
        const move = machine.move({}, from, trigger, null);
        t.deepEqual([move.to, move.events.join()], [row[2], row[3]], `${from} ${trigger}`);
      }
    }
    t.is(rows.length, machine.definition.transitions.reduce((sum, row) => sum + (guarded.includes(row.trigger) ? 0 : row.from?.length ?? 1), 0));
  });

  test(`a final ${name} stays as it is`, (t) => {
    for (const state of machine.definition.final) t.deepEqual(machine.legal(state), [], state);
  });
}
