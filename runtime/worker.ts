import { elapsedMs, sleep } from './clock.ts';
import { runWith, systemContext } from './context.ts';
import type { Logger } from './logger.ts';

/** Background work of a service: drains what is due, then waits for a nudge or its interval. */
export interface WorkerOptions {
  readonly name: string;
  readonly service: string;
  /** Safety net between nudges, in milliseconds. */
  readonly everyMs: number;
  readonly log: Logger;
  /** Does one bounded batch; true when more may be due right now. */
  run(): Promise<boolean>;
  /** Waits for work that `run` has started and not waited for; called once no further `run` follows. */
  drain?(): Promise<void>;
}

const errorPauseMsMax = 5_000;
/** About three seconds of pauses: a neighbour that restarts is back by then. */
const failuresMax = 5;
const batchMsMax = 60_000;

/** One loop; never runs twice at once in a process, keeps going after an error with growing pauses. */
export class Worker {
  readonly #options: WorkerOptions;
  #stop = new AbortController();
  #wake: AbortController = new AbortController();
  #nudged = false;
  #loop: Promise<void> | null = null;
  #failures = 0;
  /** Begin of the running batch; null between two. */
  #busySinceMs: number | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Why nothing is done here any more, for `/readyz`; null while it works. */
  get trouble(): string | null {
    if (!this.#loop || this.#stop.signal.aborted) return 'does not run';
    if (this.#failures >= failuresMax) return `has failed ${this.#failures} times in a row`;
    const busyMs = this.#busySinceMs === null ? 0 : elapsedMs() - this.#busySinceMs;
    return busyMs > batchMsMax ? `has been at one batch for ${Math.floor(busyMs / 1000)} s` : null;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Something may be due: look now instead of at the next interval. */
  nudge(): void {
    this.#nudged = true;
    this.#wake.abort();
  }

  /** Ends after the batch being worked on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
    await this.#options.drain?.();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#nudged = false;
      const more = await this.#batch();
      if (this.#failures > 0) await this.#pause(Math.min(errorPauseMsMax, 50 * 2 ** this.#failures), false);
      else if (!more) await this.#pause(this.#options.everyMs, true);
    }
  }

  async #batch(): Promise<boolean> {
    this.#busySinceMs = elapsedMs();
    try {
      const more = await runWith(systemContext(this.#options.service), () => this.#options.run());
      this.#failures = 0;
      return more;
    } catch (error) {
      this.#failures += 1;
      this.#options.log.error({ err: error, worker: this.#options.name }, 'background work failed; it is tried again');
      return false;
    } finally {
      this.#busySinceMs = null;
    }
  }

  async #pause(ms: number, wakeable: boolean): Promise<void> {
    if (wakeable && this.#nudged) return;
    this.#wake = new AbortController();
    const signal = wakeable ? this.#wake.signal : this.#stop.signal;
    if (this.#stop.signal.aborted) return;
    await sleep(ms, signal);
  }
}
