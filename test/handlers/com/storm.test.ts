import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import type { OperationKey } from '#generated/operations';
import { PolicyViolation } from '#runtime/errors';
import { seededFraction } from '#runtime/ids';
import { addOf, Desk } from './desk.ts';

/**
 * Many orders while everything goes wrong at once: calls and answers get lost, com dies, the network
 * fails or halts, customers cancel and operators give up. Whatever happens, an order ends, and ends whole.
 */
const orders = 40;
const seed = process.env['BSS_TEST_SEED'] ?? 'storm';
const deadly: readonly OperationKey[] = [
  'payment.authorizePayment', 'TMF641.createServiceOrder', 'subscription.createSubscription', 'inventory.assignReservation', 'payment.capturePayment',
  'subscription.activateSubscription', 'payment.voidPayment', 'subscription.terminateSubscription', 'TMF641.createCancelServiceOrder', 'TMF641.patchServiceOrder',
];

let draws = 0;
const chance = (): number => seededFraction(`${seed}:${(draws += 1)}`);
const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;

/** An effect the moment forbids is one of the things that go wrong. */
const unlessRefused = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => {
  if (!(error instanceof PolicyViolation) && !(error instanceof Error && error.message === 'the process is dead')) throw error;
});

/** Kills and restarts com, and lets nobody wait out a pause, until told to stop. */
async function weather(desk: Desk, over: () => boolean): Promise<number> {
  let deaths = 0;
  while (!over()) {
    desk.diesAfter = pick(deadly);
    await pause(20);
    await desk.sql('UPDATE order_mgmt.saga SET next_run_ms = 0 WHERE step IS NOT NULL AND next_run_ms IS NOT NULL');
    if (!desk.isDead) continue;
    deaths += 1;
    await desk.restart();
  }
  desk.diesAfter = null;
  await desk.restart();
  return deaths;
}

/** Somebody changes their mind, perhaps, some time after ordering. */
async function meddle(desk: Desk, id: string): Promise<void> {
  await pause(chance() * 400);
  if (chance() < 0.4) await unlessRefused(desk.cancel(id));
  else if (chance() < 0.3) await unlessRefused(desk.call('order.failProductOrder', { id, body: { reason: 'given up' } }));
}

async function end(desk: Desk, id: string): Promise<string> {
  for (let polls = 0; polls < 300; polls += 1) {
    const { step, orderState } = await desk.saga(id);
    if (step === null) return orderState as string;
    await pause(100);
  }
  throw new Error(`${id} does not end (seed ${seed}): ${JSON.stringify(await desk.saga(id))}`);
}

test('every order ends whole, whatever goes wrong on the way', async (t) => {
  t.timeout(60_000);
  const desk = await Desk.open({ BSS_MAX_LINES: '100' });
  t.teardown(() => desk.close());
  const { neighbours } = desk;
  Object.assign(neighbours, { network: 'storm', chance });
  await desk.pause();
  const ids: string[] = [];
  for (let n = 0; n < orders; n += 1) {
    ids.push(await desk.place(addOf(neighbours.customer(`CUST-${String(n + 1).padStart(3, '0')}`))));
  }
  neighbours.lossRate = 0.04;
  let over = false;
  await desk.restart();
  const storm = weather(desk, () => over);
  await Promise.all(ids.map((id) => meddle(desk, id)));
  const states = new Map(await Promise.all(ids.map(async (id) => [id, await end(desk, id)] as const)));
  over = true;
  const deaths = await storm;
  await pause(50);

  const seen = [...states.values()];
  t.log(`seed ${seed}: ${deaths} deaths, ${neighbours.calls.length} calls, ${['completed', 'failed', 'cancelled'].map((one) => `${seen.filter((state) => state === one).length} ${one}`).join(', ')}`);
  for (const one of ['completed', 'failed', 'cancelled']) t.true(seen.includes(one), `some order is ${one}`);
  t.true(deaths > 0);

  for (const [id, state] of states) {
    const payments = [...neighbours.payers].filter(([, orderId]) => orderId === id).map(([paymentId]) => paymentId);
    const kept = payments.filter((paymentId) => neighbours.payments.get(paymentId) === 'captured' && !neighbours.refunds.includes(paymentId));
    const held = payments.filter((paymentId) => neighbours.payments.get(paymentId) === 'authorized');
    const lines = [...neighbours.lines.values()].filter(({ orderId }) => orderId === id).map((line) => line.state);
    const services = [...neighbours.serviceOrders.values()].filter(({ orderId }) => orderId === id);
    const added = services.filter(({ action }) => action === 'add').map((one) => one.state);
    const removed = services.filter(({ action }) => action === 'delete').length;
    const history = (await desk.sql<{ toState: string }>('SELECT to_state AS "toState" FROM order_mgmt.product_order_history WHERE order_id = $1 ORDER BY id', [id])).map(({ toState }) => toState);
    const told = (await desk.sql<{ to: string }>("SELECT payload->>'to' AS to FROM audit.domain_event WHERE aggregate_id = $1 AND payload ? 'to' ORDER BY aggregate_seq", [id])).map(({ to }) => to);
    const whole = `${id} ${state} (seed ${seed})`;
    t.true(payments.length <= 1, `${whole}: one payment`);
    t.deepEqual(held, [], `${whole}: no money is held for ever`);
    t.is(kept.length, state === 'completed' ? 1 : 0, `${whole}: money is kept for a line only`);
    t.deepEqual(lines, state === 'completed' ? ['active'] : lines.map(() => 'terminated'), `${whole}: line`);
    t.true(added.length <= 1, `${whole}: one service`);
    if (added[0] === 'completed') t.is(removed, state === 'completed' ? 0 : 1, `${whole}: a service without its line is removed`);
    t.deepEqual(told, history, `${whole}: the events tell the history`);
    t.is(history.at(-1), state);
  }
  const requests = await desk.sql<{ state: string; orderState: string }>(
    'SELECT c.state, o.state AS "orderState" FROM order_mgmt.cancel_product_order c JOIN order_mgmt.product_order o ON o.id = c.order_id');
  for (const { state, orderState } of requests) t.is(state, orderState === 'cancelled' ? 'done' : 'terminatedWithError');
});
