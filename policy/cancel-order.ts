import { Machine } from './machine.ts';
import { rule } from './rule.ts';

/** Requests to cancel a product order or a service order (DOMAIN §4 "Cancel request"; TMF622, TMF641 `TaskStateType`). */
export const cancelStates = ['acknowledged', 'accepted', 'inProgress', 'done', 'terminatedWithError'] as const;
export type CancelState = (typeof cancelStates)[number];

export type CancelTrigger = 'request' | 'assess' | 'succeed' | 'refuse';

/** Rule that a request which came too late carries. */
export interface TooLateFacts {
  readonly orderId: string;
  /** `modify` waits for a renewal, the others for the network. */
  readonly action: string;
  readonly state: string;
  readonly serviceOrderId: string | null;
}

export const tooLate = rule<TooLateFacts>({
  code: 'order.cancel.too_late',
  title: 'The order has begun to take effect.',
  when: 'a provisioning task of the order has been claimed, or a renewal has changed the plan',
  check: () => false,
  context: ({ orderId, state, serviceOrderId }) => ({ orderId, state, serviceOrderId }),
  message: ({ action }) => (action === 'modify' ? 'The plan has been changed already.' : 'The network has begun to carry the order out.'),
  fix: ({ orderId, action }) => [{
    hint: action === 'modify' ? 'Order the plan wanted now: it changes at the next renewal.' : 'Wait until the order is completed, then terminate the line.',
    tool: 'order.wait_until', args: { order_id: orderId },
  }],
});

const machineOf = (area: 'order' | 'service_order', first: 'acknowledged' | 'accepted'): Machine<'cancel_order', CancelState, CancelTrigger, void> =>
  new Machine({
    aggregate: 'cancel_order',
    area,
    states: [first, 'inProgress', 'done', 'terminatedWithError'],
    final: ['done', 'terminatedWithError'],
    event: () => 'cancel_order.state_changed',
    transitions: [
      { from: null, trigger: 'request', to: first, events: ['cancel_order.created'] },
      { from: [first], trigger: 'assess', to: 'inProgress' },
      { from: ['inProgress'], trigger: 'succeed', to: 'done' },
      { from: ['inProgress'], trigger: 'refuse', to: 'terminatedWithError' },
    ],
  });

/** TMF622 requests start acknowledged. */
export const cancelProductOrderMachine = machineOf('order', 'acknowledged');

/** TMF641 requests start accepted. */
export const cancelServiceOrderMachine = machineOf('service_order', 'accepted');
