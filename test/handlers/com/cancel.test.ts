import test from 'ava';
import { addOf, deleteOf, Desk, types } from './desk.ts';

/** DOMAIN §4 "Product order", "Cancel request"; §5 F1 "cancel accepted"; TMF622 cancelProductOrder. */
let desk: Desk;

test.before(async () => {
  desk = await Desk.open();
});
test.after.always(() => desk?.close());
test.beforeEach(async () => {
  const { neighbours } = desk;
  neighbours.network = 'waits';
  neighbours.script = () => null;
  neighbours.calls.length = 0;
  neighbours.effects.length = 0;
  await desk.events();
});

let customers = 0;
const customer = (): string => desk.neighbours.customer(`CUST-${String((customers += 1)).padStart(3, '0')}`);
const cancelEvents = (states: readonly string[]): string[] => ['cancel_order.created', ...states.map(() => 'cancel_order.state_changed')];
const sorted = (list: readonly string[]): string[] => [...list].sort();

async function waiting(): Promise<{ id: string; serviceOrderId: string }> {
  const id = await desk.place(addOf(customer()));
  await desk.rests(id, 'awaitService');
  const { id: serviceOrderId } = desk.neighbours.orderFor(id);
  await desk.neighbours.become(serviceOrderId, 'inProgress');
  await desk.rests(id, 'awaitService');
  return { id, serviceOrderId };
}

const request = async (id: string) => (await desk.call('TMF622.retrieveCancelProductOrder', { id })).body;

test.serial('an order nobody has begun is cancelled at once', async (t) => {
  await desk.pause();
  const id = await desk.place(addOf(customer()));
  const { status, body, headers } = await desk.cancel(id);
  await desk.restart();
  t.is(status, 201);
  t.like(body, { state: 'done', effectiveCancellationDate: '2026-04-11T09:00:00.000Z', cancellationReason: 'changed my mind' });
  t.is(headers['Location'], body.href);
  await desk.rests(id, null);
  const shown = { state: 'cancelled', cancellationDate: '2026-04-11T09:00:00.000Z', cancellationReason: 'changed my mind' };
  t.like((await desk.call('TMF622.retrieveProductOrder', { id })).body, { ...shown, productOrderItem: [{ state: 'cancelled' }] });
  t.is((await desk.call('TMF622.listProductOrder', { query: { id, cancellationReason: 'changed my mind' } })).body.length, 1);
  t.deepEqual(desk.neighbours.effects, []);
  t.deepEqual(types(await desk.events()), ['order.acknowledged', 'order.cancelled', ...cancelEvents(['inProgress', 'done'])]);
});

test.serial('an order whose network tasks wait is cancelled and everything undone', async (t) => {
  const { id, serviceOrderId } = await waiting();
  const { body } = await desk.cancel(id);
  t.is(body.state, 'acknowledged');
  await desk.rests(id, 'assessCancel');
  t.is(await desk.state(id), 'assessingCancellation');
  t.is((await request(body.id)).state, 'inProgress');
  await desk.neighbours.become(serviceOrderId, 'cancelled');
  await desk.until(id, 'cancelled');
  const { paymentId } = await desk.saga(id);
  t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `service add ${id}`, `cancel ${serviceOrderId}`, `void ${paymentId}`]);
  t.like(await request(body.id), { state: 'done', effectiveCancellationDate: '2026-04-11T09:00:00.000Z' });
  t.deepEqual(sorted(types(await desk.events())), sorted([
    'order.acknowledged', 'order.in_progress', 'order.assessing_cancellation', 'order.pending_cancellation', 'order.cancelled', ...cancelEvents(['inProgress', 'done']),
  ]));
});

test.serial('an order whose tasks have begun goes on; the request carries the rule', async (t) => {
  const { id, serviceOrderId } = await waiting();
  const { body } = await desk.cancel(id);
  await desk.rests(id, 'assessCancel');
  await desk.tell('cancel_order.state_changed', { aggregateId: 'CXS-777', cancelOrderId: 'CXS-777', serviceOrderId, orderId: id, from: 'inProgress', to: 'terminatedWithError' });
  await desk.until(id, 'inProgress');
  const refusal = await request(body.id);
  t.like(refusal, { state: 'terminatedWithError', policyViolation: { reason: 'order.cancel.too_late', context: { orderId: id, serviceOrderId } } });
  t.truthy(refusal.policyViolation.fix[0].hint);
  await desk.neighbours.become(serviceOrderId, 'completed');
  await desk.until(id, 'completed');
  t.deepEqual(sorted(types(await desk.events())), sorted([
    'order.acknowledged', 'order.in_progress', 'order.assessing_cancellation', 'order.in_progress', 'order.completed', ...cancelEvents(['inProgress', 'terminatedWithError']),
  ]));
});

