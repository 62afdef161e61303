import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, testEnvironment, type ClonedDatabase } from '#db/template';
import { createClients, type Clients } from '#generated/clients';
import { Clock, elapsedMs, sleep } from '#runtime/clock';
import { randomBelow } from '#runtime/ids';
import type { ServiceName } from '#runtime/services';
import { customer, placeOrder } from '../support/story.ts';
import { unsettledSql } from '../support/unsettled.ts';

const kills = 30;
const ordersPerRun = 2;
/** Longer than an order takes, so that every moment of the saga is hit. */
const killWithinMs = 250;
const settleMsMax = 30_000;

interface Child {
  readonly process: ChildProcess;
  readonly clients: Clients;
}

const script = fileURLToPath(new URL('../support/serve-child.ts', import.meta.url));

async function start(clone: ClonedDatabase): Promise<Child> {
  const env = { ...testEnvironment, PATH: process.env['PATH'], BSS_PORT_BASE: '0', BSS_DATABASE_URL: clone.url };
  const child = fork(script, { env });
  const services = await new Promise<{ name: ServiceName; port: number }[]>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { name: ServiceName; port: number }[])); // what serve-child.ts sends
    child.once('exit', (code) => reject(new Error(`the services ended with ${code}`)));
  });
  const ports = new Map(services.map(({ name, port }) => [name, port]));
  const token = testEnvironment['BSS_CLI_API_TOKEN']!;
  return { process: child, clients: createClients({ baseUrl: (name) => `http://127.0.0.1:${ports.get(name)}`, token }) };
}

async function kill(child: Child): Promise<void> {
  const gone = new Promise((resolve) => child.process.once('exit', resolve));
  child.process.kill('SIGKILL');
  await gone;
}

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

const rows = <R>(clone: ClonedDatabase, sql: string): Promise<R[]> =>
  withClient(clone.url, async (client) => (await client.query(sql)).rows as R[]);

async function settled(clone: ClonedDatabase): Promise<void> {
  for (const begin = elapsedMs(); ;) {
    const left = await rows<{ what: string; id: string }>(clone, unsettledSql);
    if (left.length === 0) return;
    if (elapsedMs() - begin > settleMsMax) throw new Error(`still under way: ${left.map(({ what, id }) => `${what} ${id}`).join('; ')}`);
    await sleep(50);
  }
}
