import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { deviations, macros, tally } from '#cli/demo/expected-events';
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, testEnvironment } from '#db/template';
import { createClients } from '#generated/clients';
import { ok } from '#runtime/client';
import { Clock, elapsedMs, sleep } from '#runtime/clock';
import { serviceNames, servicePort, type ServiceName } from '#runtime/services';
import { freePortBase } from '../support/port-base.ts';
import { customer, ended, lineOf, placeOrder, sagaOf, topUp } from '../support/story.ts';
import { unsettledSql } from '../support/unsettled.ts';

const script = fileURLToPath(new URL('../support/serve-child.ts', import.meta.url));
const front: readonly ServiceName[] = ['catalog', 'crm', 'payment', 'com', 'billing'];
const back = serviceNames.filter((name) => !front.includes(name));
const settleMsMax = 20_000;

test('services in two processes share nothing but the database and their addresses', async (t) => {
  t.timeout(60_000);
  const clone = await cloneDatabase();
  t.teardown(() => clone.drop());
  const base = await freePortBase();
  const start = async (names: readonly ServiceName[]): Promise<ChildProcess> => {
    const child = fork(script, names, { env: { ...testEnvironment, PATH: process.env['PATH'], BSS_PORT_BASE: String(base), BSS_DATABASE_URL: clone.url } });
    t.teardown(() => void child.kill('SIGKILL'));
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the services ended with ${code}`)));
    });
    return child;
  };
  await Promise.all([start(front), start(back)]);
  const clients = createClients({ baseUrl: (name) => `http://127.0.0.1:${servicePort(name, base)}`, token: testEnvironment['BSS_CLI_API_TOKEN']! });
  const stack = { clients, clock: new Clock() } as Parameters<typeof customer>[0]; // the blocks used here need no more

  const { id = '' } = await placeOrder(stack, await customer(stack));
  t.is(await ended(stack, id), 'completed');
  const line = await lineOf(stack, (await sagaOf(stack, id)).subscriptionId ?? '');
  t.is(line.state, 'active');
  await topUp(stack, line.id);

  const rows = <R>(sql: string): Promise<R[]> => withClient(clone.url, async (client) => (await client.query(sql)).rows as R[]); // the test says what it reads
  for (const begin = elapsedMs(); (await rows(unsettledSql)).length > 0; await sleep(20)) {
    if (elapsedMs() - begin > settleMsMax) t.fail(`still under way: ${JSON.stringify(await rows(unsettledSql))}`);
  }
  const events = await rows<{ type: string }>('SELECT event_type AS type FROM audit.domain_event');
  t.deepEqual(deviations(tally([...macros.CUST, ...macros.ORDER, ...macros.VAS]), tally(events.map(({ type }) => type))), []);

  // A clock moved in one process is moved in the other.
  await ok(clients.admin('catalog').POST('/clock/advance', { body: { duration: '2d' } }));
  await sleep(1200);
  const [one, two] = await Promise.all((['catalog', 'rating'] as const).map((name) => ok(clients.admin(name).GET('/clock'))));
  t.true(Math.abs(Date.parse(one!.now) - Date.parse(two!.now)) < 5_000);
  t.deepEqual(await withClient(clone.url, (client) => checkInvariants(client)), []);
});
