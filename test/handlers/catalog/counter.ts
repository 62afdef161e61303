/** One service of catalog or crm on a database of its own, its neighbours played by a script. */
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { DomainEvent } from '#events/consumer';
import type { EventType } from '#generated/events';
import type { OperationKey } from '#generated/operations';
import { Clock } from '#runtime/clock';
import { runWith, systemContext, type RequestContext } from '#runtime/context';
import { ApiError, type PolicyViolation } from '#runtime/errors';
import { uuidv7 } from '#runtime/ids';
import type { Service, ServiceParts } from '../../../handlers/service.ts';
import { callOperation, Ledger, refusalOf, rowsOf, soloService, type Asked, type Got, type Told } from '../../support/solo.ts';

export type { Asked, Got, Told } from '../../support/solo.ts';

type Module = (service: Service) => ServiceParts<object>;

/** Answers of neighbours by the end of their path. */
export type Neighbours = Record<string, () => unknown>;

export class Counter {
  readonly clock: Clock;
  readonly service: Service;
  readonly neighbours: Neighbours = {};
  readonly #clone: ClonedDatabase;
  readonly #ledger: Ledger;
  readonly #parts: ServiceParts<object>;

  private constructor(name: 'catalog' | 'crm', module: Module, clone: ClonedDatabase, at: string) {
    this.#clone = clone;
    this.clock = new Clock({ frozenAtMs: Date.parse(at), offsetMs: 0 });
    this.#ledger = new Ledger(clone);
    this.service = soloService(name, { clone, clock: this.clock, answer: async (request) => this.#answer(request) });
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
  call(key: OperationKey, asked: Asked = {}): Promise<Got> {
    return callOperation(this.#parts.routes, key, asked, (work) => this.as(asked.as ?? {}, work));
  }

  /** The refusal of a call that must be refused. */
  refusal(key: OperationKey, asked: Asked = {}): Promise<PolicyViolation> {
    return refusalOf(this.call(key, asked));
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

  /** Runs a sweep, as its loop or an operator does. */
  async sweep(name: string): Promise<void> {
    const sweep = this.#parts.sweeps?.find((one) => one.name === name);
    if (!sweep) throw new Error(`there is no sweep ${name}`);
    await this.as({ role: 'system' }, () => sweep.run());
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
export const sgd = (value: number) => ({ unit: 'SGD', value });
