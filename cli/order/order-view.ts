import { ok } from '#runtime/client';
import type { OrderView } from '../renderers/order.ts';
import { absentAsNull, type Session } from '../session.ts';

const tasksMax = 200;

/**
 * An order with saga, network tasks and the states it went through, from four places at once.
 * @throws RemoteError when there is no such order
 */
export async function orderView({ clients }: Pick<Session, 'clients'>, id: string): Promise<OrderView> {
  const path = { params: { path: { id } } };
  const [order, saga, tasks, events] = await Promise.all([
    ok(clients.TMF622.GET('/productOrder/{id}', path)),
    absentAsNull(ok(clients.order.GET('/productOrder/{id}/saga', path))),
    ok(clients.provisioning.GET('/task', { params: { query: { orderId: id, limit: tasksMax } } })),
    ok(clients.audit('com').GET('/event', { params: { query: { aggregateType: 'order', aggregateId: id, limit: 100 } } })),
  ]);
  const timeline = events.toSorted((a, b) => a.aggregateSeq - b.aggregateSeq).flatMap(({ payload, occurredAt }) =>
    (typeof payload['to'] === 'string' ? [{ state: payload['to'], at: occurredAt }] : []));
  return { '@type': 'OrderView', id, order, saga, tasks: tasks.toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })), timeline };
}
