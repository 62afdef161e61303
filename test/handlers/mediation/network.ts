/** Mediation, rating and subscription on one database, with events carried from the ledger to their consumers. */
import { Database } from '#db/database';
import { withClient } from '#db/migrate';
import type { Consumer, DomainEvent } from '#events/consumer';
import { deliver } from '#events/delivery';
import { createClients } from '#generated/clients';
import { operations, type OperationKey } from '#generated/operations';
import { elapsedMs, sleep } from '#runtime/clock';
import { PolicyViolation } from '#runtime/errors';
import type { RequestContext } from '#runtime/context';
import type { Answer } from '#runtime/handler';
import { loggerOf } from '#runtime/logger';
import { Worker } from '#runtime/worker';
import { mediation } from '../../../handlers/mediation/index.ts';
import { rating } from '../../../handlers/rating/index.ts';
import { consumers as lineConsumers } from '../../../handlers/subscription/consumers.ts';
import type { Service, ServiceParts } from '../../../handlers/service.ts';
import { checkedCall, Shop } from '../subscription/shop.ts';

type Handlers = Readonly<Record<string, (call: unknown) => Promise<Answer<never>>>>;

/** A TMF635 usage as it is answered. */
export interface Usage {
  readonly id: string;
  readonly status: string;
  readonly [attribute: string]: unknown;
}

const settleMsMax = 20_000;
/** Positions, more than transactions run at a time. */
const lookBack = 500;

export class Network {
  readonly shop: Shop;
  /** Neighbours that do not answer. */
  readonly away = new Set<string>();
  /** Calls from one service to another, `GET /path?query`. */
  readonly calls: string[] = [];
  readonly #parts: { readonly service: Service; readonly parts: ServiceParts<unknown> }[];
  readonly #handlers: Handlers;
  readonly #carried = new Set<string>();
  #position = 0;
  #reference = 0;

  private constructor(shop: Shop) {
    this.shop = shop;
    const services = { mediation: this.#serviceOf('mediation'), rating: this.#serviceOf('rating') };
    this.#parts = [
      { service: services.mediation, parts: mediation(services.mediation) }, { service: services.rating, parts: rating(services.rating) },
    ];
    this.#handlers = Object.assign({}, ...this.#parts.map(({ parts }) => parts.routes)) as Handlers; // any handler of the two
  }

  static async open(): Promise<Network> {
    const network = new Network(await Shop.open());
    for (const worker of network.#workers()) worker.start();
    return network;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers().map((worker) => worker.stop()));
    await Promise.all(this.#parts.map(({ service }) => service.db.close()));
    await this.shop.close();
  }

  #workers = (): readonly Worker[] => this.#parts.flatMap(({ parts }) => parts.workers);

  #serviceOf(name: 'mediation' | 'rating'): Service {
    const { clone, clock } = this.shop;
    const log = loggerOf(name, 'silent');
    return {
      name, clock, config: clone.config, log, db: new Database({ url: clone.urlOf(name), service: name, clock, connectionsMax: 16 }),
      clients: createClients({ baseUrl: (to) => `http://${to}.local`, token: 'x', backoffMs: 1, retriesMax: 0, transport: (request) => this.#answer(request) }),
      href: (path) => `http://${name}.local${path}`, hrefOf: (to, path) => `http://${to}.local${path}`,
      keepRemains: () => Promise.resolve(), worker: (options) => new Worker({ ...options, service: name, log }),
    };
  }

  /** Subscription answers for itself, the catalog by the script of the shop. */
  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const to = url.hostname.replace('.local', '');
    this.calls.push(`${request.method} ${url.pathname}${url.search}`);
    if (this.away.has(to)) throw new TypeError('fetch failed');
    if (to === 'subscription') {
      const { body, status = 200 } = await this.shop.call('subscription.listSubscription', { query: Object.fromEntries(url.searchParams) });
      return Response.json(body, { status });
    }
    const scripted = (await this.shop.script[`${request.method} ${url.pathname}`]?.(undefined)) ?? { status: 404, body: { code: 'NOT_FOUND', reason: 'not found', '@type': 'Error' } };
    if (scripted === 'away') throw new TypeError('fetch failed');
    return Response.json(scripted.body, { status: scripted.status });
  }

  async call<R>(key: OperationKey, input: { params?: object; query?: object; body?: unknown; headers?: Record<string, string>; contentType?: string }, as: Partial<RequestContext> = {}): Promise<Answer<R>> {
    const handler = this.#handlers[key]!;
    const checked = await checkedCall(key, input);
    return checked<R>(() => this.shop.as(as, () => handler({ operation: operations[key], params: {}, query: {}, headers: {}, contentType: 'application/json', ...input })));
  }

  /** The rule a call is refused by. */
  async refusal(call: Promise<unknown>): Promise<PolicyViolation> {
    const error = await call.then(() => null, (reason: unknown) => reason);
    if (error instanceof PolicyViolation) return error;
    throw error ?? new Error('nothing was refused');
  }

  /** A record as the network reports it, 1 MB of data by default. */
  record(msisdn: string, characteristics: Record<string, unknown> = {}, attributes: Record<string, unknown> = {}): Record<string, unknown> {
    this.#reference += 1;
    const all = { msisdn, eventType: 'data', quantity: 1, unit: 'MB', roaming: false, source: 'ggsn', rawCdrRef: `cdr-${this.#reference}`, ...characteristics };
    return {
      usageDate: this.shop.clock.now().toISOString(), usageType: 'data', usageSpecification: { id: 'USPEC_DATA' },
      usageCharacteristic: Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => ({ name, value })), ...attributes,
    };
  }

