/** Payment and billing on a database of their own, with crm and subscription played by a script. */
import { tokenizeCard } from '#cli/card-tokenizer';
import { checkInvariants, invariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { OperationKey } from '#generated/operations';
import { mockGateway } from '#handlers/payment/gateway-mock';
import type { GatewayAnswer, GatewayRequest, PaymentGateway } from '#handlers/payment/gateway';
import { Clock } from '#runtime/clock';
import { runWith, systemContext, type RequestContext } from '#runtime/context';
import { type PolicyViolation } from '#runtime/errors';
import { billingRoutes } from '../../../handlers/billing/routes.ts';
import { paymentRoutes } from '../../../handlers/payment/routes.ts';
import type { Service } from '../../../handlers/service.ts';
import { callOperation, Ledger, refusalOf, rowsOf, soloService, type Asked, type Got, type Told } from '../../support/solo.ts';

export type { Asked, Got, Told } from '../../support/solo.ts';

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
  readonly #ledger: Ledger;
  readonly #routes: object;
  #restarted: Promise<void> = Promise.resolve();

  private constructor(clone: ClonedDatabase) {
    this.#clone = clone;
    this.#ledger = new Ledger(clone);
    this.payment = this.#service('payment');
    this.billing = this.#service('billing');
    const routes = { ...paymentRoutes(this.payment, this.gateway), ...billingRoutes(this.billing) };
    this.#routes = routes;
  }

  static async open(environment: Readonly<Record<string, string>> = {}): Promise<Till> {
    return new Till(await cloneDatabase(environment));
  }

  #service(name: 'payment' | 'billing'): Service {
    return soloService(name, { clone: this.#clone, clock: this.clock, answer: async (request) => this.#answer(request) });
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
  call(key: OperationKey, asked: Asked = {}): Promise<Got> {
    return callOperation(this.#routes, key, asked, (work) => this.as({ idempotencyKey: asked.key ?? null, ...asked.as }, work));
  }

  /** The refusal of a call that must be refused. */
  refusal(key: OperationKey, asked: Asked = {}): Promise<PolicyViolation> {
    return refusalOf(this.call(key, asked));
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
  events(): Promise<Told[]> {
    return this.#ledger.news();
  }

  /** As the superuser: what no service may see. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return rowsOf(this.#clone, text, values);
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
