/** som and the simulated network on a database of their own, with catalog and inventory played by a script. */
import { Database } from '#db/database';
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { Subscription } from '#events/bus';
import type { DomainEvent } from '#events/consumer';
import { deliver } from '#events/delivery';
import { eventColumns, eventOf, type EventRow } from '#events/outbox';
import type { OperationKey } from '#generated/operations';
import { Clock, elapsedMs, sleep } from '#runtime/clock';
import { runWith, systemContext, type RequestContext } from '#runtime/context';
import { type PolicyViolation } from '#runtime/errors';
import { uuidv7 } from '#runtime/ids';
import { type Worker } from '#runtime/worker';
import { provisioningSim } from '../../../handlers/provisioning-sim/index.ts';
import type { Service } from '../../../handlers/service.ts';
import { som } from '../../../handlers/som/index.ts';
import { callOperation, Ledger, refusalOf, rowsOf, soloService, type Asked, type Got, type Told } from '../../support/solo.ts';

export type { Asked, Got, Told } from '../../support/solo.ts';

const service = (id: string) => ({ id, name: `Service ${id}` });
const tasks = (...list: readonly (readonly [string, number])[]) => list.map(([taskType, durationMs]) => ({ taskType, durationMs }));

/** DOMAIN §3. */
const mapping = {
  id: 'SPEC_MOBILE_PREPAID', href: 'http://catalog/SPEC_MOBILE_PREPAID', '@type': 'ServiceMapping', specificationId: 'SPEC_MOBILE_PREPAID',
  customerFacingService: service('CFS_MOBILE_BROADBAND'), resourceFacingServices: [service('RFS_DATA'), service('RFS_VOICE')],
  actions: [
    { action: 'add', tasks: tasks(['HLR_PROVISION', 500], ['PCRF_POLICY_PUSH', 300], ['OCS_BALANCE_INIT', 200], ['ESIM_PROFILE_PREPARE', 400]) },
    { action: 'suspend', tasks: tasks(['HLR_SUSPEND', 200], ['PCRF_BLOCK', 200]) },
    { action: 'resume', tasks: tasks(['HLR_RESUME', 200], ['PCRF_POLICY_PUSH', 300]) },
    { action: 'modify', tasks: tasks(['PCRF_POLICY_PUSH', 300], ['OCS_BALANCE_INIT', 200]) },
    { action: 'delete', tasks: tasks(['HLR_DEPROVISION', 400], ['PCRF_POLICY_REMOVE', 200], ['OCS_BALANCE_CLOSE', 200], ['ESIM_PROFILE_DELETE', 300]) },
  ],
};

const poolEmpty = {
  code: 'POLICY_VIOLATION', reason: 'msisdn.reserve.pool_empty', message: 'no number is left', status: '422', '@type': 'PolicyViolation', context: {}, fix: [{ hint: 'add' }],
};

const settleMsMax = 10_000;
const deliveriesMax = 6;

