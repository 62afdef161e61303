import type { Database } from '#db/database';
import { claimDue, delivered, park, purge, renderLater, rendered, tryLater, unrendered, type Due, type Failure, type Unrendered } from '#events/hub/delivery';
import { hasSubscribers, keepRemains } from '#events/hub/remains';
import { record } from '#events/record';
import { resources, type ResourceKey } from '#generated/resources';
import { hubsMax } from '#policy/hub';
import { isoTime } from '#runtime/clock';
import type { Config } from '#runtime/config';
import { hmacSha256 } from '#runtime/ids';
import { Lanes } from '#runtime/lanes';
import type { Logger } from '#runtime/logger';
import { Worker } from '#runtime/worker';
import { isForbidden, targetOf } from './address.ts';
import { listenerUrl, render, retrieved, type Handlers } from './notification.ts';
import { post, type Posted } from './post.ts';

export interface NotifierOptions {
  /** The platform role's database. */
  readonly database: Database;
  readonly config: Pick<Config, 'hubSecret' | 'hubRetryHours' | 'hubAllowHosts'>;
  readonly log: Logger;
  /** Safety net between nudges, in milliseconds. */
  readonly tickMs: number;
}

/** Delays before the second, third, … attempt, in milliseconds; the last one repeats. */
const retryDelaysMs = [500, 2_000, 10_000, 60_000, 300_000, 600_000] as const;
/** Notifications one subscriber gets at once. */
const perHubMax = 4;
/** As many as all subscribers together may have on their way: none waits for others that hang. */
const lanesMax = hubsMax * perHubMax;
const renderMax = 100;
const leaseMs = 30_000;
const errorMax = 500;
const keptMs = 24 * 3_600_000;
const purgeEveryMs = 600_000;
const hourMs = 3_600_000;

