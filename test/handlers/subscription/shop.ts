/** The subscription service on a database of its own, with catalog and payment played by a script. */
import { Database } from '#db/database';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { DomainEvent } from '#events/consumer';
import { createClients } from '#generated/clients';
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { Clock } from '#runtime/clock';
import { runWith, systemContext, type RequestContext } from '#runtime/context';
import { uuidv7 } from '#runtime/ids';
import { loggerOf } from '#runtime/logger';
import { checkAnswer, checkParams, checkRequest } from '#runtime/http/validation';
import { Worker } from '#runtime/worker';
import type { Answer } from '#runtime/handler';
import { consumers } from '../../../handlers/subscription/consumers.ts';
import { routes } from '../../../handlers/subscription/routes.ts';
import type { Service } from '../../../handlers/service.ts';
import type { Sweep, SweepResult } from '../../../handlers/sweep.ts';

export const gb = 1_073_741_824;
export const mb = 1_048_576;

/** Answers of the neighbours by `METHOD /path`; a function sees the body. */
type Scripted = { status: number; body?: unknown } | 'away';
export type Script = Record<string, (body: unknown) => Scripted | Promise<Scripted>>;

interface Grants {
  readonly [allowance: string]: number | null;
}

const units: Readonly<Record<string, string>> = { data: 'byte', data_roaming: 'byte', voice: 'second', sms: 'message' };

/** A tariff as the catalog answers it; a grant of null is unlimited. */
export const tariff = (id: string, category: 'PLAN' | 'VAS', value: number, grants: Grants, durationHours: number | null = null, sellable = true): object => ({
  id, href: `http://catalog/${id}`, '@type': 'Tariff', offeringId: id, name: id, category, lifecycleStatus: sellable ? 'Launched' : 'Retired', sellable,
  at: '2026-05-05T01:00:00.000Z', price: { priceId: `PRICE_${id}`, amount: { unit: 'SGD', value } },
  allowances: Object.entries(grants).map(([allowance, total]) => ({ allowance, unit: units[allowance], total, unlimited: total === null })),
  blockingAllowances: category === 'PLAN' ? ['data'] : [], durationHours,
});

const tariffs = [
  tariff('PLAN_S', 'PLAN', 10, { data: 5 * gb, voice: 6000, sms: 100 }), tariff('PLAN_M', 'PLAN', 25, { data: 30 * gb, voice: null, sms: null, data_roaming: 500 * mb }),
  tariff('PLAN_FREE', 'PLAN', 0, { data: gb }), tariff('PLAN_OLD', 'PLAN', 7, { data: gb }, null, false),
  tariff('VAS_DATA_1GB', 'VAS', 3, { data: gb }), tariff('VAS_UNLIMITED_DAY', 'VAS', 5, { data: null }, 24), tariff('VAS_ROAMING_1GB', 'VAS', 8, { data_roaming: gb }),
];

/** A price as the catalog answers it in TMF620, with the offering it belongs to. */
export const price = (id: string, offeringId: string, value: number, more: object = {}): object =>
  ({ id, name: id, priceType: 'recurring', lifecycleStatus: 'Launched', price: { unit: 'SGD', value }, productOffering: { id: offeringId }, ...more });

const prices = [price('PRICE_PLAN_S_2', 'PLAN_S', 12), price('PRICE_PLAN_M_2', 'PLAN_M', 30), price('PRICE_VAS', 'VAS_DATA_1GB', 1, { priceType: 'oneTime' })];

const card = { id: 'PM-001', href: 'http://payment/PM-001', '@type': 'PaymentMethod', customerId: 'CUST-001', status: 'active', brand: 'visa', last4: '4242', expMonth: 1, expYear: 2030, isDefault: true };

