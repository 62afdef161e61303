/** The order desk: com on a database of its own, its neighbours played by a script that keeps their promises. */
import { setTimeout as pause } from 'node:timers/promises';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { EventType } from '#generated/events';
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { com } from '#handlers/com/index';
import type { Service } from '#handlers/service';
import type { Sweep, SweepResult } from '#handlers/sweep';
import { Clock } from '#runtime/clock';
import { newTrace, runWith, systemContext, type RequestContext } from '#runtime/context';
import { type PolicyViolation } from '#runtime/errors';
import { uuidv7 } from '#runtime/ids';
import { Neighbours, type Reply } from './neighbours.ts';
import { callOperation, Ledger, refusalOf, rowsOf, soloService, type Asked, type Got, type Told } from '../../support/solo.ts';

export type { Asked, Got, Told } from '../../support/solo.ts';

const paths = Object.values(operations).map(({ key, method, path }) => ({ key: key as OperationKey, method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`) }));
const waitMsMax = 5_000;

export class Desk {
  readonly clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });
  readonly neighbours = new Neighbours();
  readonly service: Service;
  /** Ends the life of the process right after this call has been answered: nothing it found is kept. */
  diesAfter: OperationKey | null = null;
  readonly #clone: ClonedDatabase;
  readonly #ledger: Ledger;
  #parts: ReturnType<typeof com>;
  #dead = false;

  private constructor(clone: ClonedDatabase) {
    this.#clone = clone;
    this.#ledger = new Ledger(clone);
    this.service = soloService('com', { clone, clock: this.clock, connectionsMax: 12, answer: (request) => this.#answer(request) });
    const { db } = this.service;
    const tx = db.tx.bind(db);
    db.tx = (work) => (this.#dead ? Promise.reject(new Error('the process is dead')) : tx(work));
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
    return reply.status === 204 ? new Response(null, { status: 204 }) : Response.json(reply.body ?? {}, { status: reply.status });
  }

  async close(): Promise<void> {
    await this.#parts.workers[0]!.stop();
    await this.service.db.close();
    await this.#clone.drop();
  }

  /** Calls an operation; request and answer must fit the schemas of the operation. */
  call(key: OperationKey, asked: Asked = {}): Promise<Got> {
    return callOperation(this.#parts.routes, key, asked, (work) => this.as(asked.as ?? {}, work));
  }

  /** The refusal of a call that must be refused. */
  refusal(key: OperationKey, asked: Asked = {}): Promise<PolicyViolation> {
    return refusalOf(this.call(key, asked));
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
  events(): Promise<Told[]> {
    return this.#ledger.news();
  }

  /** As the superuser: what no service may see. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return rowsOf(this.#clone, text, values);
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

/** An order that changes the plan of a line. */
export const modifyOf = (customerId: string, subscriptionId: string, offeringId = 'PLAN_M'): object => ({
  relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }],
  productOrderItem: [{ id: '1', action: 'modify', productOffering: { id: offeringId }, product: { id: subscriptionId } }],
});

/** An order that ends a line. */
export const deleteOf = (customerId: string, subscriptionId: string): object => ({
  relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }],
  productOrderItem: [{ id: '1', action: 'delete', product: { id: subscriptionId } }],
});