export class Network {
  readonly clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });
  /** Bodies of the calls of inventory, by `reserve` and `release`, in order. */
  readonly inventory: { readonly call: 'reserve' | 'release'; readonly key: string | null; readonly body: Readonly<Record<string, unknown>> }[] = [];
  /** Numbers that can still be reserved. */
  numbersLeft = 100;
  /** Neighbours that cannot be reached. */
  isCut = false;
  /** Called before inventory answers. */
  beforeInventory: () => Promise<void> = async () => undefined;
  readonly som: Service;
  readonly sim: Service;
  readonly #clone: ClonedDatabase;
  readonly #ledger: Ledger;
  readonly #routes: object;
  readonly #queues: Subscription[];
  readonly #workers: readonly Worker[];
  readonly #platform: Database;
  readonly #seen = new Set<string>();
  #taken = 0;
  #lineSeq = 0;

  private constructor(clone: ClonedDatabase) {
    this.#clone = clone;
    this.#ledger = new Ledger(clone);
    this.#platform = new Database({ url: clone.url, service: 'relay', clock: this.clock, connectionsMax: 1 });
    this.som = this.#service('som');
    this.sim = this.#service('provisioning-sim');
    const [one, two] = [som(this.som), provisioningSim(this.sim)];
    this.#routes = { ...one.routes, ...two.routes };
    this.#queues = [
      ...one.consumers.map((consumer) => ({ consumer, database: this.som.db })), ...two.consumers.map((consumer) => ({ consumer, database: this.sim.db })),
    ];
    this.#workers = [...one.workers, ...two.workers];
  }

  /** @param working false leaves the workers at rest until `start` */
  static async open(environment: Readonly<Record<string, string>> = {}, working = true): Promise<Network> {
    const network = new Network(await cloneDatabase({ BSS_TASK_BACKOFF_MS: '5', ...environment }));
    if (working) network.start();
    return network;
  }

  start(): void {
    for (const worker of this.#workers) worker.start();
  }

  /** Lets som work while the network rests. */
  startOrders(): void {
    for (const worker of this.#workers) if (worker.name === 'som.service_order') worker.start();
  }

  /** Delivers events until a query answers a row. */
  async until(query: string): Promise<void> {
    for (const begin = elapsedMs(); (await this.sql(query)).length === 0; await sleep(2)) {
      await this.pump();
      if (elapsedMs() - begin > settleMsMax) throw new Error(`never came true: ${query}`);
    }
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await worker.stop();
    for (const database of [this.som.db, this.sim.db, this.#platform]) await database.close();
    await this.#clone.drop();
  }

  #service(name: 'som' | 'provisioning-sim'): Service {
    return soloService(name, { clone: this.#clone, clock: this.clock, connectionsMax: 4, answer: (request) => this.#answer(request) });
  }

  async #answer(request: Request): Promise<Response> {
    if (this.isCut) throw new TypeError('fetch failed');
    const { pathname } = new URL(request.url);
    if (pathname.endsWith('/specification/SPEC_MOBILE_PREPAID/serviceMapping')) return Response.json(mapping);
    const text = await request.text();
    const call = pathname.endsWith('/release') ? 'release' : 'reserve';
    if (!pathname.includes('/reservation')) return Response.json({ code: 'NOT_FOUND', reason: 'not found', '@type': 'Error' }, { status: 404 });
    await this.beforeInventory();
    const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
    this.inventory.push({ call, key: request.headers.get('idempotency-key'), body });
    return call === 'release' ? Response.json({}) : this.#reserve(String(body['orderId']), String(body['customerId']));
  }

  #reserve(orderId: string, customerId: string): Response {
    if (this.#taken >= this.numbersLeft) return Response.json(poolEmpty, { status: 422 });
    const n = String((this.#taken += 1)).padStart(4, '0');
    return Response.json({
      id: orderId, href: 'http://inventory', '@type': 'Reservation', orderId, customerId, state: 'reserved', msisdn: `9000${n}`, iccid: `896501000000000${n}`,
      imsi: `00101000000${n}`, activationCode: 'LPA:1$smdp.bss-cli.local$8F2C-01AB-77D0-4E19', msisdnStatus: 'reserved', esimStatus: 'reserved',
    }, { status: 201 });
  }

  /** Calls an operation; request and answer must fit the schemas of the operation. */
  call(key: OperationKey, asked: Asked = {}): Promise<Got> {
    return callOperation(this.#routes, key, asked, (work) => this.as(asked.as ?? {}, work));
  }

  /** The refusal of a call that must be refused. */
  refusal(key: OperationKey, asked: Asked = {}): Promise<PolicyViolation> {
    return refusalOf(this.call(key, asked));
  }

  as<T>(context: Partial<RequestContext>, work: () => T): T {
    return runWith({ ...systemContext('com'), actor: 'alice', channel: 'cli', ...context }, work);
  }

  /** Asks for the service of a product order as com does. @returns the service order */
  async add(orderId: string, as: Partial<RequestContext> = {}): Promise<string> {
    const body = {
      externalId: orderId, category: 'mobile', relatedParty: [{ id: 'CUST-001', role: 'customer', '@type': 'RelatedParty', '@referredType': 'Customer' }],
      serviceOrderItem: [{
        id: '1', action: 'add',
        service: {
          serviceSpecification: { id: 'CFS_MOBILE_BROADBAND', name: 'Mobile broadband' },
          relatedEntity: [{ id: 'SPEC_MOBILE_PREPAID', role: 'productSpecification', '@referredType': 'ProductSpecification' }],
          serviceCharacteristic: [{ name: 'msisdnPreference', value: '90000042' }],
        },
      }],
    };
    return (await this.call('TMF641.createServiceOrder', { body, as })).body.id;
  }

  /** A line on an active service, as subscription and its events make it. @returns id of the customer-facing service */
  async line(orderId: string, subscriptionId: string): Promise<string> {
    const id = await this.add(orderId);
    await this.settle();
    await this.lineSays(subscriptionId, 'subscription.created', { orderId });
    return (await this.call('TMF641.retrieveServiceOrder', { id })).body.serviceOrderItem[0].service.id;
  }

  /** An event of a line reaches its consumers. @param seq its place among the line's events */
  lineSays(subscriptionId: string, eventType: DomainEvent['eventType'], payload: Record<string, unknown> = {}, seq = (this.#lineSeq += 1)): Promise<void> {
    return this.say(eventType, 'subscription', subscriptionId, { subscriptionId, ...payload }, seq);
  }

  /** An event that nobody recorded reaches its consumers. */
  say(eventType: DomainEvent['eventType'], aggregateType: string, aggregateId: string, payload: Readonly<Record<string, unknown>>, seq = 1): Promise<void> {
    return this.#deliver({
      eventId: uuidv7(), eventType, aggregateType, aggregateId, aggregateSeq: seq, occurredAt: this.clock.now().toISOString(), actor: 'alice', channel: 'cli',
      serviceIdentity: aggregateType, traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), payload,
    });
  }

  async #deliver(event: DomainEvent): Promise<void> {
    for (const queue of this.#queues) {
      if (queue.consumer.types.some((type) => type === event.eventType)) await deliver(queue, event, { durable: true });
    }
  }

  /** Delivers what was recorded since, events of different aggregates side by side. @returns how many */
  async pump(): Promise<number> {
    const rows = await this.#platform.read<EventRow>(`SELECT ${eventColumns} FROM audit.domain_event d ORDER BY d.position`);
    const news = rows.filter(({ eventId }) => !this.#seen.has(eventId)).map(eventOf);
    for (const { eventId } of news) this.#seen.add(eventId);
    const aggregates = Map.groupBy(news, ({ aggregateType, aggregateId }) => `${aggregateType} ${aggregateId}`);
    await Promise.all([...aggregates.values()].map(async (events) => {
      for (const event of events) await this.#deliverAgain(event);
    }));
    return news.length;
  }

  /** As the bus does: a consumer that is not ready yet gets the event again. */
  async #deliverAgain(event: DomainEvent): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#deliver(event);
      } catch (error) {
        if (attempt === deliveriesMax) throw error;
        await sleep(10 * attempt);
      }
    }
  }

  /** Waits until nothing is under way any more. */
  async settle(): Promise<void> {
    for (const begin = elapsedMs(); ;) {
      const delivered = await this.pump();
      const [busy] = await this.sql<{ what: string }>(
        `SELECT id || ' ' || step AS what FROM service_inventory.service_order WHERE next_run_ms IS NOT NULL
         UNION ALL SELECT id || ' ' || state FROM provisioning.task WHERE state IN ('pending', 'running') LIMIT 1`);
      if (!busy && delivered === 0 && (await this.pump()) === 0) return;
      if (elapsedMs() - begin > settleMsMax) throw new Error(`still under way: ${busy?.what ?? 'events'}`);
      await sleep(2);
    }
  }

  /** Everything recorded since the last call, in order. */
  events(): Promise<Told[]> {
    return this.#ledger.news();
  }

  /** Event types since the last call and how often each happened, in alphabetical order. */
  async told(): Promise<string[]> {
    return tally((await this.events()).map(({ type }) => type));
  }

  /** Switches a fault rule on for every task of its type. */
  async fault(id: string, change: object = {}): Promise<void> {
    await this.call('provisioning.patchFaultRule', { id, body: { enabled: true, probability: 1, ...change } });
  }

  async tasks(serviceOrderId: string): Promise<Got['body'][]> {
    return (await this.call('provisioning.listTask', { query: { serviceOrderId } })).body;
  }

  async states(): Promise<string[]> {
    return (await this.sql<{ state: string }>('SELECT state FROM service_inventory.service ORDER BY length(id), id')).map(({ state }) => state);
  }

  /** As the superuser: what no service may see. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return rowsOf(this.#clone, text, values);
  }

  /** Ids of the broken invariants. */
  broken(): Promise<string[]> {
    return withClient(this.#clone.url, async (client) => (await checkInvariants(client)).map(({ id }) => id));
  }
}

export const tally = (types: readonly string[]): string[] =>
  [...Map.groupBy(types, (type) => type)].map(([type, all]) => (all.length === 1 ? type : `${type} x${all.length}`)).toSorted();

const times = (count: number, types: readonly string[]): string[] => Array.from({ length: count }, () => types).flat();

/** SO(n,m) of SCENARIOS §3. */
export const serviceOrderEvents = (requested: number, moved: number): string[] => [
  'service_order.acknowledged', 'service_order.in_progress', 'service_order.completed',
  ...times(requested, ['service_order.task_requested', 'provisioning.task_created', 'provisioning.task_completed']), ...times(moved, ['service.state_changed']),
];
