/** A service of five real operations with handlers of the test's own, on a database of its own. */
import type { ExecutionContext, TestFn } from 'ava';
import { Database } from '#db/database';
import { StoredAnswers } from '#db/idempotency';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { record } from '#events/record';
import { operations, type OperationKey } from '#generated/operations';
import { explain } from '#handlers/platform/explain';
import { refusalRecorder } from '#handlers/platform/refusal';
import { access } from '#policy/access';
import { action } from '#policy/action';
import { rule } from '#policy/rule';
import { Clock } from '#runtime/clock';
import type { Answer, Call } from '#runtime/handler';
import { Health, type Check } from '#runtime/http/health';
import { Host, type AnyHandler } from '#runtime/http/host';
import { Perimeter } from '#runtime/http/perimeter';
import { RateLimit } from '#runtime/http/rate-limit';
import { loggerOf } from '#runtime/logger';
import type { Operation } from '#runtime/operation';

export type Sale = { customerId: string; amount: { unit: string; value: number }; purpose: string };
type SaleCall = Call<object, object, Sale>;

export interface DeskOptions {
  /** Replaces the handler of `payment.authorizePayment`, which writes one row of `payment.effect`. */
  readonly authorize?: (call: SaleCall, desk: Desk) => Promise<Answer<unknown>>;
  readonly methods?: () => Promise<Answer<unknown>>;
  readonly leaseMs?: number;
  /** Whether calls with one key may go on side by side; by default they may. */
  readonly resumes?: boolean;
  readonly ratePerMinute?: number;
  readonly allowAdmin?: boolean;
  readonly checks?: readonly Check[];
  readonly recordRefusal?: () => Promise<void>;
}

export const authorizationPath = '/bss-api/payment/v1/authorization';
export const methodsPath = '/bss-api/payment/v1/paymentMethod';
export const sale: Sale = { customerId: 'CUST-001', amount: { unit: 'SGD', value: 10 }, purpose: 'activation' };

const rowKeys: readonly OperationKey[] = [
  'payment.authorizePayment', 'payment.listPaymentMethod', 'payment.retrievePaymentMethod', 'payment.deletePaymentMethod', 'admin.freezeClock',
];

/** The only rule of this desk; its code is one of the catalogue's, so that the answer fits the schema. */
const cheap = rule<Sale>({
  code: 'test.sale.dear', title: 'Too dear.', when: 'it costs 1000 or more', check: ({ amount }) => amount.value < 1000,
  context: ({ customerId, amount }) => ({ customerId, value: amount.value, state: null }), fix: () => [{ hint: 'Take something cheaper.' }],
});
const sell = action('test.sell', [cheap]);

export const paymentOf = (body: Sale, id = 'PAY-001') => ({
  id, href: `http://127.0.0.1/payment/${id}`, '@type': 'Payment', customerId: body.customerId, status: 'authorized', purpose: body.purpose,
  amount: body.amount, authorizedAmount: body.amount, capturedAmount: { unit: 'SGD', value: 0 }, refundedAmount: { unit: 'SGD', value: 0 },
  createdAt: '2026-04-11T09:00:00.000Z',
});

/**
 * Opens desks for the tests of one file, one after the other on one database: use `test.serial`.
 * A desk closes with its test and knows only what happened since it opened.
 */
export function desksOf(test: TestFn): (t: ExecutionContext, options?: DeskOptions) => Promise<Desk> {
  let clone: ClonedDatabase;
  test.before(async () => {
    clone = await cloneDatabase();
    await withClient(clone.url, (client) => client.query('CREATE TABLE payment.effect (id bigint GENERATED ALWAYS AS IDENTITY, customer_id text NOT NULL)'));
  });
  test.after.always(() => clone?.drop());
  return async (t, options = {}) => {
    const desk = new Desk(clone, options);
    t.teardown(() => desk.close());
    await desk.open();
    return desk;
  };
}