const usual = (): Script => ({
  ...Object.fromEntries(tariffs.map((one) => [`GET /bss-api/catalog/v1/offering/${(one as { id: string }).id}/tariff`, () => ({ status: 200, body: one })])),
  ...Object.fromEntries(prices.map((one) => [`GET /tmf-api/productCatalogManagement/v4/productOfferingPrice/${(one as { id: string }).id}`, () => ({ status: 200, body: one })])),
  ...Object.fromEntries(tariffs.map((one) => [`GET /tmf-api/productCatalogManagement/v4/productOffering/${(one as { id: string }).id}`, () => ({ status: 200, body: { id: (one as { id: string }).id } })])),
  'GET /bss-api/payment/v1/paymentMethod': () => ({ status: 200, body: [card] }),
  'GET /tmf-api/payment/v4/payment/PAY-001': () => ({ status: 200, body: { status: 'captured' } }),
  'POST /bss-api/payment/v1/charge': () => ({ status: 201, body: { id: 'PAY-002', billId: 'BILL-002', status: 'captured' } }),
  'POST /bss-api/payment/v1/zeroCharge': () => ({ status: 201, body: { id: 'BILL-003', billId: 'BILL-003' } }),
  'POST /tmf-api/payment/v4/refund': () => ({ status: 201, body: { id: 'RFND-001' } }),
});

export const declined = { status: 422, body: {
  code: 'POLICY_VIOLATION', reason: 'payment.charge.declined', message: 'declined', status: '422', '@type': 'PolicyViolation',
  context: { paymentId: 'PAY-009', declineCode: 'card_declined' }, fix: [],
} };

interface Input {
  readonly params?: object;
  readonly query?: object;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Holds request and answer of a call to their schemas, as the host does. */
export async function checkedCall(key: OperationKey, { params, query, body }: Input): Promise<<R>(answer: () => Promise<Answer<unknown>>) => Promise<Answer<R>>> {
  const row = operations[key];
  const validators = await validatorsFor(key);
  if (params) checkParams(row, validators, { ...params } as Record<string, string>); // ids are text
  checkRequest(validators, body === undefined ? undefined : JSON.parse(JSON.stringify(body)));
  return async <R>(answer: () => Promise<Answer<unknown>>) => {
    const given = await answer();
    checkAnswer(row, validators, given.status ?? row.successStatus, given.body, 'fields' in (query ?? {}));
    return given as Answer<R>; // of the schema just checked
  };
}

export class Shop {
  readonly clock = new Clock({ frozenAtMs: Date.parse('2026-05-05T01:00:00Z'), offsetMs: 0 });
  readonly script: Script = usual();
  /** Calls to the neighbours, in order. */
  readonly calls: { readonly call: string; readonly key: string | null; readonly body: unknown }[] = [];
  readonly service: Service;
  /** For other services of the same story. */
  readonly clone: ClonedDatabase;
  #uses = 0;
  #lines = 0;

  private constructor(clone: ClonedDatabase) {
    this.clone = clone;
    const db = new Database({ url: clone.urlOf('subscription'), service: 'subscription', clock: this.clock, connectionsMax: 24 });
    const log = loggerOf('subscription', 'silent');
    this.service = {
      name: 'subscription', db, clock: this.clock, config: clone.config, log,
      clients: createClients({
        baseUrl: (name) => `http://${name}.local`, token: 'x', backoffMs: 1, retriesMax: 0, transport: (request) => this.#answer(request),
      }),
      href: (path) => `http://subscription.local${path}`, hrefOf: (name, path) => `http://${name}.local${path}`,
      keepRemains: () => Promise.resolve(), worker: (options) => new Worker({ ...options, service: 'subscription', log }),
    };
  }

  static async open(): Promise<Shop> {
    return new Shop(await cloneDatabase());
  }

  async close(): Promise<void> {
    await this.service.db.close();
    await this.clone.drop();
  }

  async #answer(request: Request): Promise<Response> {
    const call = `${request.method} ${new URL(request.url).pathname}`;
    const text = await request.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    this.calls.push({ call, key: request.headers.get('idempotency-key'), body });
    const scripted = (await this.script[call]?.(body)) ?? { status: 404, body: { code: 'NOT_FOUND', reason: 'not found', '@type': 'Error' } };
    if (scripted === 'away') throw new TypeError('fetch failed');
    return Response.json(scripted.body ?? {}, { status: scripted.status });
  }

  /** Calls an operation as the host would after its checks. */
  async call<R>(key: OperationKey, input: Input, as: Partial<RequestContext> = {}): Promise<Answer<R>> {
    const handler = (routes(this.service) as unknown as Record<string, (call: unknown) => Promise<Answer<R>>>)[key]!; // any handler of the service
    const checked = await checkedCall(key, input);
    return checked<R>(() => this.as(as, () => handler({ operation: operations[key], params: {}, query: {}, headers: {}, contentType: 'application/json', ...input })));
  }