/** Tells the subscribers of every API hosted in this process: renders what the relay wrote down, then sends it. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #worker: Worker;
  readonly #lanes: Lanes;
  readonly #apis = new Set<string>();
  readonly #onTheWay = new Map<string, Set<AbortController>>();
  #handlers: Handlers = {};
  #purgedMs = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#lanes = new Lanes(lanesMax, () => this.nudge());
    this.#worker = new Worker({
      name: 'hub', service: 'platform', everyMs: options.tickMs, log: options.log,
      run: () => this.#turn(), drain: () => this.#lanes.idle(),
    });
  }

  /** Takes a service's APIs over; its handlers show the resources. */
  add(apis: Iterable<string>, handlers: Handlers): void {
    for (const api of apis) this.#apis.add(api);
    this.#handlers = { ...this.#handlers, ...handlers };
  }

  start(): void {
    this.#worker.start();
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }

  nudge(): void {
    this.#worker.nudge();
  }

  /** Cuts off what is on its way to a subscriber that has left. */
  forget(hubId: string): void {
    for (const controller of this.#onTheWay.get(hubId) ?? []) controller.abort();
  }

  /** Keeps the last view of a resource of this process that is about to be deleted, while its API has subscribers. */
  async keepRemains(key: ResourceKey, id: string): Promise<void> {
    const { database } = this.#options;
    const { api, path } = resources[key];
    if (!await hasSubscribers(database, api)) return;
    const shown = await retrieved(this.#handlers, key, id);
    if (shown) await keepRemains(database, `${path}/${id}`, shown, database.clock.tick());
  }

  async #turn(): Promise<boolean> {
    const { database } = this.#options;
    const nowMs = database.clock.tick();
    const apis = [...this.#apis];
    const fresh = await unrendered(database, apis, nowMs, renderMax);
    for (const delivery of fresh) await this.#render(delivery);
    const due = this.#lanes.free === 0 ? [] : await claimDue(database, {
      apis, busy: this.#busy(), nowMs, leaseUntilMs: nowMs + leaseMs, most: this.#lanes.free, perHub: perHubMax,
    });
    for (const one of due) this.#lanes.start(() => this.#deliver(one));
    if (nowMs - this.#purgedMs > purgeEveryMs) await this.#purge(nowMs);
    return fresh.length === renderMax;
  }

  /** One that cannot be rendered now holds back its resource only. */
  async #render(delivery: Unrendered): Promise<void> {
    const { database, log } = this.#options;
    try {
      await rendered(database, delivery.id, await render(database, this.#handlers, delivery));
    } catch (error) {
      log.error({ err: error, eventId: delivery.eventId, api: delivery.api }, 'a notification could not be rendered; it is tried again');
      await renderLater(database, delivery.id, database.clock.tick() + retryDelaysMs[1], messageOf(error));
    }
  }

  #busy(): Record<string, number> {
    return Object.fromEntries([...this.#onTheWay].map(([hubId, running]) => [hubId, running.size]));
  }

  async #purge(nowMs: number): Promise<void> {
    this.#purgedMs = nowMs;
    await purge(this.#options.database, [...this.#apis], nowMs - keptMs);
  }

  /** Never rejects: what cannot be kept is sent again when the lease lapses. */
  async #deliver(due: Due): Promise<void> {
    const controller = new AbortController();
    const running = this.#onTheWay.get(due.hubId) ?? new Set();
    this.#onTheWay.set(due.hubId, running.add(controller));
    try {
      await this.#keep(due, await this.#send(due, controller.signal));
    } catch (error) {
      this.#options.log.error({ err: error, hubId: due.hubId, eventId: due.eventId }, 'the outcome of a delivery could not be kept');
    } finally {
      running.delete(controller);
      if (running.size === 0) this.#onTheWay.delete(due.hubId);
      this.nudge();
    }
  }

  async #send(due: Due, signal: AbortSignal): Promise<Posted> {
    const { config, database } = this.#options;
    const target = await targetOf(due.callback, config.hubAllowHosts);
    if (isForbidden(target)) return { status: null, error: `not sent: ${target.why}` };
    const at = String(database.clock.wall());
    const headers = {
      'Content-Type': 'application/json', Accept: 'application/json', 'X-BSS-Delivery-Id': `${due.hubId}:${due.id}`, 'X-BSS-Timestamp': at,
      // The time is signed too, so that a listener can refuse what somebody has kept and sends again.
      ...(config.hubSecret === null ? {} : { 'X-BSS-Signature': `sha256=${hmacSha256(config.hubSecret, `${at}.${due.body}`)}` }),
    };
    return post(target, listenerUrl(target.url, due.eventName), headers, due.body, signal);
  }

  async #keep(due: Due, { status, error }: Posted): Promise<void> {
    const { database, config } = this.#options;
    const nowMs = database.clock.tick();
    if (error === null) {
      await delivered(database, due, status ?? 0, nowMs);
      return;
    }
    const failure: Failure = { status, error: error.slice(0, errorMax) };
    const delayMs = retryDelaysMs[Math.min(due.attempts, retryDelaysMs.length - 1)] ?? 0;
    if (nowMs + delayMs - due.sinceMs > config.hubRetryHours * hourMs) {
      await this.#giveUp(due, failure, nowMs);
      return;
    }
    await tryLater(database, due, failure, nowMs + delayMs);
    setTimeout(() => this.nudge(), delayMs).unref();
  }

  async #giveUp(due: Due, failure: Failure, nowMs: number): Promise<void> {
    const { database, log } = this.#options;
    log.warn({ hubId: due.hubId, eventId: due.eventId, error: failure.error }, 'a delivery was given up');
    await database.tx(async (tx) => {
      if (!await park(tx, due, failure, nowMs)) return;
      record(tx, 'hub.delivery_parked', due.hubId, {
        hubId: due.hubId, consumer: due.hubId, eventId: due.eventId, eventName: due.eventName, attempts: due.attempts + 1, error: failure.error,
        at: isoTime(database.clock.now()),
      });
    });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, errorMax);
