/** One service of catalog or crm on a database of its own, its neighbours played by a script. */
import { Database } from '#db/database';
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { DomainEvent } from '#events/consumer';
import { createClients } from '#generated/clients';
import type { EventType } from '#generated/events';
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { Clock } from '#runtime/clock';
import { runWith, systemContext, type RequestContext } from '#runtime/context';
import { ApiError, PolicyViolation } from '#runtime/errors';
import type { Answer } from '#runtime/handler';
import { uuidv7 } from '#runtime/ids';
import { loggerOf } from '#runtime/logger';
import { Worker, type WorkerOptions } from '#runtime/worker';
import type { Service, ServiceParts } from '../../../handlers/service.ts';

export interface Asked {
  readonly id?: string;
  /** Path parameters besides id. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: object;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly as?: Partial<RequestContext>;
}

/** What came back, as JSON. */
export interface Got {
  readonly status: number;
  // The tests look into representations of many shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Told {
  readonly type: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

type Handlers = Readonly<Record<string, (call: unknown) => Promise<Answer<unknown>>>>;
type Module = (service: Service) => ServiceParts<object>;

/** Answers of neighbours by the end of their path. */
export type Neighbours = Record<string, () => unknown>;

export class Counter {
  readonly clock: Clock;
  readonly service: Service;
  readonly neighbours: Neighbours = {};
  readonly #clone: ClonedDatabase;
  readonly #parts: ServiceParts<object>;
  readonly #sweeps = new Map<string, WorkerOptions['run']>();
  #position = 0;

  private constructor(name: 'catalog' | 'crm', module: Module, clone: ClonedDatabase, at: string) {
    this.#clone = clone;
    this.clock = new Clock({ frozenAtMs: Date.parse(at), offsetMs: 0 });
    const log = loggerOf(name, 'silent');
    this.service = {
      name, clock: this.clock, config: clone.config, log, db: new Database({ url: clone.urlOf(name), service: name, clock: this.clock }),
      clients: createClients({ baseUrl: (of) => `http://${of}.local`, token: 'x', backoffMs: 1, retriesMax: 0, transport: async (request) => this.#answer(request) }),
      href: (path) => `http://${name}.local${path}`, hrefOf: (of, path) => `http://${of}.local${path}`,
      worker: (options) => {
        this.#sweeps.set(options.name, options.run);
        return new Worker({ ...options, service: name, log });
      },
    };
    this.#parts = module(this.service);
  }

  static async open(name: 'catalog' | 'crm', module: Module, options: { at?: string; env?: Readonly<Record<string, string>> } = {}): Promise<Counter> {
    return new Counter(name, module, await cloneDatabase(options.env), options.at ?? '2026-04-11T09:00:00Z');
  }

  #answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    const [, answer] = Object.entries(this.neighbours).find(([end]) => pathname.endsWith(end)) ?? [];
    return answer ? Response.json(answer()) : Response.json({ code: 'NOT_FOUND', reason: 'not found', '@type': 'Error' }, { status: 404 });
  }

  /** As at the end of a test file: broken invariants, and everything closed. */
  async close(): Promise<string[]> {
    const broken = await withClient(this.#clone.url, async (client) => (await checkInvariants(client)).map(({ id }) => id));
    await this.service.db.close();
    await this.#clone.drop();
    return broken;
  }

  /** Calls an operation; request and answer must fit the schemas of the operation. */
  async call(key: OperationKey, asked: Asked = {}): Promise<Got> {
    const row = operations[key];
    const { request, response } = await validatorsFor(key);
    const contentType = asked.contentType ?? 'application/json';
    const wrong = asked.body === undefined || contentType.includes('json-patch') ? null : request(asked.body);
    if (wrong) throw new Error(`the test sends an invalid body: ${JSON.stringify(wrong)}`);
    const call = {
      operation: row, params: { ...(asked.id === undefined ? {} : { id: asked.id }), ...asked.params }, query: asked.query ?? {}, body: asked.body,
      headers: asked.headers ?? {}, contentType,
    };
    const routes = this.#parts.routes as unknown as Handlers; // called by operation key, as the host does
    const answer = await this.as(asked.as ?? {}, () => routes[key]!(call));
    const status = answer.status ?? row.successStatus;
    const body: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
    const problems = response(status, body, 'fields' in call.query);
    if (problems) throw new Error(`${key} answers what its document does not allow: ${JSON.stringify(problems)}`);
    return { status, body, headers: answer.headers ?? {} };
  }

  /** The refusal of a call that must be refused by a rule. */
  async refusal(key: OperationKey, asked: Asked = {}): Promise<PolicyViolation> {
    const error = await this.failure(key, asked);
    if (error instanceof PolicyViolation) return error;
    throw error;
  }

  async failure(key: OperationKey, asked: Asked = {}): Promise<ApiError> {
    try {
      await this.call(key, asked);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
    throw new Error(`${key} was not refused`);
  }

  as<T>(context: Partial<RequestContext>, work: () => T): T {
    return runWith({ ...systemContext('default'), actor: 'alice', role: 'admin', channel: 'cli', ...context }, work);
  }

  /** Hands an event to every consumer that wants it, once each, as the relay does. */
  async deliver(eventType: EventType, aggregateId: string, payload: Readonly<Record<string, unknown>>): Promise<void> {
    const event: DomainEvent = {
      eventId: uuidv7(), eventType, aggregateType: eventType.split('.')[0]!, aggregateId, aggregateSeq: 1, occurredAt: this.clock.now().toISOString(),
      actor: 'som', channel: 'system', serviceIdentity: 'som', traceId: '0'.repeat(31) + '1', spanId: '0'.repeat(15) + '1', payload,
    };
    for (const consumer of this.#parts.consumers.filter(({ types }) => types.includes(eventType))) {
      await this.as({}, () => this.service.db.tx((tx) => consumer.apply(tx, event)));
    }
  }

  /** Runs a sweep until nothing is due. */
  async sweep(name: string): Promise<void> {
    const run = this.#sweeps.get(name);
    if (!run) throw new Error(`there is no sweep ${name}`);
    while (await this.as({ role: 'system' }, run));
  }

  /** Everything recorded since the last call, in order. */
  async events(): Promise<Told[]> {
    const rows = await this.sql<Told & { position: string }>('SELECT event_type AS type, aggregate_id AS id, payload, position FROM audit.domain_event WHERE position > $1 ORDER BY position', [this.#position]);
    this.#position = Number(rows.at(-1)?.position ?? this.#position);
    return rows.map(({ type, id, payload }) => ({ type, id, payload }));
  }

  /** As the superuser: what no service may see. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return withClient(this.#clone.url, async (client) => (await client.query(text, [...values])).rows as R[]); // the test says what it reads
  }
}

export const types = (events: readonly Told[]): string[] => events.map(({ type }) => type);
export const sgd = (value: number) => ({ unit: 'SGD', value });
