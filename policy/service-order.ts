import { action } from './action.ts';
import { Machine, snake } from './machine.ts';
import { rule } from './rule.ts';

/** Rules, machine and actions of a service order (DOMAIN §4 "Service order", §6 som). */
export const serviceOrderStates = ['acknowledged', 'rejected', 'inProgress', 'held', 'completed', 'failed', 'cancelled'] as const;
export type ServiceOrderState = (typeof serviceOrderStates)[number];

export type ServiceOrderTrigger = 'accept' | 'verdict' | 'begin' | 'starve' | 'hold' | 'resume' | 'complete' | 'fail' | 'cancel';

/** What a service order does to a service (DOMAIN §3 task lists). */
export const serviceActions = ['add', 'modify', 'suspend', 'resume', 'delete'] as const;
export type ServiceAction = (typeof serviceActions)[number];

export const serviceOrderMachine = new Machine<'service_order', ServiceOrderState, ServiceOrderTrigger, void>({
  aggregate: 'service_order',
  area: 'service_order',
  states: serviceOrderStates,
  final: ['rejected', 'completed', 'failed', 'cancelled'],
  event: (to) => `service_order.${snake(to)}`,
  transitions: [
    { from: null, trigger: 'accept', to: 'acknowledged' },
    { from: ['acknowledged'], trigger: 'verdict', to: 'rejected' },
    { from: ['acknowledged'], trigger: 'begin', to: 'inProgress' },
    { from: ['acknowledged'], trigger: 'starve', to: 'failed' },
    { from: ['inProgress'], trigger: 'hold', to: 'held' },
    { from: ['held'], trigger: 'resume', to: 'inProgress' },
    { from: ['inProgress'], trigger: 'complete', to: 'completed' },
    { from: ['inProgress', 'held'], trigger: 'fail', to: 'failed' },
    { from: ['acknowledged', 'inProgress'], trigger: 'cancel', to: 'cancelled' },
  ],
});

export interface SpecificationFacts {
  readonly serviceOrderId: string;
  /** The service that was to be changed; null where none is named. */
  readonly serviceId: string | null;
  readonly specificationId: string | null;
}

/** V: recorded and rejected; nothing is reserved or provisioned (DOMAIN §1). */
export const specificationUnknown = rule<SpecificationFacts>({
  code: 'service_order.create.specification_unknown',
  title: 'The order names no service specification that is carried out for it.',
  when: 'no product maps to the service specification, or the order is not part of a product order',
  check: () => false,
  context: ({ serviceOrderId, serviceId, specificationId }) => ({
    serviceOrderId, ...(serviceId === null ? {} : { serviceId }), ...(specificationId === null ? {} : { specificationId }), state: 'acknowledged', missing: 'a mapped serviceSpecification of a product order',
  }),
  fix: () => [{ hint: 'Order the line itself; its service order follows.', tool: 'order.create' }],
});

export interface ClaimFacts {
  readonly serviceOrderId: string;
  readonly state: ServiceOrderState;
  /** The task the network has begun; null = not known by name. */
  readonly taskId: string | null;
}

export const taskClaimed = rule<ClaimFacts>({
  code: 'service_order.cancel.task_claimed',
  title: 'The network has begun a task of the service order.',
  when: 'a provisioning task of the service order has been claimed',
  check: () => false,
  context: ({ serviceOrderId, state, taskId }) => ({ serviceOrderId, state, taskId }),
  fix: ({ serviceOrderId }) => [
    { hint: 'Wait until the service order has ended.', tool: 'service_order.get', args: { service_order_id: serviceOrderId } },
  ],
});

export interface ServiceOrderDeleteFacts {
  readonly serviceOrderId: string;
  readonly state: ServiceOrderState;
  readonly references: readonly string[];
}

export const serviceOrderHasEffects = rule<ServiceOrderDeleteFacts>({
  code: 'service_order.delete.has_effects',
  title: 'The service order has had effects and stays on record.',
  when: 'the service order was carried out, in part or whole, or is being carried out',
  check: ({ references }) => references.length === 0,
  context: ({ serviceOrderId, state, references }) => ({ serviceOrderId, state, references }),
  fix: () => [{ hint: 'Leave it as the record of what was done, or cancel it while no task has begun.' }],
});

export const deleteServiceOrder = action('service_order.delete', [serviceOrderHasEffects]);

/** Attributes without effect: description, notes, dates asked for. */
export const changeServiceOrder = action('service_order.change');

/** Work of som on its own rows: lease, outcome of tasks, wanted state of a service, tasks requested. */
export const claimServiceOrder = action('service_order.claim');
export const advanceServiceOrder = action('service_order.advance');
export const recordTask = action('service_order.record_task');