export class Desk {
  readonly clone: ClonedDatabase;
  readonly clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });
  readonly db: Database;
  readonly answers: StoredAnswers;
  readonly host: Host;
  #position = 0;

  constructor(clone: ClonedDatabase, options: DeskOptions) {
    this.clone = clone;
    this.db = new Database({ url: clone.urlOf('payment'), service: 'payment', clock: this.clock });
    this.answers = new StoredAnswers(this.db, { hours: 24, leaseMs: options.leaseMs ?? 30_000 });
    const { identities } = clone.config;
    this.host = new Host({
      service: 'payment', rows: rowKeys.map((key) => operations[key] as Operation), handlers: this.#handlers(options), access, resumes: options.resumes ?? true,
      perimeter: new Perimeter({ identities, allowAdmin: options.allowAdmin ?? true, access, rateLimit: new RateLimit(options.ratePerMinute ?? 0, () => this.clock.tick()) }),
      idempotency: this.answers, recordRefusal: options.recordRefusal ?? refusalRecorder(this.db), explain, base: () => 'http://127.0.0.1', log: loggerOf('test', 'silent'),
      health: new Health(options.checks ?? [{ name: 'database', probe: () => this.db.read('SELECT 1').then(() => null) }]),
    });
  }

  async open(): Promise<void> {
    await this.sql('DELETE FROM payment.effect');
    await this.sql('DELETE FROM payment.idempotency');
    const [last] = await this.sql<{ position: string }>('SELECT coalesce(max(position), 0) AS position FROM audit.domain_event');
    this.#position = Number(last?.position);
    await this.host.listen(0);
  }

  #handlers({ authorize, methods }: DeskOptions): Record<string, AnyHandler> {
    const handlers = {
      'payment.authorizePayment': (call: SaleCall) => (authorize ? authorize(call, this) : this.sell(call.body)),
      'payment.listPaymentMethod': async () => (methods ? methods() : { body: [], headers: { 'X-Total-Count': '0' } }),
      'payment.retrievePaymentMethod': async () => ({ body: { id: 'wrong' } }),
      'payment.deletePaymentMethod': async () => ({}),
      'admin.freezeClock': async () => ({ body: { id: 'clock', href: 'http://127.0.0.1/clock', '@type': 'Clock', now: '2026-04-11T09:00:00.000Z', frozen: true, offsetMs: 0 } }),
    };
    return handlers as unknown as Record<string, AnyHandler>; // as in a generated handler map, the types are erased
  }

  /** One effect: a row, in a transaction with a permit. */
  async sell(body: Sale): Promise<Answer<unknown>> {
    await this.db.tx(async (tx) => {
      await tx.writer(sell.permit(tx, body)).insert('payment.effect', { customerId: body.customerId });
      record(tx, 'payment.created', 'PAY-001', { customerId: body.customerId });
    });
    return { body: paymentOf(body) };
  }

  token(identity: string): string {
    const found = this.clone.config.identities.find(({ name }) => name === identity);
    if (!found) throw new Error(`nobody is called ${identity}`);
    return found.token;
  }

  fetch(path: string, init: RequestInit = {}, identity: string | null = 'default'): Promise<Response> {
    const headers = new Headers(init.headers);
    if (identity !== null) headers.set('X-BSS-API-Token', this.token(identity));
    return fetch(`http://127.0.0.1:${this.host.port}${path}`, { ...init, headers });
  }

  authorize(body: unknown, headers: Readonly<Record<string, string>> = {}, identity = 'default'): Promise<Response> {
    return this.fetch(authorizationPath, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } }, identity);
  }

  async effects(): Promise<number> {
    return (await this.sql<{ count: string }>('SELECT count(*) FROM payment.effect')).map(({ count }) => Number(count))[0]!;
  }

  /** Refusals on record since the desk opened, oldest first. */
  refusals(): Promise<{ rule: string; operation: string; actor: string; identity: string; context: Record<string, unknown> }[]> {
    return this.sql(`SELECT payload->>'rule' AS rule, payload->>'operation' AS operation, payload->'context' AS context, actor, service_identity AS identity
      FROM audit.domain_event WHERE event_type = 'policy.refused' AND position > $1 ORDER BY position`, [this.#position]);
  }

  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return withClient(this.clone.url, async (client) => (await client.query(text, [...values])).rows as R[]); // the test says what it reads
  }

  async close(): Promise<void> {
    await this.host.stop();
    await this.db.close();
  }
}

export interface ErrorBody {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
  readonly status: string;
  readonly '@type': string;
  readonly referenceError?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly fix?: readonly { readonly hint: string }[];
}

export const errorOf = async (response: Response): Promise<ErrorBody> => (await response.json()) as ErrorBody; // the shape under test