test.serial('som may answer at once that it is too late', async (t) => {
  desk.neighbours.script = ({ key }) => (key === 'TMF641.createCancelServiceOrder' ? { status: 201, body: { id: 'CXS-778', state: 'terminatedWithError' } } : null);
  const { id, serviceOrderId } = await waiting();
  const { body } = await desk.cancel(id);
  await desk.until(id, 'inProgress');
  await desk.rests(id, 'awaitService');
  t.is((await request(body.id)).state, 'terminatedWithError');
  await desk.neighbours.become(serviceOrderId, 'completed');
  await desk.until(id, 'completed');
});

test.serial('a cancelled order of which the network has made a line is too late, whoever was faster', async (t) => {
  const { id, serviceOrderId } = await waiting();
  const { body } = await desk.cancel(id);
  await desk.neighbours.become(serviceOrderId, 'completed');
  await desk.until(id, 'completed');
  t.is((await request(body.id)).state, 'terminatedWithError');
});

test.serial('an order that is being paid is cancelled before anything is reserved', async (t) => {
  let answered: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => { answered = resolve; });
  desk.neighbours.hold = async ({ key }) => (key === 'payment.authorizePayment' ? gate : undefined);
  const id = await desk.place(addOf(customer()));
  await desk.asked('payment.authorizePayment');
  await desk.cancel(id);
  answered();
  await desk.until(id, 'cancelled');
  const { paymentId } = await desk.saga(id);
  t.deepEqual(desk.neighbours.effects, [`authorize ${id}`, `void ${paymentId}`]);
  desk.neighbours.hold = async () => undefined;
});

test.serial('a line that has ended is not brought back by cancelling', async (t) => {
  desk.neighbours.network = 'works';
  const customerId = customer();
  const made = await desk.place(addOf(customerId));
  await desk.until(made, 'completed');
  const { subscriptionId } = await desk.saga(made);
  desk.neighbours.network = 'waits';
  const ending = await desk.place(deleteOf(customerId, subscriptionId));
  await desk.rests(ending, 'awaitRemoval');
  const { body } = await desk.cancel(ending);
  await desk.until(ending, 'inProgress');
  t.is((await request(body.id)).state, 'terminatedWithError');
  await desk.neighbours.become(desk.neighbours.orderFor(made, 'delete').id, 'completed', { subscriptionId });
  await desk.until(ending, 'completed');
});

test.serial('what is over, held, or being cancelled is not cancelled', async (t) => {
  const refusalOf = async (id: string) => desk.refusal('TMF622.createCancelProductOrder', { body: { productOrder: { id } } });
  const { id, serviceOrderId } = await waiting();
  await desk.neighbours.become(serviceOrderId, 'held');
  await desk.until(id, 'held');
  t.like(await refusalOf(id), { rule: 'order.transition.invalid', context: { orderId: id, state: 'held', trigger: 'cancel', legal: ['resume', 'fail'] } });
  await desk.neighbours.become(serviceOrderId, 'completed');
  await desk.until(id, 'completed');
  t.like(await refusalOf(id), { rule: 'order.transition.invalid', context: { state: 'completed', legal: [] } });
  const second = await waiting();
  await desk.cancel(second.id);
  t.is((await refusalOf(second.id)).context['state'], 'assessingCancellation');
  t.is((await desk.refusal('order.failProductOrder', { id: second.id, body: { reason: 'x' } })).rule, 'order.transition.invalid');
});

test.serial('an order being given up cannot be cancelled as well', async (t) => {
  const { id } = await waiting();
  desk.neighbours.script = ({ key }) => (key === 'TMF641.patchServiceOrder' ? 'away' : null);
  await desk.call('order.failProductOrder', { id, body: { reason: 'fraud' } });
  const { rule } = await desk.refusal('TMF622.createCancelProductOrder', { body: { productOrder: { id } } });
  t.is(rule, 'order.transition.invalid');
  desk.neighbours.script = () => null;
  await desk.until(id, 'failed');
});

test.serial('an order of another system is recorded and left alone; one of ours must exist', async (t) => {
  const { status, body } = await desk.cancel('4711-foreign');
  t.is(status, 201);
  t.like(body, { state: 'acknowledged', productOrder: { id: '4711-foreign' } });
  t.deepEqual(types(await desk.events()), ['cancel_order.created', 'cancel_order.information_required']);
  t.like(await desk.refusal('TMF622.createCancelProductOrder', { body: { productOrder: { id: 'ORD-99999' } } }), {
    rule: 'reference.id.unknown', context: { type: 'productOrder', id: 'ORD-99999' },
  });
});

test.serial('a customer cancels its own orders only', async (t) => {
  const { id } = await waiting();
  const { rule, status } = await desk.refusal('TMF622.createCancelProductOrder', { body: { productOrder: { id } }, as: { role: 'customer', onBehalfOf: 'CUST-999' } });
  t.deepEqual([rule, status], ['auth.customer.not_owner', 403]);
  t.is(await desk.state(id), 'inProgress');
});
