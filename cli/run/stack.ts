import { get } from 'node:http';
import { embeddedStatus } from '#db/embedded';
import { elapsedMs } from '#runtime/clock';
import { type Home } from '#runtime/home';
import { family, memoryOf } from './memory.ts';
import { runningServer, type Endpoint, type ServerState } from './server-state.ts';

export type Health = 'healthy' | 'unhealthy' | 'starting' | 'stopped';

export interface ServiceHealth {
  readonly name: string;
  readonly address: string;
  readonly state: Health;
  /** How long the service took to answer, in milliseconds; null when it did not. */
  readonly ms: number | null;
}

/** The whole installation as it is now; what `up`, `status` and their `--json` show. */
export interface Stack {
  readonly '@type': 'Stack';
  readonly state: Health;
  readonly services: readonly ServiceHealth[];
  readonly memoryBytes: { readonly server: number | null; readonly database: number | null };
  /** One sentence about what is wrong, or null. */
  readonly problem: string | null;
}

const probeMsMax = 2000;

/** Looks at the server, each of its services and the database. */
export async function inspect(home: Home): Promise<Stack> {
  const server = runningServer(home);
  const services = await Promise.all((server?.services ?? []).map(probe));
  const database = databaseHealth(home, server);
  const all = [...services, ...(database ? [database] : [])];
  return {
    '@type': 'Stack',
    state: overall(server, all),
    services: all,
    memoryBytes: { server: (server && memoryOf([server.process.pid])) ?? null, database: databaseMemory(home) },
    problem: problemOf(server),
  };
}

function overall(server: ServerState | undefined, all: readonly ServiceHealth[]): Health {
  if (!server) return 'stopped';
  if (!['ready', 'failed', 'stopping'].includes(server.phase)) return 'starting';
  return server.phase === 'ready' && all.every(({ state }) => state === 'healthy') ? 'healthy' : 'unhealthy';
}

function problemOf(server: ServerState | undefined): string | null {
  if (!server) return 'Nothing runs here; start it with `make up`.';
  if (server.error) return server.error;
  return server.phase === 'ready' ? null : `The server is busy with: ${server.phase}.`;
}

function databaseHealth(home: Home, server: ServerState | undefined): ServiceHealth | undefined {
  if (server?.database && !server.database.embedded) return undefined; // its services' /readyz vouch for it
  const { state, port } = embeddedStatus(home.database);
  if (state === 'absent') return undefined;
  const health = { running: 'healthy', starting: 'starting', stopped: 'stopped' } as const;
  return { name: 'database', address: port ? `127.0.0.1:${port}` : '-', state: health[state], ms: null };
}

function databaseMemory(home: Home): number | null {
  const { pid } = embeddedStatus(home.database);
  return (pid === undefined ? undefined : memoryOf(family(pid))) ?? null;
}

/** Asks one service whether it is ready. */
export function probe({ name, port }: Endpoint): Promise<ServiceHealth> {
  const begin = elapsedMs();
  const address = `http://localhost:${port}`;
  return new Promise((resolve) => {
    const settle = (healthy: boolean): void => resolve({
      name, address, state: healthy ? 'healthy' : 'unhealthy', ms: healthy ? Math.round(elapsedMs() - begin) : null,
    });
    const request = get({ host: '127.0.0.1', port, path: '/readyz', timeout: probeMsMax, agent: false }, (answer) => {
      answer.resume();
      settle(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => settle(false));
  });
}
