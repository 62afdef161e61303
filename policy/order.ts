import { action } from './action.ts';
import { Machine, snake } from './machine.ts';
import { rule, type Context, type Rule } from './rule.ts';

/** Rules, machine and actions of a product order (DOMAIN §4 "Product order", §6 com). */
export const orderStates = [
  'acknowledged', 'rejected', 'inProgress', 'held', 'pending', 'assessingCancellation', 'pendingCancellation',
  'completed', 'failed', 'cancelled',
] as const;
export type OrderState = (typeof orderStates)[number];

export type OrderTrigger =
  | 'place' | 'record' | 'verdict' | 'start' | 'hold' | 'resume' | 'schedule' | 'complete' | 'fail' | 'cancel'
  | 'tooLate' | 'accept' | 'compensate';

/** Actions of an order item this release carries out (TMF622 `OrderItemActionType`). */
export const orderActions = ['add', 'modify', 'delete'] as const;
export type OrderAction = (typeof orderActions)[number];

/** What the catalog says of the offering at the moment of the order. */
export interface OfferingFacts {
  readonly category: string | null;
  readonly lifecycleStatus: string;
  readonly validFor: Readonly<Record<string, unknown>> | null;
  readonly inWindow: boolean;
  /** TMF620 `isSellable`: false is for offerings that are no longer, or never, sold by themselves. */
  readonly isSellable: boolean;
  /** Recurring price in force; null = none. */
  readonly priceId: string | null;
}

/** Everything the order.create rules look at, read from four services before the transaction. */
export interface OrderFacts {
  readonly itemCount: number;
  readonly quantity: number;
  /** As posted: `add`, `modify`, `delete`, `noChange`. */
  readonly action: string;
  /** Business time, ISO 8601. */
  readonly at: string;
  readonly customerId: string | null;
  readonly customerStatus: string | null;
  readonly kycRequired: boolean;
  readonly kycStatus: string | null;
  /** The active default card; null = none. */
  readonly paymentMethodId: string | null;
  readonly offeringId: string | null;
  readonly offering: OfferingFacts | null;
  readonly msisdn: string | null;
  /** State of the preferred number in the pool; null = not in the pool. */
  readonly msisdnStatus: string | null;
  /** Live lines of the customer together with add orders still open. */
  readonly lines: number;
  readonly linesMax: number;
  readonly subscriptionId: string | null;
  /** Customer of the line named; null = there is no such line. */
  readonly lineOwner: string | null;
  /** State of that line. */
  readonly lineState: string | null;
  readonly openOrderId: string | null;
}

const ids = (facts: OrderFacts): Context => ({
  action: facts.action, customerId: facts.customerId, offeringId: facts.offeringId, subscriptionId: facts.subscriptionId, state: null,
});

const adds = (facts: OrderFacts): boolean => facts.action === 'add';

/** Orders a plan: for a new line, or for one that is there. */
const wantsPlan = (facts: OrderFacts): boolean => facts.action !== 'delete';

/** V: recorded and rejected, because an order for nothing has no effect to forbid (DOMAIN §1). */
export const offeringMissing = rule<{ readonly orderId: string; readonly customerId: string | null }>({
  code: 'order.create.offering_missing',
  title: 'The order names no product offering.',
  when: 'no item names a productOffering, and none ends a line',
  check: () => false,
  context: ({ orderId, customerId }) => ({ orderId, customerId, state: 'acknowledged', missing: 'productOrderItem.productOffering' }),
  fix: () => [{ hint: 'Name a productOffering in the item.', tool: 'catalog.list_active_offerings', args: {} }],
});

export const singleItem = rule<OrderFacts>({
  code: 'order.create.single_item',
  title: 'An order is for one line.',
  when: 'the order has not exactly one item of quantity 1',
  check: ({ itemCount, quantity }) => itemCount === 1 && quantity === 1,
  context: (facts) => ({ ...ids(facts), items: facts.itemCount, quantity: facts.quantity }),
  fix: () => [{ hint: 'Place one order per line, each with one item of quantity 1.', tool: 'order.create' }],
});

export const actionUnsupported = rule<OrderFacts>({
  code: 'order.create.action_unsupported',
  title: 'This action of an order item is not carried out.',
  when: 'the action of the item is none of add, modify and delete',
  check: (facts) => orderActions.some((one) => one === facts.action),
  context: (facts) => ({ ...ids(facts), legal: orderActions }),
  fix: () => [{ hint: `Order with one of: ${orderActions.join(', ')}.` }],
});

export const customerMissing = rule<OrderFacts>({
  code: 'order.create.customer_missing',
  title: 'The order names no customer.',
  when: 'relatedParty has no entry with role customer',
  check: ({ customerId }) => customerId !== null,
  context: (facts) => ({ ...ids(facts), missing: 'relatedParty with role customer' }),
  fix: () => [{ hint: 'Name the customer in relatedParty with role customer; create one first if needed.', tool: 'customer.create' }],
});

