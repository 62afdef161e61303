/** All services in a process of their own, to be killed without a word. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { withClient } from '#db/migrate';
import { testEnvironment } from '#db/template';
import { createClients, type Clients } from '#generated/clients';
import { elapsedMs, sleep } from '#runtime/clock';
import type { ServiceName } from '#runtime/services';
import { unsettledSql } from './unsettled.ts';

const settleMsMax = 30_000;
const script = fileURLToPath(new URL('serve-child.ts', import.meta.url));

type Place = { readonly url: string };

export interface Child {
  readonly process: ChildProcess;
  readonly ports: ReadonlyMap<ServiceName, number>;
  readonly clients: Clients;
}

/** @throws {Error} the services end before they listen */
export async function start(clone: Place, settings: Readonly<Record<string, string>> = {}): Promise<Child> {
  const env = { ...testEnvironment, PATH: process.env['PATH'], BSS_PORT_BASE: '0', BSS_DATABASE_URL: clone.url, ...settings };
  const child = fork(script, { env });
  const services = await new Promise<{ name: ServiceName; port: number }[]>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { name: ServiceName; port: number }[])); // what serve-child.ts sends
    child.once('exit', (code) => reject(new Error(`the services ended with ${code}`)));
  });
  const ports = new Map(services.map(({ name, port }) => [name, port]));
  const token = testEnvironment['BSS_CLI_API_TOKEN']!;
  return { process: child, ports, clients: createClients({ baseUrl: (name) => `http://127.0.0.1:${ports.get(name)}`, token }) };
}

export const kill = (child: Child): Promise<void> => end(child, 'SIGKILL');

/** Lets the services finish what they are at. */
export const stop = (child: Child): Promise<void> => end(child, 'SIGTERM');

async function end(child: Child, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => child.process.once('exit', resolve));
  child.process.kill(signal);
  await gone;
}

export const rows = <R>(clone: Place, sql: string): Promise<R[]> =>
  withClient(clone.url, async (client) => (await client.query(sql)).rows as R[]);

/** Waits until nothing is under way. @throws {Error} naming what is left after 30 s */
export async function settled(clone: Place): Promise<void> {
  for (const begin = elapsedMs(); ;) {
    const left = await rows<{ what: string; id: string }>(clone, unsettledSql);
    if (left.length === 0) return;
    if (elapsedMs() - begin > settleMsMax) throw new Error(`still under way: ${left.map(({ what, id }) => `${what} ${id}`).join('; ')}`);
    await sleep(50);
  }
}
