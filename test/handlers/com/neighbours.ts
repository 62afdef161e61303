import type { EventType } from '#generated/events';
import type { OperationKey } from '#generated/operations';

/** A call of a neighbour, already checked against the schema of its operation. */
export interface Call {
  readonly key: OperationKey;
  readonly id: string;
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly idempotencyKey: string | null;
}

export type Reply = { readonly status: number; readonly body?: unknown } | 'away';
type Script = (call: Call) => Reply | null;
type News = (type: EventType, payload: { readonly aggregateId: string } & Record<string, unknown>) => Promise<void>;

const notFound: Reply = { status: 404, body: { code: 'NOT_FOUND', reason: 'not found', '@type': 'Error' } };

/** A refusal by a rule, as every service answers it. */
export const refused = (reason: string, message = reason, context: object = {}): Reply =>
  ({ status: 422, body: { code: 'POLICY_VIOLATION', reason, message, status: '422', '@type': 'PolicyViolation', context, fix: [{ hint: 'x' }] } });

export interface ServiceOrder {
  readonly id: string;
  readonly orderId: string;
  readonly action: string;
  readonly preference: string | null;
  state: string;
  /** A task of it has begun. */
  claimed?: boolean;
}

const isOver = ({ state }: ServiceOrder): boolean => state === 'completed' || state === 'failed' || state === 'cancelled';

interface Line {
  readonly customerId: string;
  readonly orderId: string;
  state: string;
  offeringId?: string;
  pendingChange?: { readonly kind: 'plan' | 'price'; readonly offeringId: string; readonly orderId: string } | null;
}

interface Tariff {
  readonly value: number;
  readonly category?: string;
  readonly lifecycleStatus?: string;
  readonly sellable?: boolean;
}

/**
 * Catalog, crm, payment, som and subscription as com sees them. Each has an effect once per key, as
 * DOMAIN §5 promises; what they did stands in `effects`, every call in `calls`.
 */
export class Neighbours {
  readonly calls: Call[] = [];
  readonly effects: string[] = [];
  readonly customers = new Map<string, { status: string; kycStatus: string; card: boolean }>();
  readonly numbers = new Map<string, string>();
  readonly payments = new Map<string, string>();
  /** Order by payment; payments given back after they were taken. */
  readonly payers = new Map<string, string>();
  readonly refunds: string[] = [];
  /** Lines by id. */
  readonly lines = new Map<string, Line>();
  readonly serviceOrders = new Map<string, ServiceOrder>();
  /** State of requests to cancel service orders. */
  readonly cancels = new Map<string, string>();
  readonly tariffs = new Map<string, Tariff>([['PLAN_S', { value: 10 }], ['PLAN_M', { value: 25 }], ['PLAN_FREE', { value: 0 }], ['VAS_DATA_1GB', { value: 3, category: 'VAS' }]]);
  /** What som does with a service order by itself. */
  network: 'works' | 'waits' | 'fails' | 'storm' = 'works';
  /** A number in [0, 1) for each choice of a storm. */
  chance: () => number = () => 0.5;
  /** How often, of all calls, one is lost on its way there, and as often on its way back. */
  lossRate = 0;
  /** Answers instead of the usual one; null leaves it to the usual. */
  script: Script = () => null;
  /** Waited for before a call has its effect: a slow neighbour. */
  hold: (call: Call) => Promise<void> = async () => undefined;
  onNews: News = async () => undefined;
  readonly #answers = new Map<string, Reply>();
  #ids = 0;

  customer(id: string, more: Partial<{ status: string; kycStatus: string; card: boolean }> = {}): string {
    this.customers.set(id, { status: 'active', kycStatus: 'verified', card: true, ...more });
    return id;
  }

  async call(call: Call): Promise<Reply> {
    this.calls.push(call);
    await this.hold(call);
    const scripted = this.script(call);
    if (scripted) return scripted;
    if (this.lossRate > 0 && this.chance() < this.lossRate) return 'away';
    const reply = this.#once(call);
    return this.lossRate > 0 && this.chance() < this.lossRate ? 'away' : reply;
  }