  as<T>(context: Partial<RequestContext>, work: () => T): T {
    return runWith({ ...systemContext('cli'), actor: 'alice', channel: 'cli', role: 'admin', ...context }, work);
  }

  /** A line of CUST-001, pending. */
  async pendingLine(offeringId = 'PLAN_S', price = 10): Promise<string> {
    this.#lines += 1;
    const n = String(this.#lines).padStart(4, '0');
    const body = {
      orderId: `ORD-${n}`, customerId: 'CUST-001', offeringId, msisdn: `9000${n}`, iccid: `896501000000000${n}`, serviceOrderId: `SO-${n}`,
      price: { priceId: `PRICE_${offeringId}`, amount: { unit: 'SGD', value: price } }, paymentId: 'PAY-001',
    };
    const { body: line } = await this.call<{ id: string }>('subscription.createSubscription', { body }, { serviceIdentity: 'com' });
    return line!.id;
  }

  async activeLine(offeringId = 'PLAN_S', price = 10): Promise<string> {
    const id = await this.pendingLine(offeringId, price);
    await this.call('subscription.activateSubscription', { params: { id }, body: { paymentId: 'PAY-001', billId: 'BILL-001' } }, { serviceIdentity: 'com' });
    return id;
  }

  async line(id: string): Promise<Record<string, unknown>> {
    return (await this.service.db.one<Record<string, unknown>>('SELECT * FROM subscription.subscription WHERE id = $1', [id]))!;
  }

  /** Left of an allowance in base units, over all open buckets. */
  async left(id: string, allowance = 'data'): Promise<number> {
    const row = await this.service.db.one<{ room: number }>(
      'SELECT coalesce(sum(total - consumed), 0) AS room FROM subscription.bucket WHERE subscription_id = $1 AND allowance = $2 AND closed_at IS NULL', [id, allowance]);
    return row!.room;
  }

  /** Gives usage.rated to the consumer, as the bus does. */
  async use(id: string, quantity: number, more: Record<string, unknown> = {}): Promise<string> {
    this.#uses += 1;
    const usageId = String(more['usageId'] ?? `USG-${String(this.#uses).padStart(3, '0')}`);
    const payload = {
      usageId, subscriptionId: id, customerId: 'CUST-001', msisdn: '90000001', allowance: 'data', quantity, unit: 'byte', roaming: false,
      eventTime: '2026-05-05T01:00:00.000Z', recycleCount: 0, ...more,
    };
    await this.deliver('usage.rated', 'usage', usageId, payload);
    return usageId;
  }

  async deliver(eventType: DomainEvent['eventType'], aggregateType: string, aggregateId: string, payload: Record<string, unknown>): Promise<void> {
    const consumer = consumers(this.service, () => undefined).find((one) => one.types.includes(eventType))!;
    const event = {
      eventId: uuidv7(), eventType, aggregateType, aggregateId, aggregateSeq: 1, occurredAt: this.clock.now().toISOString(), actor: 'x', channel: 'system',
      serviceIdentity: 'x', traceId: 'x', spanId: 'x', payload,
    };
    await this.as({}, () => this.service.db.tx((tx) => consumer.apply(tx, event)));
  }

  /** Runs a sweep as its loop does. */
  sweep(make: (service: Service) => Sweep): Promise<SweepResult> {
    return this.as({ actor: 'bob' }, () => make(this.service).run());
  }

  /** Types of the events of an aggregate, first to last. */
  async events(aggregateId: string): Promise<string[]> {
    return (await this.eventRows(aggregateId)).map((row) => row.eventType);
  }

  eventRows(aggregateId: string): Promise<{ eventType: string; occurredAt: string; payload: Record<string, unknown> }[]> {
    return this.query(`SELECT event_type AS "eventType", occurred_at AS "occurredAt", payload FROM audit.domain_event
      WHERE aggregate_id = '${aggregateId}' ORDER BY aggregate_seq`);
  }

  /** As the superuser: what no service may see. */
  query<R>(sql: string): Promise<R[]> {
    return withClient(this.clone.url, async (client) => (await client.query(sql)).rows as R[]);
  }
}
