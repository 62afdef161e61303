import { Database } from '#db/database';
import { installationUrl, roleUrl } from '#db/migrate';
import { roleOf, type DatabaseRole } from '#db/roles';
import { EmbeddedBus } from '#events/embedded/bus';
import { relayOf } from '#events/relay';
import { createClients } from '#generated/clients';
import { operations } from '#generated/operations';
import { access } from '#policy/access';
import { Clock } from '#runtime/clock';
import { identityOf, type Config } from '#runtime/config';
import { current } from '#runtime/context';
import { keepAnswersYoung } from '#runtime/heap';
import { Health } from '#runtime/http/health';
import { Host, type AnyHandler } from '#runtime/http/host';
import { judgeOf, type Judge } from '#runtime/http/judge';
import { Perimeter } from '#runtime/http/perimeter';
import { RateLimit } from '#runtime/http/rate-limit';
import { loggerOf, type Logger } from '#runtime/logger';
import type { Operation } from '#runtime/operation';
import { serviceNames, servicePort, type ServiceName } from '#runtime/services';
import { startTelemetry, type StopTelemetry } from '#runtime/telemetry';
import { Worker } from '#runtime/worker';
import { Notifier } from './hub/notifier.ts';
import { withHubs } from './hub/registration.ts';
import { modules, type Hosted, type Module } from './index.ts';
import { explain } from './platform/explain.ts';
import { inboxWorker, purgeWorker, storedAnswers } from './platform/idempotency.ts';
import { platform } from './platform/index.ts';
import { refusalRecorder } from './platform/refusal.ts';
import { SharedClock } from './platform/shared-clock.ts';
import type { Service } from './service.ts';
import { sweepWorker } from './sweep.ts';

export interface Running {
  readonly services: readonly { readonly name: ServiceName; readonly port: number }[];
  /** Takes no new work, lets running work end, closes what is open. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Business time of everything hosted here; by default what the database keeps for all processes. */
  readonly clock?: Clock;
  readonly logLevel?: string;
}

/**
 * Hosts services in this process: their routes, consumers and background work, and the relay.
 * @param config its `databaseUrl` names a server on which `migrate` has run
 */