  #once(call: Call): Reply {
    const known = call.idempotencyKey === null ? undefined : this.#answers.get(call.idempotencyKey);
    if (known) return known;
    const reply = this.#usual(call);
    if (call.idempotencyKey !== null) this.#answers.set(call.idempotencyKey, reply);
    return reply;
  }

  /** Calls of one operation, in order. */
  called(key: OperationKey): Call[] {
    return this.calls.filter((call) => call.key === key);
  }

  #usual(call: Call): Reply {
    return this.#read(call) ?? this.#pay(call) ?? this.#line(call) ?? this.#service(call) ?? notFound;
  }

  #done(effect: string, body: object, status = 201): Reply {
    this.effects.push(effect);
    return { status, body };
  }

  #next(prefix: string): string {
    this.#ids += 1;
    return `${prefix}-${String(this.#ids).padStart(3, '0')}`;
  }

  #read({ key, id, query }: Call): Reply | null {
    const customer = this.customers.get(id);
    if (key === 'TMF629.retrieveCustomer') return customer ? { status: 200, body: { status: customer.status, kycStatus: customer.kycStatus } } : notFound;
    if (key === 'payment.listPaymentMethod') {
      const { card } = this.customers.get(query.get('customerId') ?? '') ?? { card: false };
      return { status: 200, body: card ? [{ id: 'PM-001', isDefault: true }] : [] };
    }
    if (key === 'inventory.retrieveMsisdn') {
      const status = this.numbers.get(id);
      return status ? { status: 200, body: { msisdn: id, status } } : notFound;
    }
    return this.#catalog(key, id);
  }

  #catalog(key: OperationKey, id: string): Reply | null {
    const tariff = this.tariffs.get(id);
    if (key === 'catalog.retrieveServiceMapping') return { status: 200, body: { id, customerFacingService: { id: 'CFS_MOBILE_BROADBAND', name: 'Mobile broadband' } } };
    if ((key !== 'catalog.retrieveTariff' && key !== 'TMF620.retrieveProductOffering') || !tariff) return null;
    const { value, category = 'PLAN', lifecycleStatus = 'Launched', sellable = true } = tariff;
    if (key === 'TMF620.retrieveProductOffering') return { status: 200, body: { id, name: `Plan ${id}`, category: [{ id: 'CTGY-001', name: category }], lifecycleStatus } };
    return { status: 200, body: { id, name: `Plan ${id}`, category, lifecycleStatus, sellable, specificationId: 'SPEC_MOBILE_PREPAID', price: { priceId: `PRICE_${id}`, name: 'Monthly', amount: { unit: 'SGD', value } } } };
  }

  #pay({ key, id, body }: Call): Reply | null {
    if (key === 'payment.authorizePayment') {
      const paymentId = this.#next('PAY');
      const { orderId } = body as { orderId: string };
      this.payments.set(paymentId, 'authorized');
      this.payers.set(paymentId, orderId);
      return this.#done(`authorize ${orderId}`, { id: paymentId });
    }
    if (key === 'payment.createZeroCharge') return this.#done('zero charge', { billId: this.#next('BILL') });
    if (key === 'payment.capturePayment') return this.#settle(id, 'captured', 'capture', { billId: this.#next('BILL') });
    if (key === 'payment.voidPayment') return this.#settle(id, 'canceled', 'void', {});
    if (key === 'TMF676.retrievePayment') return { status: 200, body: { id, status: this.payments.get(id), account: { id: 'BA-001' }, paymentMethod: { id: 'PM-001' } } };
    if (key === 'TMF676.createRefund') {
      this.refunds.push((body as { payment: { id: string } }).payment.id);
      return this.#done('refund', { id: this.#next('RFND') });
    }
    return null;
  }

  #settle(id: string, status: string, effect: string, more: object): Reply {
    if (this.payments.get(id) !== 'authorized') return refused(`payment.${effect}.not_authorized`);
    this.payments.set(id, status);
    return this.#done(`${effect} ${id}`, { id, ...more }, 200);
  }

  #line({ key, id, body, query }: Call): Reply | null {
    if (key === 'subscription.createSubscription') {
      const { orderId, customerId } = body as { orderId: string; customerId: string };
      const lineId = this.#next('SUB');
      this.lines.set(lineId, { customerId, orderId, state: 'pending' });
      return this.#done(`line of ${orderId}`, { id: lineId });
    }
    if (key === 'subscription.listSubscription') {
      const own = [...this.lines].filter(([, line]) => line.customerId === query.get('customerId'));
      return { status: 200, body: own.map(([lineId, line]) => ({ id: lineId, state: line.state })) };
    }
    if (key === 'inventory.assignReservation') return this.#done(`assign ${id}`, {}, 200);
    const line = this.lines.get(id);
    if (!line) return null;
    if (key === 'subscription.retrieveSubscription') return { status: 200, body: { id, ...line } };
    if (key === 'subscription.activateSubscription') return this.#become(id, 'active');
    if (key === 'subscription.schedulePlanChange') return this.#schedule(id, line, body as { offeringId: string; orderId: string });
    if (key === 'subscription.cancelPlanChange') return this.#keepPlan(id, line, query.get('orderId'));
    return key === 'subscription.terminateSubscription' ? this.#terminate(id, line.orderId) : null;
  }

  #schedule(id: string, line: Line, { offeringId, orderId }: { offeringId: string; orderId: string }): Reply {
    if (line.pendingChange && line.pendingChange.orderId !== orderId) return refused('subscription.plan_change.already_pending');
    line.pendingChange = { kind: 'plan', offeringId, orderId };
    return this.#done(`change of ${orderId}`, { id, ...line });
  }

  #keepPlan(id: string, line: Line, orderId: string | null): Reply {
    if (line.pendingChange?.orderId !== orderId) return refused('subscription.plan_change.none_pending');
    void this.dropChange(id);
    return this.#done(`no change of ${orderId}`, {}, 204);
  }

  /** The renewal brings the plan that a line was to have. */
  async renew(id: string): Promise<void> {
    const line = this.lines.get(id)!;
    const { offeringId, orderId } = line.pendingChange!;
    Object.assign(line, { offeringId, pendingChange: null });
    await this.#tell('subscription.plan_changed', { aggregateId: id, subscriptionId: id, changeOrderId: orderId });
  }

  /** Customer or end of the line take a change back. */
  async dropChange(id: string): Promise<void> {
    const line = this.lines.get(id)!;
    const { orderId } = line.pendingChange!;
    line.pendingChange = null;
    await this.#tell('subscription.plan_change_cancelled', { aggregateId: id, subscriptionId: id, changeOrderId: orderId });
  }

  #become(id: string, state: string): Reply {
    this.lines.get(id)!.state = state;
    return this.#done(`${id} ${state}`, { id, state }, 200);
  }

  /** som hears of it and clears the network. */
  #terminate(id: string, orderId: string): Reply {
    const order = this.#order({ id: this.#next('SO'), orderId, action: 'delete', preference: null, state: 'inProgress' });
    if (this.network === 'works' || this.network === 'storm') this.#later(order, id, 'completed');
    return this.#become(id, 'terminated');
  }

  #order(order: ServiceOrder): ServiceOrder {
    this.serviceOrders.set(order.id, order);
    return order;
  }

  #service({ key, id, body, query }: Call): Reply | null {
    if (key === 'TMF641.createServiceOrder') return this.#accept(body as Posted);
    if (key === 'TMF641.listServiceOrder') {
      const made = this.serviceOrders.get((query.get('serviceOrderItem.service.id') ?? '').replace('SVC-', ''));
      const removal = made && this.orderFor(made.orderId, 'delete');
      return { status: 200, body: removal ? [wire(removal)] : [] };
    }
    const order = this.serviceOrders.get(id);
    if (key === 'TMF641.retrieveServiceOrder') return order ? { status: 200, body: wire(order) } : notFound;
    if (key === 'TMF641.patchServiceOrder' && order) {
      if (isOver(order)) return refused('service_order.transition.invalid');
      order.state = 'failed';
      this.#later(order, null, 'failed', { reason: 'given up' });
      return this.#done(`fail ${id}`, wire(order), 200);
    }
    if (key === 'TMF641.createCancelServiceOrder') return this.#callOff(this.serviceOrders.get((body as { serviceOrder: { id: string } }).serviceOrder.id)!);
    return key === 'TMF641.retrieveCancelServiceOrder' ? { status: 200, body: { id, state: this.cancels.get(id) } } : null;
  }

  #callOff(order: ServiceOrder): Reply {
    const id = this.#next('CXS');
    this.cancels.set(id, 'inProgress');
    if (this.network === 'storm') {
      const late = order.state === 'completed' || (order.claimed && !isOver(order));
      this.cancels.set(id, late ? 'terminatedWithError' : 'done');
      if (!late && !isOver(order)) this.#later(order, null, 'cancelled');
      if (!late) order.state = 'cancelled';
      else setTimeout(() => void this.#tell('cancel_order.state_changed', { aggregateId: id, orderId: order.orderId, to: 'terminatedWithError' }), 1);
    }
    return this.#done(`cancel ${order.id}`, { id, state: 'accepted' });
  }

  /** Whatever the network may do with an order, in whatever time. */
  async #storm(order: ServiceOrder): Promise<void> {
    const pass = async (state: keyof typeof eventOf): Promise<void> => {
      await new Promise((wake) => setTimeout(wake, this.chance() * 8));
      if (!isOver(order)) await this.become(order.id, state);
    };
    await pass('inProgress');
    if (this.chance() < 0.5) await new Promise((wake) => setTimeout(wake, this.chance() * 30));
    order.claimed = true;
    if (this.chance() < 0.3) await pass('held');
    if (order.state === 'held') await pass('inProgress');
    await pass(this.chance() < 0.2 ? 'failed' : 'completed');
  }

  #accept({ externalId, serviceOrderItem: [item] }: Posted): Reply {
    const preference = item.service.serviceCharacteristic?.find(({ name }) => name === 'msisdnPreference')?.value ?? null;
    const order = this.#order({ id: this.#next('SO'), orderId: externalId, action: item.action, preference, state: 'acknowledged' });
    const reply = this.#done(`service ${item.action} ${externalId}`, wire(order));
    if (this.network === 'works') this.#later(order, null, 'inProgress', {}, () => this.#later(order, null, 'completed'));
    if (this.network === 'storm' && item.action === 'add') void this.#storm(order);
    if (this.network === 'storm' && item.action === 'delete') this.#later(order, null, 'completed');
    if (this.network === 'fails') this.#later(order, null, 'failed', { rule: 'msisdn.reserve.pool_empty', reason: 'No number is left.' });
    return reply;
  }

  #later(order: ServiceOrder, subscriptionId: string | null, state: keyof typeof eventOf, more: object = {}, then: () => void = () => undefined): void {
    setTimeout(() => void this.become(order.id, state, { subscriptionId, ...more }).then(then), 1);
  }

  /** Moves a service order and tells of it until somebody has listened, as the outbox does. */
  async become(id: string, state: keyof typeof eventOf, more: object = {}): Promise<void> {
    const order = this.serviceOrders.get(id)!;
    order.state = state;
    const { orderId, action } = order;
    await this.#tell(eventOf[state], { aggregateId: id, serviceOrderId: id, orderId, action, msisdn: '90000007', iccid: '8965010000000000053', reason: null, ...more });
  }

  async #tell(type: EventType, payload: { readonly aggregateId: string } & Record<string, unknown>): Promise<void> {
    for (;;) {
      try {
        return await this.onNews(type, payload);
      } catch (error) {
        if (!(error instanceof Error && error.message === 'the process is dead')) throw error;
        await new Promise((wake) => setTimeout(wake, 5));
      }
    }
  }

  /** The newest service order of a product order. */
  orderFor(orderId: string, action = 'add'): ServiceOrder {
    return [...this.serviceOrders.values()].filter((one) => one.orderId === orderId && one.action === action).at(-1)!; // the test knows that there is one
  }
}

const eventOf = {
  inProgress: 'service_order.in_progress', held: 'service_order.held', completed: 'service_order.completed',
  failed: 'service_order.failed', cancelled: 'service_order.cancelled',
} as const satisfies Record<string, EventType>;

interface Posted {
  readonly externalId: string;
  readonly serviceOrderItem: readonly [{
    readonly action: string;
    readonly service: { readonly serviceCharacteristic?: readonly { readonly name: string; readonly value: string }[] };
  }];
}

const wire = ({ id, state }: ServiceOrder): object => ({
  id, state,
  serviceOrderItem: [{ id: '1', action: 'add', service: { id: `SVC-${id}`, serviceCharacteristic: state === 'acknowledged' ? [] : [{ name: 'msisdn', value: '90000007' }, { name: 'iccid', value: '8965010000000000053' }] } }],
});