  async post(body: Record<string, unknown>): Promise<Usage> {
    return (await this.call<Usage>('TMF635.createUsage', { body })).body!;
  }

  /** Posts a record and waits until it is billed or rejected. */
  async report(body: Record<string, unknown>): Promise<Usage> {
    const { id } = await this.post(body);
    await this.settle();
    return this.usage(id);
  }

  async usage(id: string): Promise<Usage> {
    return (await this.call<Usage>('TMF635.retrieveUsage', { params: { id } })).body!;
  }

  /** Carries events until nothing is under way. */
  async settle(): Promise<void> {
    const begin = elapsedMs();
    while (elapsedMs() - begin < settleMsMax) {
      const carried = await this.carry();
      if (carried === 0 && (await this.#underWay()).length === 0) return;
      if (carried === 0) await sleep(5);
    }
    throw new Error(`still under way: ${JSON.stringify(await this.#underWay())}`);
  }

  #underWay(): Promise<{ id: string; state: string; attempts: number }[]> {
    return this.shop.query(
      `SELECT id, status AS state, attempts FROM mediation.usage WHERE status NOT IN ('billed', 'rejected')
       UNION ALL SELECT usage_id, state, attempts FROM rating.rated_usage WHERE state = 'pending' LIMIT 5`);
  }

  /** Gives every new event of the ledger to its consumers, in order. */
  async carry(): Promise<number> {
    const events = await this.#newEvents();
    for (const event of events) await this.give(event);
    return events.length;
  }

  async give(event: DomainEvent): Promise<void> {
    const { shop } = this;
    const all: readonly { consumer: Consumer; database: Database }[] = [
      ...this.#parts.flatMap(({ service, parts }) => parts.consumers.map((consumer) => ({ consumer, database: service.db }))),
      ...lineConsumers(shop.service, () => undefined).map((consumer) => ({ consumer, database: shop.service.db })),
    ];
    for (const one of all) {
      if (one.consumer.types.includes(event.eventType)) await deliver(one, event, { durable: true });
    }
  }

  /** A transaction that took its position earlier may commit later: the last ones are looked at again. */
  async #newEvents(): Promise<DomainEvent[]> {
    const rows = await withClient(this.shop.clone.url, async (client) => (await client.query<DomainEvent & { position: string }>(
      `SELECT position, event_id AS "eventId", event_type AS "eventType", aggregate_type AS "aggregateType", aggregate_id AS "aggregateId",
         aggregate_seq AS "aggregateSeq", occurred_at AS "occurredAt", actor, channel, service_identity AS "serviceIdentity", trace_id AS "traceId",
         span_id AS "spanId", payload FROM audit.domain_event WHERE position > $1 ORDER BY position`, [this.#position - lookBack])).rows);
    this.#position = Number(rows.at(-1)?.position ?? this.#position);
    const fresh = rows.filter(({ eventId }) => !this.#carried.has(eventId));
    for (const { eventId } of fresh) this.#carried.add(eventId);
    return fresh;
  }

  /** Number of an active line. */
  async msisdnOf(lineId: string): Promise<string> {
    return String((await this.shop.line(lineId))['msisdn']);
  }
}
