import type { Database, Tx } from '#db/database';
import type { Consumer, DomainEvent } from '#events/consumer';
import { advanceSaga } from '#policy/order';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { lockWork, type SagaData, type ServiceNews, type Work } from './saga.ts';
import { noteNews, tellSaga } from './store.ts';

/** News that sagas wait for (DOMAIN §5 F1.8, F2.2, F7.3, F8.4). */
export const consumers = (service: Service, saga: Worker): Consumer[] => [
  {
    name: 'com.service_order',
    types: ['service_order.in_progress', 'service_order.held', 'service_order.completed', 'service_order.failed', 'service_order.cancelled'],
    apply: async (tx, event) => {
      const orderId = await orderOf(tx, event.payload);
      if (orderId !== null) await tell(tx, service, saga, orderId, (work) => newsFor(work, event));
    },
  },
  {
    name: 'com.cancel_service_order',
    types: ['cancel_order.state_changed'],
    apply: async (tx, event) => {
      const { orderId, to } = event.payload;
      // Our own requests tell of themselves under the same type. One that is done shows in its service order.
      if (!event.aggregateId.startsWith('CXS-') || to !== 'terminatedWithError' || typeof orderId !== 'string') return;
      await tell(tx, service, saga, orderId, ({ data }) => (data.cancelId ? { cancelRefused: true } : null));
    },
  },
  {
    name: 'com.plan_change',
    types: ['subscription.plan_changed', 'subscription.plan_change_cancelled'],
    apply: async (tx, { eventType, payload }) => {
      const { changeOrderId } = payload;
      const changeState = eventType === 'subscription.plan_changed' ? 'applied' : 'cancelled';
      if (typeof changeOrderId === 'string') await tell(tx, service, saga, changeOrderId, () => ({ changeState }));
    },
  },
];

/** Gives a saga that has not ended what it waits for, perhaps; null is no news. */
async function tell(tx: Tx, service: Service, saga: Worker, orderId: string, newsOf: (work: Work) => SagaData | null): Promise<void> {
  const work = await lockWork(tx, orderId);
  if (!work || work.step === null) return;
  const news = newsOf(work);
  const isDue = work.nextRunMs !== null && work.nextRunMs <= service.clock.tick();
  const matters = news !== null && changesCourse(work, news);
  // Due already: a claim has perhaps passed over the row while it was locked here, and must look again.
  if (matters || isDue) tx.afterCommit(() => saga.nudge());
  if (matters) return tellSaga(tx, advanceSaga.permit(tx), work, news, service.clock.tick());
  if (news) await noteNews(tx, advanceSaga.permit(tx), work, news);
}

/** A service order that is under way, as it should be, wakes nobody. */
const changesCourse = ({ state, data }: Work, { serviceState, removalState }: SagaData): boolean => {
  const isUsual = (serviceState ?? removalState) === 'inProgress' && state !== 'held';
  return !isUsual || data.serviceState === 'held' || data.removalState === 'held';
};

type Payload = DomainEvent['payload'];

/**
 * The order that waits for a service order: for one that clears the network, the order that ends the
 * line if there is one, else the order whose service order it takes back.
 */
async function orderOf(reader: Pick<Database | Tx, 'one'>, { action, orderId, subscriptionId }: Payload): Promise<string | null> {
  if (action === 'delete' && typeof subscriptionId === 'string') {
    const row = await reader.one<{ orderId: string }>(
      `SELECT i.order_id FROM order_mgmt.order_item i JOIN order_mgmt.saga s ON s.order_id = i.order_id
       WHERE i.subscription_id = $1 AND i.action = 'delete' AND s.step IS NOT NULL`, [subscriptionId]);
    if (row) return row.orderId;
  }
  return (action === 'add' || action === 'delete') && typeof orderId === 'string' ? orderId : null;
}

const states: Readonly<Record<string, ServiceNews>> = {
  'service_order.in_progress': 'inProgress', 'service_order.held': 'held', 'service_order.completed': 'completed',
  'service_order.failed': 'failed', 'service_order.cancelled': 'cancelled',
};

const isOver = (state: ServiceNews | undefined): boolean => state === 'completed' || state === 'failed' || state === 'cancelled';

/** A look may have told the end before the events tell how it came about: the end stands. */
function newsFor({ action, data }: Work, { eventType, aggregateId, payload }: DomainEvent): SagaData | null {
  const state = states[eventType]!; // the consumer takes these types only
  if (payload['action'] === 'delete') {
    return isOver(data.removalState) && data.removalId === aggregateId ? null : { removalId: aggregateId, removalState: state };
  }
  if (action !== 'add' || isOver(data.serviceState)) return null;
  return {
    serviceOrderId: aggregateId, serviceState: state, ...textOf(payload, 'msisdn'), ...textOf(payload, 'iccid'),
    ...(state === 'failed' || state === 'cancelled' ? { serviceFailure: failureOf(payload, state) } : {}),
  };
}

function textOf(payload: Payload, name: 'msisdn' | 'iccid'): SagaData {
  const value = payload[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

function failureOf({ rule, reason }: Payload, state: ServiceNews): NonNullable<SagaData['serviceFailure']> {
  return { rule: typeof rule === 'string' ? rule : null, message: typeof reason === 'string' ? reason : `The service order was ${state}.` };
}
