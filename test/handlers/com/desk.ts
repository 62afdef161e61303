/** The order desk: com on a database of its own, its neighbours played by a script that keeps their promises. */
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from '#db/database';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { createClients } from '#generated/clients';
import type { EventType } from '#generated/events';
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { com } from '#handlers/com/index';
import type { Service } from '#handlers/service';
import type { Sweep, SweepResult } from '#handlers/sweep';
import { Clock } from '#runtime/clock';
import { newTrace, runWith, systemContext, type RequestContext } from '#runtime/context';
import { PolicyViolation } from '#runtime/errors';
import type { Answer } from '#runtime/handler';
import { uuidv7 } from '#runtime/ids';
import { loggerOf } from '#runtime/logger';
import { Worker } from '#runtime/worker';
import { Neighbours, type Reply } from './neighbours.ts';

export interface Asked {
  readonly id?: string;
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
  readonly type: EventType;
  readonly id: string;
  readonly traceId: string;
  readonly actor: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

type Handlers = Readonly<Record<string, (call: unknown) => Promise<Answer<unknown>>>>;

const paths = Object.values(operations).map(({ key, method, path }) => ({ key: key as OperationKey, method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`) }));
const waitMsMax = 5_000;

export class Desk {
  readonly clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });
  readonly neighbours = new Neighbours();
  readonly service: Service;
  /** Ends the life of the process right after this call has been answered: nothing it found is kept. */
  diesAfter: OperationKey | null = null;
  readonly #clone: ClonedDatabase;
  #parts: ReturnType<typeof com>;
  #dead = false;
  #position = 0;

  private constructor(clone: ClonedDatabase) {
    this.#clone = clone;
    const log = loggerOf('com', 'silent');
    const db = new Database({ url: clone.urlOf('com'), service: 'com', clock: this.clock, connectionsMax: 12 });
    const tx = db.tx.bind(db);
    db.tx = (work) => (this.#dead ? Promise.reject(new Error('the process is dead')) : tx(work));
    this.service = {
      name: 'com', clock: this.clock, config: clone.config, log, db,
      clients: createClients({ baseUrl: (of) => `http://${of}.local`, token: 'x', backoffMs: 1, retriesMax: 0, transport: (request) => this.#answer(request) }),
      href: (path) => `http://com.local${path}`, hrefOf: (of, path) => `http://${of}.local${path}`,
      worker: (options) => new Worker({ ...options, service: 'com', log }),
    };
    this.neighbours.onNews = (type, payload) => this.tell(type, payload);
    this.#parts = this.#start();
  }

  get isDead(): boolean {
    return this.#dead;
  }

  static async open(environment: Readonly<Record<string, string>> = {}): Promise<Desk> {
    return new Desk(await cloneDatabase(environment));
  }

  #start(): ReturnType<typeof com> {
    const parts = com(this.service);
    parts.workers[0]!.start();
    return parts;
  }

  /**
   * The process starts again, as `bss up` starts it: no lease of the dead one is left.
   * @param diesAfter where it will die next
   */
  async restart(diesAfter: OperationKey | null = null): Promise<void> {
    await this.pause();
    this.#dead = false;
    this.diesAfter = diesAfter;
    await this.sql('UPDATE order_mgmt.saga SET lease_until_ms = NULL');
    this.#parts = this.#start();
  }

  /** Another process runs where this one died; the lease of the dead one still stands. */
  async revive(): Promise<void> {
    await this.pause();
    this.#dead = false;
    this.diesAfter = null;
  }

  /** Nothing is carried out until `restart`; requests and events are still answered. */
  async pause(): Promise<void> {
    await this.#parts.workers[0]!.stop();
  }