export async function serve(names: readonly ServiceName[], config: Config, options: ServeOptions = {}): Promise<Running> {
  keepAnswersYoung();
  const stopTelemetry = await startTelemetry(process.env['OTEL_EXPORTER_OTLP_ENDPOINT'], names.length === 1 ? names[0]! : 'bss');
  const stack = new Stack(names, config, options, stopTelemetry);
  try {
    await stack.start();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

/** A service before and after it has a listener. */
interface Unit {
  readonly service: Service;
  readonly hosted: Hosted;
}

/** Where every publisher is in this process, relay and bus are nudged: looking is for retries only. */
const nudgedTickMs = 1000;

/** Their creations go over a card: an interrupted one is found by its key and carried on, not only looked up. */
const resuming: ReadonlySet<ServiceName> = new Set(['payment', 'subscription']);

/** Everything one process runs. */
class Stack implements Running {
  readonly #names: readonly ServiceName[];
  readonly #config: Config;
  readonly #options: ServeOptions;
  readonly #stopTelemetry: StopTelemetry;
  readonly #clock: SharedClock;
  readonly #platform: Database;
  readonly #log: Logger;
  readonly #bus: EmbeddedBus;
  readonly #relay: Worker;
  readonly #notifier: Notifier;
  readonly #databases: Database[] = [];
  readonly #hosts: Host[] = [];
  readonly #background: { stop(): Promise<void> }[] = [];
  readonly #ports = new Map<ServiceName, number>();
  #judge: Judge | undefined;

  constructor(names: readonly ServiceName[], config: Config, options: ServeOptions, stopTelemetry: StopTelemetry) {
    this.#names = names;
    this.#config = config;
    this.#options = options;
    this.#stopTelemetry = stopTelemetry;
    this.#log = loggerOf('platform', options.logLevel);
    const clock = options.clock ?? new Clock();
    const database = this.#database('platform', 'platform', clock);
    this.#platform = database;
    this.#clock = new SharedClock(database, clock);
    const tickMs = names.length === serviceNames.length ? nudgedTickMs : config.relayTickMs;
    // Every delivery may happen again: a lost confirmation costs a look into an inbox.
    const common = { database: this.#database('platform', 'platform', clock, false), log: this.#log };
    this.#bus = new EmbeddedBus({
      ...common, tickMs,
      leaseMs: config.leaseSeconds * 1000, attemptsMax: config.consumerMaxAttempts,
    });
    this.#notifier = new Notifier({ ...common, tickMs, config });
    this.#relay = relayOf({ ...common, tickMs, bus: this.#bus, batch: config.relayBatch, onDelivery: () => this.#notifier.nudge() });
  }

  get services(): { name: ServiceName; port: number }[] {
    return [...this.#ports].map(([name, port]) => ({ name, port }));
  }

  /** Listens before anything works in the background: its first step may call any sibling. */
  async start(): Promise<void> {
    const names = this.#names;
    this.#judge = await judgeOf(this.#config.validate);
    const [code] = await Promise.all([Promise.all(names.map((name) => modules[name]())), this.#takeClock()]);
    const units = code.map((module, i) => this.#unit(names[i]!, module));
    await Promise.all(units.map((unit) => this.#listen(unit, units)));
    this.#background.push(this.#bus);
    await this.#bus.start(units.flatMap(({ service, hosted }) => hosted.consumers.map((consumer) => ({ consumer, database: service.db }))));
    for (const { service, hosted } of units) {
      for (const worker of hosted.workers) this.#run(worker);
      for (const sweep of hosted.sweeps ?? []) this.#run(sweepWorker(service, sweep));
    }
    if (names.length < serviceNames.length) this.#run(this.#clock.follower(this.#log));
    this.#run(this.#notifier);
    this.#run(this.#relay);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    await Promise.all(this.#background.map((each) => each.stop()));
    await Promise.all(this.#databases.map((database) => database.close()));
    await this.#stopTelemetry();
  }

  /** A clock that was handed in is the caller's: stories set it before they start. */
  async #takeClock(): Promise<void> {
    if (!this.#options.clock) await this.#clock.take();
  }

  #run(worker: Pick<Worker, 'start' | 'stop'>): void {
    worker.start();
    this.#background.push(worker);
  }

  #unit(name: ServiceName, module: Module): Unit {
    const config = this.#config;
    const log = loggerOf(name, this.#options.logLevel);
    const service: Service = {
      name, config, log, clock: this.#clock.clock, db: this.#database(name, roleOf(name), this.#clock.clock),
      clients: createClients({ baseUrl: (other) => `http://127.0.0.1:${this.#portOf(other)}`, token: identityOf(config, name)?.token ?? config.apiToken }),
      href: (path) => this.#publicBase(name) + path,
      hrefOf: (other, path) => this.#publicBase(other) + path,
      keepRemains: (key, id) => this.#notifier.keepRemains(key, id),
      worker: (options) => new Worker({ ...options, service: name, log }),
    };
    return { service, hosted: module(service) };
  }

  async #listen(unit: Unit, units: readonly Unit[]): Promise<void> {
    const { service } = unit;
    const host = this.#host(unit, units);
    this.#hosts.push(host);
    const port = await host.listen(servicePort(service.name, this.#config.portBase), this.#config.listenHost);
    this.#ports.set(service.name, port);
    service.log.info({ port }, 'listening');
  }

  #host({ service, hosted }: Unit, units: readonly Unit[]): Host {
    const { config, log, name } = service;
    const answers = storedAnswers(service);
    this.#run(purgeWorker(service, answers));
    this.#run(inboxWorker(service));
    const shared = platform({
      service, database: this.#platform, clock: this.#clock, consumers: hosted.consumers.map((consumer) => consumer.name),
      nudge: () => this.#bus.nudge(), nudgeHubs: () => this.#notifier.nudge(), sweeps: hosted.sweeps ?? [], allSweeps: units.flatMap((each) => each.hosted.sweeps ?? []),
    });
    const rows = rowsOf(name);
    const handlers = { ...shared, ...hosted.routes } as Record<string, AnyHandler>; // checked against their stubs where they are written
    this.#notifier.add(rows.map(({ api }) => api), handlers);
    return new Host({
      service: name, rows, log, access, judge: this.#judge, idempotency: answers, resumes: resuming.has(name), constraintRules: hosted.constraintRules,
      handlers: withHubs({ service, database: this.#platform, notifier: this.#notifier }, rows, handlers),
      perimeter: new Perimeter({
        identities: config.identities, allowAdmin: config.allowAdmin, access,
        rateLimit: new RateLimit(config.rateLimitPerMinute, () => service.clock.tick()),
      }),
      recordRefusal: refusalRecorder(service.db), explain,
      base: () => this.#publicBase(name),
      health: new Health([
        { name: 'database', probe: () => service.db.read('SELECT 1').then(() => null) },
        // Not the workers: they stand still when a neighbour does, and this service still answers.
        { name: 'relay', probe: () => Promise.resolve(this.#relay.trouble) },
      ]),
    });
  }

  #database(service: string, role: DatabaseRole, clock: Clock, durable = true): Database {
    const { databaseUrl, databasePasswords } = this.#config;
    if (databaseUrl === null) throw new Error('serve needs the URL of a database server');
    const url = roleUrl(installationUrl(databaseUrl), role, databasePasswords[role] ?? '');
    const database = new Database({ url, service, clock, durable, onEvents: () => this.#relay.nudge() });
    this.#databases.push(database);
    return database;
  }

  #portOf(name: ServiceName): number {
    return this.#ports.get(name) ?? servicePort(name, this.#config.portBase);
  }

  /**
   * What callers see in hrefs: the operator's one address or, where none is set, the service's own port on
   * this machine, by the name a caller from another one has for it (TMF.md §2 "POST").
   */
  #publicBase(name: ServiceName): string {
    const { publicUrl, listenHost } = this.#config;
    if (!/^http:\/\/(localhost|127\.0\.0\.1)$/.test(publicUrl)) return publicUrl;
    const host = listenHost === '127.0.0.1' ? null : current()?.host;
    return `${host ? `http://${host}` : publicUrl}:${this.#portOf(name)}`;
  }
}

/** Rows a service answers: its own and those every service has. */
const rowsOf = (name: ServiceName): Operation[] =>
  Object.values<Operation>(operations).filter((row) => row.service === name || row.service === '*');
