/** All services in one process on a database of their own: what a story needs. */
import type { ExecutionContext } from 'ava';
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { createClients, type Clients } from '#generated/clients';
import { serve, type Running } from '#handlers/serve';
import { Clock, elapsedMs, sleep } from '#runtime/clock';
import type { Config } from '#runtime/config';
import { serviceNames, type ServiceName } from '#runtime/services';
import { unsettledSql } from './unsettled.ts';

export interface StackOptions {
  /** All, unless a story needs fewer. */
  readonly services?: readonly ServiceName[];
  /** Frozen business time at the start. */
  readonly at?: string;
  /** Settings laid over those of every test. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface LedgerEvent {
  readonly type: string;
  readonly aggregateId: string;
  readonly actor: string;
  readonly channel: string;
  readonly traceId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const settleMsMax = 10_000;
const settlePollMs = 5;

/**
 * Starts the services; at the end of the test they are stopped, every invariant of DOMAIN §8 is
 * checked and the database is dropped.
 */
export async function startStack(t: Pick<ExecutionContext, 'teardown'>, options: StackOptions = {}): Promise<Stack> {
  const clone = await cloneDatabase({ BSS_PORT_BASE: '0', ...options.env });
  const clock = new Clock({ frozenAtMs: Date.parse(options.at ?? '2026-04-11T09:00:00Z'), offsetMs: 0 });
  const running = await serve(options.services ?? serviceNames, clone.config, { clock, logLevel: process.env['BSS_TEST_LOG'] ?? 'silent' });
  const stack = new Stack(clone, running, clock);
  t.teardown(async () => {
    try {
      const broken = await stack.invariants();
      if (broken.length > 0) throw new Error(`invariants are broken at the end: ${JSON.stringify(broken)}`); // too late for an assertion
    } finally {
      await stack.stop();
      await clone.drop();
    }
  });
  return stack;
}

export class Stack {
  readonly clock: Clock;
  /** As the identity `cli`, role admin. */
  readonly clients: Clients;
  readonly #clone: ClonedDatabase;
  #running: Running;
  #position = 0;

  constructor(clone: ClonedDatabase, running: Running, clock: Clock) {
    this.#clone = clone;
    this.#running = running;
    this.clock = clock;
    this.clients = this.as('cli');
  }

  get config(): Config {
    return this.#clone.config;
  }

  baseUrl(service: ServiceName): string {
    const found = this.#running.services.find(({ name }) => name === service);
    if (!found) throw new Error(`${service} is not part of this stack`);
    return `http://127.0.0.1:${found.port}`;
  }

  token(identity: string): string {
    const found = this.config.identities.find(({ name }) => name === identity);
    if (!found) throw new Error(`nobody is called ${identity}`);
    return found.token;
  }

  /** Clients of another identity: `cli` (admin), `portal_self_serve` (customer), `portal_csr` (csr). */
  as(identity: string): Clients {
    return createClients({ baseUrl: (service) => this.baseUrl(service), token: this.token(identity), retriesMax: 0 });
  }

  /** A request as it stands, for what no client would send. */
  fetch(service: ServiceName, path: string, init: RequestInit = {}, identity = 'default'): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('x-bss-api-token')) headers.set('x-bss-api-token', this.token(identity));
    return fetch(this.baseUrl(service) + path, { ...init, headers });
  }

  /** Rows as the superuser sees them, snake_case. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return withClient(this.#clone.url, async (client) => (await client.query(text, [...values])).rows as R[]); // the test says what it reads
  }

  /**
   * Waits until nothing is under way any more.
   * @throws {Error} naming what is left after 10 s
   */
  async settle(): Promise<void> {
    const begin = elapsedMs();
    await withClient(this.#clone.url, async (client) => {
      for (;;) {
        const { rows } = await client.query<{ what: string; id: string }>(unsettledSql);
        if (rows.length === 0) return;
        if (elapsedMs() - begin > settleMsMax) throw new Error(`still under way: ${rows.map(({ what, id }) => `${what} ${id}`).join('; ')}`);
        await sleep(settlePollMs);
      }
    });
  }

  /** Everything recorded since the last call, in the order of the ledger. */
  async events(): Promise<LedgerEvent[]> {
    const rows = await this.sql<LedgerEvent & { position: string }>(
      `SELECT event_type AS type, aggregate_id AS "aggregateId", actor, channel, trace_id AS "traceId", payload, position
       FROM audit.domain_event WHERE position > $1 ORDER BY position`, [this.#position]);
    this.#position = Number(rows.at(-1)?.position ?? this.#position);
    return rows.map(({ position: _, ...event }) => event);
  }

  /** Broken invariants with the rows that break them; none when all is well. */
  invariants(): ReturnType<typeof checkInvariants> {
    return withClient(this.#clone.url, (client) => checkInvariants(client));
  }

  /** Ends the services and starts them anew on the same data. */
  async restart(): Promise<void> {
    const names = this.#running.services.map(({ name }) => name);
    await this.#running.stop();
    this.#running = await serve(names, this.config, { clock: this.clock, logLevel: 'silent' });
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }
}
