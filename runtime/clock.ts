/**
 * The one clock (DOMAIN §1 "Clock"). `now()` is business time: periods, expiry, quarantine, order
 * age; it can be frozen and advanced. `tick()` is machine time: leases, backoff, timeouts, rate
 * limits; it never stops. Nothing outside `runtime/` may ask the operating system for the time.
 */

export interface ClockState {
  /** Business time stands still at this instant (epoch milliseconds), or null while it runs. */
  readonly frozenAtMs: number | null;
  /** Added to machine time while business time runs, in milliseconds. */
  readonly offsetMs: number;
}

let machineMs = Date.now();
let measuredMs = performance.now();

/**
 * Goes on when the system's clock is set back: leases would not end, pauses not pass and rate limits lock everybody out
 * until it had caught up with itself.
 */
function machineTime(): number {
  const elapsed = performance.now() - measuredMs;
  measuredMs += elapsed;
  machineMs = Math.max(Date.now(), machineMs + elapsed);
  return Math.floor(machineMs);
}

export class Clock {
  #state: ClockState;

  constructor(state: ClockState = { frozenAtMs: null, offsetMs: 0 }) {
    this.#state = state;
  }

  /** Business time. */
  now(): Date {
    return new Date(this.#state.frozenAtMs ?? Date.now() + this.#state.offsetMs);
  }

  /** Machine time in epoch milliseconds, never going back; comparable between processes of one machine. */
  tick(): number {
    return machineTime();
  }

  /** What the system's clock shows, in epoch milliseconds, for others to compare with theirs. */
  wall(): number {
    return Date.now();
  }

  get state(): ClockState {
    return this.#state;
  }

  /** Takes over a state that another process stored, or that an operator asked for. */
  set(state: ClockState): void {
    this.#state = state;
  }

  freeze(at: Date = this.now()): ClockState {
    this.#state = { frozenAtMs: at.getTime(), offsetMs: this.#state.offsetMs };
    return this.#state;
  }

  /** Moves business time forward by `ms`, frozen or not. */
  advance(ms: number): ClockState {
    const { frozenAtMs, offsetMs } = this.#state;
    this.#state =
      frozenAtMs === null ? { frozenAtMs, offsetMs: offsetMs + ms } : { frozenAtMs: frozenAtMs + ms, offsetMs };
    return this.#state;
  }

  /** Lets business time run again from where it stands. */
  unfreeze(): ClockState {
    this.#state = { frozenAtMs: null, offsetMs: this.now().getTime() - Date.now() };
    return this.#state;
  }
}

/** Monotonic milliseconds for measuring durations; never stored. */
export const elapsedMs = (): number => performance.now();

/** Waits `ms` of machine time; resolves early, without error, when the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** `2026-04-11T09:00:00.000Z`: the only form in which a time leaves the system (TMF630, DOMAIN). */
export const isoTime = (at: Date): string => at.toISOString();