export const customerNotActive = rule<OrderFacts>({
  code: 'order.create.customer_not_active',
  title: 'The customer is not active.',
  when: 'the status of the customer is not active',
  check: ({ customerStatus }) => customerStatus === 'active',
  context: (facts) => ({ ...ids(facts), status: facts.customerStatus }),
  fix: (facts) => [{
    hint: facts.customerStatus === 'prospect' ? 'Add a contact medium, which makes the customer active.' : 'Reinstate the customer first.',
    tool: 'customer.get', args: { customer_id: facts.customerId },
  }],
});

export const kycRequired = rule<OrderFacts>({
  code: 'order.create.kyc_required',
  title: 'The identity of the customer is not verified.',
  when: 'BSS_REQUIRE_KYC is on and kycStatus is not verified',
  check: (facts) => !adds(facts) || !facts.kycRequired || facts.kycStatus === 'verified',
  context: (facts) => ({ ...ids(facts), kycStatus: facts.kycStatus }),
  fix: (facts) => [{ hint: 'Attest the identity first.', tool: 'customer.attest_kyc', args: { customer_id: facts.customerId } }],
});

export const paymentMethodRequired = rule<OrderFacts>({
  code: 'order.create.payment_method_required',
  title: 'The customer has no card on file.',
  when: 'the customer has no active default card (P2)',
  check: (facts) => !adds(facts) || facts.paymentMethodId !== null,
  context: ids,
  fix: (facts) => [{ hint: 'Put a card on file first.', tool: 'payment.add_card', args: { customer_id: facts.customerId } }],
});

export const notAPlan = rule<OrderFacts>({
  code: 'order.create.not_a_plan',
  title: 'A top-up is bought for a line, not ordered as one.',
  when: 'the offering is of category VAS',
  check: (facts) => !wantsPlan(facts) || facts.offering?.category !== 'VAS',
  context: (facts) => ({ ...ids(facts), category: facts.offering?.category ?? null }),
  fix: (facts) => [{ hint: 'Buy it for a line of the customer.', tool: 'subscription.purchase_vas', args: { offering_id: facts.offeringId } }],
});

export const notSellable = rule<OrderFacts>({
  code: 'order.create.not_sellable',
  title: 'The offering is not on sale.',
  when: 'the offering is no plan, is not Launched, says isSellable false, or the moment is outside its validFor',
  check: (facts) => !wantsPlan(facts) || (facts.offering?.category === 'PLAN' && facts.offering.lifecycleStatus === 'Launched' && facts.offering.inWindow && facts.offering.isSellable),
  context: (facts) => ({
    ...ids(facts), lifecycleStatus: facts.offering?.lifecycleStatus ?? null, validFor: facts.offering?.validFor ?? null, isSellable: facts.offering?.isSellable ?? null, at: facts.at,
  }),
  fix: () => [{ hint: 'Order one of the plans on sale.', tool: 'catalog.list_active_offerings', args: {} }],
});

export const priceMissing = rule<OrderFacts>({
  code: 'order.create.price_missing',
  title: 'The offering has no price now.',
  when: 'no recurring price is in force at this moment',
  check: (facts) => !wantsPlan(facts) || typeof facts.offering?.priceId === 'string',
  context: (facts) => ({ ...ids(facts), at: facts.at }),
  fix: (facts) => [{ hint: 'Give the offering a price in force first.', tool: 'catalog.add_price', args: { offering_id: facts.offeringId } }],
});

export const msisdnUnavailable = rule<OrderFacts>({
  code: 'order.create.msisdn_unavailable',
  title: 'The preferred number is not free.',
  when: 'the preferred number is not in the pool or not available',
  check: (facts) => !adds(facts) || facts.msisdn === null || facts.msisdnStatus === 'available',
  context: (facts) => ({ ...ids(facts), msisdn: facts.msisdn, msisdnStatus: facts.msisdnStatus }),
  fix: () => [{ hint: 'Pick a free number, or order without preference.', tool: 'inventory.msisdn.list_available', args: {} }],
});

export const lineLimit = rule<OrderFacts>({
  code: 'order.create.line_limit',
  title: 'The customer has as many lines as one customer may have.',
  when: 'live lines and open orders for lines reach BSS_MAX_LINES',
  check: (facts) => !adds(facts) || facts.lines < facts.linesMax,
  context: (facts) => ({ ...ids(facts), lines: facts.lines, limit: facts.linesMax }),
  fix: () => [{ hint: 'Terminate a line that is no longer needed, or raise BSS_MAX_LINES.' }],
});

export const lineMissing = rule<OrderFacts>({
  code: 'order.create.line_missing',
  title: 'The order names no line that it can change or end.',
  when: 'the action is modify or delete and product.id names no line, or one that is terminated',
  check: (facts) => adds(facts) || (facts.lineOwner !== null && facts.lineState !== 'terminated'),
  context: (facts) => ({ ...ids(facts), state: facts.lineState }),
  fix: (facts) => [{ hint: 'Name the line in product.id.', tool: 'subscription.list_for_customer', args: { customer_id: facts.customerId } }],
});

