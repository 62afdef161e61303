import test from 'ava';
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase } from '#db/template';
import { Clock, sleep } from '#runtime/clock';
import { randomBelow } from '#runtime/ids';
import { kill, rows, settled, start } from '../support/killable.ts';
import { customer, placeOrder } from '../support/story.ts';

const kills = 30;
const ordersPerRun = 2;
/** Longer than an order takes, so that every moment of the saga is hit. */
const killWithinMs = 250;

test('kill -9 at random moments: every order ends completed or failed, charged once or not at all', async (t) => {
  t.timeout(180_000);
  const clone = await cloneDatabase();
  t.teardown(() => clone.drop());
  let child = await start(clone);
  t.teardown(() => kill(child));
  const orders: string[] = [];
  const cards = ['4242424242424242', '4242424242424242', '4000000000000341', '4000000000000119'];
  for (let run = 0; run < kills; run++) {
    const stack = { clients: child.clients, clock: new Clock() } as Parameters<typeof customer>[0]; // the blocks used here need no more
    const people = await Promise.all(Array.from({ length: ordersPerRun }, (_, i) => customer(stack, cards[(run + i) % cards.length])));
    const placed = await Promise.all(people.map((who) => placeOrder(stack, who)));
    orders.push(...placed.map(({ id = '' }) => id));
    await sleep(randomBelow(killWithinMs));
    await kill(child);
    child = await start(clone);
  }
  await settled(clone);
  const states = await rows<{ id: string; state: string; step: string | null }>(clone, 'SELECT o.id, o.state, s.step FROM order_mgmt.product_order o JOIN order_mgmt.saga s ON s.order_id = o.id');
  t.is(states.length, orders.length);
  t.deepEqual(states.filter(({ state }) => state !== 'completed' && state !== 'failed'), []);
  t.true(states.some(({ state }) => state === 'completed'));
  const money = await rows<{ state: string; captures: number }>(clone, `SELECT o.state, (SELECT count(*)::int FROM audit.domain_event c
    JOIN audit.domain_event p ON p.aggregate_id = c.aggregate_id AND p.event_type = 'payment.created'
    WHERE c.event_type = 'payment.captured' AND p.payload->>'customerId' = o.customer_id) AS captures FROM order_mgmt.product_order o`);
  t.deepEqual(money.filter(({ state, captures }) => captures !== (state === 'completed' ? 1 : 0)), []);
  t.deepEqual(await withClient(clone.url, (client) => checkInvariants(client)), []);
});