  /** A call of a neighbour: its request must be legal. */
  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const row = paths.find(({ method, pattern }) => method === request.method && pattern.test(pathname));
    if (!row) throw new Error(`no service has ${request.method} ${pathname}`);
    const text = await request.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const wrong = body === undefined ? null : (await validatorsFor(row.key)).request(body);
    if (wrong) throw new Error(`${row.key} is called with an invalid body: ${JSON.stringify(wrong)}`);
    const [, id = ''] = row.pattern.exec(pathname) ?? [];
    const reply: Reply = await this.neighbours.call({ key: row.key, id, body, query: searchParams, idempotencyKey: request.headers.get('idempotency-key') });
    if (this.diesAfter === row.key) this.#dead = true;
    if (reply === 'away') throw new TypeError('fetch failed');
    return Response.json(reply.body ?? {}, { status: reply.status });
  }

  async close(): Promise<void> {
    await this.#parts.workers[0]!.stop();
    await this.service.db.close();
    await this.#clone.drop();
  }

  /** Calls an operation; request and answer must fit the schemas of the operation. */
  async call(key: OperationKey, asked: Asked = {}): Promise<Got> {
    const row = operations[key];
    const { request, response } = await validatorsFor(key);
    const wrong = asked.body === undefined ? null : request(asked.body);
    if (wrong) throw new Error(`the test sends an invalid body: ${JSON.stringify(wrong)}`);
    const call = {
      operation: row, params: { id: asked.id ?? '' }, query: asked.query ?? {}, body: asked.body, headers: asked.headers ?? {},
      contentType: asked.contentType ?? 'application/json',
    };
    const routes = this.#parts.routes as unknown as Handlers; // called by operation key, as the host does
    const answer = await this.as(asked.as ?? {}, () => routes[key]!(call));
    const status = answer.status ?? row.successStatus;
    const body: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
    const problems = response(status, body, 'fields' in call.query);
    if (problems) throw new Error(`${key} answers what its document does not allow: ${JSON.stringify(problems)}`);
    return { status, body, headers: answer.headers ?? {} };
  }

  /** The refusal of a call that must be refused. */
  async refusal(key: OperationKey, asked: Asked = {}): Promise<PolicyViolation> {
    try {
      await this.call(key, asked);
    } catch (error) {
      if (error instanceof PolicyViolation) return error;
      throw error;
    }
    throw new Error(`${key} was not refused`);
  }

  as<T>(context: Partial<RequestContext>, work: () => T): T {
    return runWith({ ...systemContext('cli', newTrace()), actor: 'alice', channel: 'cli', role: 'admin', ...context }, work);
  }

  /** Places an order and gives its id; see `addOf` and `deleteOf`. */
  async place(body: unknown, as: Partial<RequestContext> = {}): Promise<string> {
    return String((await this.call('TMF622.createProductOrder', { body, as })).body.id);
  }

  cancel(orderId: string): Promise<Got> {
    return this.call('TMF622.createCancelProductOrder', { body: { productOrder: { id: orderId }, cancellationReason: 'changed my mind' } });
  }

  async state(orderId: string): Promise<string> {
    return String((await this.call('TMF622.retrieveProductOrder', { id: orderId })).body.state);
  }

  async saga(orderId: string): Promise<Got['body']> {
    return (await this.call('order.retrieveSaga', { id: orderId })).body;
  }

  /** Waits until the order has come to a state and its saga to rest. */
  async until(orderId: string, state: string): Promise<void> {
    await this.#until(async () => {
      const saga = await this.saga(orderId);
      return saga.orderState === state && saga.leaseUntil === null;
    }, async () => `${orderId} has not become ${state}: ${JSON.stringify(await this.saga(orderId))}`);
  }

  /** Waits until the saga rests at a step: waiting for news, or backing off. */
  async rests(orderId: string, step: string | null): Promise<void> {
    await this.#until(async () => {
      const saga = await this.saga(orderId);
      return saga.step === step && saga.leaseUntil === null && (step === null || saga.attempts > 0);
    }, async () => `${orderId} does not rest at ${step}: ${JSON.stringify(await this.saga(orderId))}`);
  }

  /** Waits until a neighbour has been asked. */
  async asked(key: OperationKey): Promise<void> {
    await this.#until(async () => this.neighbours.called(key).length > 0, async () => `nobody called ${key}`);
  }

  /** Waits until the process has died (`diesAfter`). */
  async died(): Promise<void> {
    await this.#until(async () => this.#dead, async () => `nobody called ${this.diesAfter}`);
  }

  async #until(reached: () => Promise<boolean>, otherwise: () => Promise<string>): Promise<void> {
    const deadline = performance.now() + waitMsMax;
    while (!(await reached())) {
      if (performance.now() > deadline) throw new Error(await otherwise());
      await pause(5);
    }
  }

  /** Gives an event of a neighbour to the consumers, as the bus does; tried again while the process is dead. */
  async tell(eventType: EventType, { aggregateId, ...payload }: { readonly aggregateId: string } & Record<string, unknown>): Promise<void> {
    const event = {
      eventId: uuidv7(), eventType, aggregateType: eventType.split('.')[0]!, aggregateId, aggregateSeq: 1, occurredAt: this.clock.now().toISOString(),
      actor: 'som', channel: 'system', serviceIdentity: 'som', traceId: 'x', spanId: 'x', payload,
    };
    for (const consumer of this.#parts.consumers.filter(({ types }) => types.includes(eventType))) {
      await runWith(systemContext('com'), () => this.service.db.tx((tx) => consumer.apply(tx, event)));
    }
  }

  get stuckSweep(): Sweep {
    return this.#parts.sweeps!.find(({ name }) => name === 'stuck_order')!;
  }

  sweepStuck(): Promise<SweepResult> {
    return runWith(systemContext('com'), () => this.stuckSweep.run());
  }

  /** Everything recorded since the last call, in order. */
  async events(): Promise<Told[]> {
    const rows = await this.sql<Told & { position: string }>(
      `SELECT event_type AS type, aggregate_id AS id, trace_id AS "traceId", actor, payload, position FROM audit.domain_event WHERE position > $1 ORDER BY position`, [this.#position]);
    this.#position = Number(rows.at(-1)?.position ?? this.#position);
    return rows;
  }

  /** As the superuser: what no service may see. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return withClient(this.#clone.url, async (client) => (await client.query(text, [...values])).rows as R[]);
  }
}

export const types = (events: readonly Told[]): string[] => events.map(({ type }) => type);

/** An order for a line. */
export const addOf = (customerId: string, more: { offeringId?: string; msisdn?: string; quantity?: number; action?: string } = {}): object => ({
  relatedParty: [{ id: customerId, role: 'customer', '@type': 'RelatedParty', '@referredType': 'Customer' }],
  productOrderItem: [{
    id: '1', action: more.action ?? 'add', quantity: more.quantity ?? 1, productOffering: { id: more.offeringId ?? 'PLAN_S' },
    ...(more.msisdn ? { product: { productCharacteristic: [{ name: 'msisdnPreference', value: more.msisdn }] } } : {}),
  }],
});

/** An order that ends a line. */
export const deleteOf = (customerId: string, subscriptionId: string): object => ({
  relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }],
  productOrderItem: [{ id: '1', action: 'delete', product: { id: subscriptionId } }],
});