export const lineNotOwned = rule<OrderFacts>({
  code: 'order.create.line_not_owned',
  title: 'The line belongs to another customer.',
  when: 'the line named in product.id is of another customer',
  check: (facts) => adds(facts) || facts.lineOwner === facts.customerId,
  context: ids,
  fix: (facts) => [{ hint: 'Name a line of this customer.', tool: 'subscription.list_for_customer', args: { customer_id: facts.customerId } }],
});

export const lineBusy = rule<OrderFacts>({
  code: 'order.create.line_busy',
  title: 'Another order is open on the line.',
  when: 'an order on this line is not final (I21)',
  check: ({ openOrderId }) => openOrderId === null,
  context: (facts) => ({ ...ids(facts), openOrderId: facts.openOrderId }),
  fix: (facts) => [{ hint: 'Wait until that order is done.', tool: 'order.wait_until', args: { order_id: facts.openOrderId } }],
});

/** In the order a person would ask; the first broken one is the answer. */
export const createRules: readonly Rule<OrderFacts>[] = [
  singleItem, actionUnsupported, customerMissing, customerNotActive, kycRequired, paymentMethodRequired, notAPlan, notSellable,
  priceMissing, msisdnUnavailable, lineLimit, lineMissing, lineNotOwned, lineBusy,
];

export const orderMachine = new Machine<'order', OrderState, OrderTrigger, OrderFacts | null>({
  aggregate: 'order',
  area: 'order',
  states: orderStates,
  final: ['rejected', 'completed', 'failed', 'cancelled'],
  event: (to) => `order.${snake(to)}`,
  transitions: [
    // A rule of create never meets null: `place` is asked with facts, see placeOrder.
    { from: null, trigger: 'place', to: 'acknowledged', guard: createRules as readonly Rule<OrderFacts | null>[] },
    { from: null, trigger: 'record', to: 'acknowledged' },
    { from: ['acknowledged'], trigger: 'verdict', to: 'rejected' },
    { from: ['acknowledged'], trigger: 'start', to: 'inProgress' },
    { from: ['inProgress'], trigger: 'hold', to: 'held' },
    { from: ['held'], trigger: 'resume', to: 'inProgress' },
    { from: ['inProgress'], trigger: 'schedule', to: 'pending' },
    { from: ['inProgress', 'pending'], trigger: 'complete', to: 'completed' },
    { from: ['inProgress', 'held'], trigger: 'fail', to: 'failed' },
    { from: ['acknowledged', 'pending'], trigger: 'cancel', to: 'cancelled' },
    { from: ['inProgress'], trigger: 'cancel', to: 'assessingCancellation' },
    { from: ['assessingCancellation'], trigger: 'tooLate', to: 'inProgress' },
    { from: ['assessingCancellation'], trigger: 'accept', to: 'pendingCancellation' },
    { from: ['pendingCancellation'], trigger: 'compensate', to: 'cancelled' },
  ],
});

export interface OpenOrderFacts {
  readonly orderId: string;
  readonly state: OrderState;
}

export const notOpen = rule<OpenOrderFacts>({
  code: 'order.fail.not_open',
  title: 'The order has ended.',
  when: 'the order is rejected, completed, failed or cancelled',
  check: ({ state }) => !orderMachine.isFinal(state),
  context: ({ orderId, state }) => ({ orderId, state }),
  fix: ({ orderId }) => [{ hint: 'Nothing is left to give up; look at what became of the order.', tool: 'order.get', args: { order_id: orderId } }],
});

/** An operator gives an order up; the saga undoes what was done and then moves the order to failed. */
export const giveUp = action('order.give_up', [notOpen]);

export interface DeleteFacts extends OpenOrderFacts {
  readonly references: readonly string[];
}

export const deleteHasEffects = rule<DeleteFacts>({
  code: 'order.delete.has_effects',
  title: 'The order has had effects and stays on record.',
  when: 'the order has been carried out, in part or whole, or is being carried out',
  check: ({ references }) => references.length === 0,
  context: ({ orderId, state, references }) => ({ orderId, state, references }),
  fix: ({ orderId }) => [{ hint: 'Cancel the order instead.', tool: 'order.cancel', args: { order_id: orderId } }],
});

export const deleteOrder = action('order.delete', [deleteHasEffects]);

/** Attributes without effect: description, notes, dates asked for. */
export const changeOrder = action('order.change');

/** Flags an order whose saga has not moved for BSS_ORDER_STUCK_MINUTES. */
export const flagStuck = action('order.flag_stuck');

/** Work of the saga on its own row: lease, progress of a step, news from a service order. */
export const claimSaga = action('saga.claim');
export const advanceSaga = action('saga.advance');
