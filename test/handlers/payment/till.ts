/** Payment and billing on a database of their own, with crm and subscription played by a script. */
import { tokenizeCard } from '#cli/card-tokenizer';
import { Database } from '#db/database';
import { checkInvariants, invariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { createClients } from '#generated/clients';
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { mockGateway } from '#handlers/payment/gateway-mock';
import type { GatewayAnswer, GatewayRequest, PaymentGateway } from '#handlers/payment/gateway';
import { Clock } from '#runtime/clock';
import { runWith, systemContext, type RequestContext } from '#runtime/context';
import { PolicyViolation } from '#runtime/errors';
import type { Answer } from '#runtime/handler';
import { loggerOf } from '#runtime/logger';
import { Worker } from '#runtime/worker';
import { billingRoutes } from '../../../handlers/billing/routes.ts';
import { paymentRoutes } from '../../../handlers/payment/routes.ts';
import type { Service } from '../../../handlers/service.ts';

export interface Asked {
  readonly id?: string;
  readonly query?: object;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** Idempotency-Key of the call. */
  readonly key?: string;
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

export class Till {
  readonly clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });
  readonly payment: Service;
  readonly billing: Service;
  /** The mock, counted; a test may make it fail. */
  readonly gatewayCalls: string[] = [];
  beforeGateway: (call: string) => void = () => undefined;
  /** The provider has had its effect, and its answer may be lost. */
  afterGateway: (call: string) => void = () => undefined;
  /** What the provider has approved: minor units by `<call> <key>`; a repeated key has no second effect. */
  readonly provider = new Map<string, number>();
  /** Status of a customer in crm; absent = no such customer. */
  readonly customers = new Map<string, string>();
  /** Names of customers in crm, where one matters. */
  readonly names = new Map<string, string>();
  /** Lines that subscription lists. */
  lines: { readonly id: string; readonly state: string }[] = [];
  readonly #clone: ClonedDatabase;
  readonly #routes: Handlers;
  #position = 0;
  #restarted: Promise<void> = Promise.resolve();

  private constructor(clone: ClonedDatabase) {
    this.#clone = clone;
    this.payment = this.#service('payment');
    this.billing = this.#service('billing');
    const routes = { ...paymentRoutes(this.payment, this.gateway), ...billingRoutes(this.billing) };
    this.#routes = routes as unknown as Handlers; // called by operation key, as the host does
  }

  static async open(environment: Readonly<Record<string, string>> = {}): Promise<Till> {
    return new Till(await cloneDatabase(environment));
  }

  #service(name: 'payment' | 'billing'): Service {
    const log = loggerOf(name, 'silent');
    return {
      name, clock: this.clock, config: this.#clone.config, log, db: new Database({ url: this.#clone.urlOf('payment'), service: name, clock: this.clock }),
      clients: createClients({ baseUrl: (of) => `http://${of}.local`, token: 'x', backoffMs: 1, retriesMax: 0, transport: async (request) => this.#answer(request) }),
      href: (path) => `http://${name}.local${path}`, hrefOf: (of, path) => `http://${of}.local${path}`,
      worker: (options) => new Worker({ ...options, service: name, log }),
    };
  }

  get gateway(): PaymentGateway {
    const counted = <R extends GatewayRequest>(name: string, ask: (request: R) => Promise<GatewayAnswer>) => async (request: R): Promise<GatewayAnswer> => {
      const call = `${name} ${request.key}`;
      this.gatewayCalls.push(call);
      this.beforeGateway(call);
      const answer = await ask(request);
      if (answer.outcome === 'approved' && !this.provider.has(call)) this.provider.set(call, request.amount.amountMinor);
      this.afterGateway(call);
      return answer;
    };
    const { provider, knows, authorize, capture, void: voided, refund } = mockGateway;
    return { provider, knows, authorize: counted('authorize', authorize), capture: counted('capture', capture), void: counted('void', voided), refund: counted('refund', refund) };
  }

  #answer(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    const customer = /\/customer\/(.+)$/.exec(pathname)?.[1];
    const status = this.customers.get(customer ?? '');
    if (status !== undefined) return Response.json({ id: customer, name: this.names.get(customer ?? '') ?? `Name of ${customer}`, status });
    if (pathname.endsWith('/subscription')) return Response.json(this.lines.filter(({ state }) => state === searchParams.get('state')).map((line) => ({ ...line, customerId: searchParams.get('customerId') })));
    return Response.json({ code: 'NOT_FOUND', reason: 'not found', '@type': 'Error' }, { status: 404 });
  }

  async close(): Promise<void> {
    await this.payment.db.close();
    await this.billing.db.close();
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
    const answer = await this.as({ idempotencyKey: asked.key ?? null, ...asked.as }, () => this.#routes[key]!(call));
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
    return runWith({ ...systemContext('com'), actor: 'alice', role: 'system', ...context }, work);
  }

  /** A customer with a card on file. */
  async customer(id: string, number = '4242424242424242'): Promise<{ readonly method: string; readonly account: string }> {
    this.customers.set(id, 'active');
    const { body } = await this.addCard(id, number);
    const account = await this.call('billing.listBillingAccount', { query: { customerId: id } });
    return { method: body.id, account: account.body[0].id };
  }

  addCard(customerId: string, number = '4242424242424242', more: object = {}): Promise<Got> {
    return this.call('payment.createPaymentMethod', { body: { customerId, ...tokenizeCard(number), ...more } });
  }

  /** Everything recorded since the last call, in order. */
  async events(): Promise<Told[]> {
    const rows = await this.sql<Told & { position: string }>('SELECT event_type AS type, aggregate_id AS id, payload, position FROM audit.domain_event WHERE position > $1 ORDER BY position', [this.#position]);
    this.#position = Number(rows.at(-1)?.position ?? this.#position);
    return rows.map(({ type, id, payload }) => ({ type, id, payload }));
  }

  /** As the superuser: what no service may see. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return withClient(this.#clone.url, async (client) => (await client.query(text, [...values])).rows as R[]);
  }

  /** What the start of a one-process stack does about leases: nobody else can hold one. */
  restart(): Promise<void> {
    // One after the other: two updates of many rows could wait for each other.
    this.#restarted = this.#restarted.then(async () => {
      for (const table of ['payment.payment', 'payment.refund']) await this.sql(`UPDATE ${table} SET lease_until_ms = NULL WHERE lease_until_ms IS NOT NULL`);
    });
    return this.#restarted;
  }

  /** Ids of the broken invariants. */
  async broken(): Promise<string[]> {
    if (invariants.length === 0) throw new Error('there are no invariants to check');
    return withClient(this.#clone.url, async (client) => (await checkInvariants(client)).map(({ id }) => id));
  }
}

export const types = (events: readonly Told[]): string[] => events.map(({ type }) => type);
export const sale = ['payment.created', 'payment.authorized', 'payment.captured', 'rate.applied', 'bill.created'];
export const sgd = (value: number) => ({ unit: 'SGD', value });
