/** The services live on while the database server crashes under them: nothing they took for done may be lost with it. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { removeEmbedded, startEmbedded } from '#db/embedded';
import { checkInvariants } from '#db/invariants';
import { installationUrl, migrate, seed, withClient } from '#db/migrate';
import { testEnvironment } from '#db/template';
import { createClients } from '#generated/clients';
import { serve } from '#handlers/serve';
import { Clock, elapsedMs, sleep } from '#runtime/clock';
import { loadConfig } from '#runtime/config';
import { randomBelow } from '#runtime/ids';
import { signalProcess } from '#runtime/process';
import { serviceNames } from '#runtime/services';
import { unsettledSql } from '../support/unsettled.ts';
import { customer, placeOrder } from '../support/story.ts';

const crashes = 8;
const ordersPerCrash = 10;
/** As long as these orders take, so that every moment of them is hit. */
const crashWithinMs = 1_500;
/** Longer than a lease: what was under way at the crash is taken up again when its lease is over. */
const settleMsMax = 60_000;

test('kill -9 of the database server: every order ends, charged once or not at all, and no event is lost on its way', async (t) => {
  t.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'bss-crash-'));
  chmodSync(folder, 0o711);
  t.teardown(async () => {
    await removeEmbedded(join(folder, 'pg'));
    rmSync(folder, { recursive: true, force: true });
  });
  const { adminUrl } = await startEmbedded({ dataDir: join(folder, 'pg'), port: 0 });
  const config = { ...loadConfig({ ...testEnvironment, BSS_PORT_BASE: '0', BSS_LEASE_SECONDS: '3' }), databaseUrl: adminUrl };
  await migrate(adminUrl, config);
  await seed(adminUrl, config);
  const clock = new Clock();
  const running = await serve(serviceNames, config, { clock, logLevel: 'silent' });
  t.teardown(() => running.stop());
  const ports = new Map(running.services.map(({ name, port }) => [name, port]));
  const clients = createClients({ baseUrl: (name) => `http://127.0.0.1:${ports.get(name)}`, token: testEnvironment['BSS_CLI_API_TOKEN']! });
  const stack = { clients, clock } as Parameters<typeof customer>[0]; // the blocks used here need no more
  const rows = <R>(sql: string): Promise<R[]> => withClient(installationUrl(adminUrl), async (client) => (await client.query(sql)).rows as R[]);

  const orders = new Set<string>();
  for (let crash = 0; crash < crashes; crash += 1) {
    const people: string[] = [];
    for (let i = 0; i < ordersPerCrash; i += 1) people.push(await customer(stack));
    for (const who of people) orders.add((await placeOrder(stack, who)).id ?? '');
    await sleep(randomBelow(crashWithinMs));
    // The server starts anew when one of its processes is killed; what this one had still to write to the disk is lost.
    const [writer] = await rows<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
    signalProcess(writer!.pid, 'SIGKILL');
    for (const begin = elapsedMs(); (await rows('SELECT 1').catch(() => [])).length === 0; await sleep(50)) if (elapsedMs() - begin > settleMsMax) throw new Error('the server does not come back');
  }
  for (const begin = elapsedMs(); ; await sleep(100)) {
    const left = await rows<{ what: string; id: string }>(unsettledSql);
    if (left.length === 0) break;
    if (elapsedMs() - begin > settleMsMax) throw new Error(`still under way: ${JSON.stringify(left)}`);
  }
  const states = await rows<{ id: string; state: string }>('SELECT id, state FROM order_mgmt.product_order');
  t.deepEqual(states.filter(({ state }) => state !== 'completed'), []);
  t.deepEqual(states.map(({ id }) => id).toSorted(), [...orders].toSorted());
  t.deepEqual(await rows("SELECT order_id FROM payment.payment WHERE status = 'captured' GROUP BY 1 HAVING count(*) <> 1"), []);
  t.deepEqual(await withClient(installationUrl(adminUrl), (client) => checkInvariants(client)), []);
});
