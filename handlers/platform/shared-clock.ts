import type { Database, Tx } from '#db/database';
import { record } from '#events/record';
import { advanceClock, freezeClock, unfreezeClock } from '#policy/clock';
import type { Permit } from '#policy/permit';
import { Clock, isoTime, type ClockState } from '#runtime/clock';
import type { Logger } from '#runtime/logger';
import { Worker } from '#runtime/worker';
import { lockClock, readClock, storeClock } from './store.ts';

type ClockPermit = Permit<'clock.freeze' | 'clock.advance' | 'clock.unfreeze'>;
type ClockEvent = 'clock.frozen' | 'clock.advanced' | 'clock.unfrozen';

interface Change {
  /** Moves a copy of the clock, which stands as the stored one does. */
  readonly move: (clock: Clock) => void;
  /** @throws {PolicyViolation} */
  readonly permit: (tx: Tx, nowMs: number) => ClockPermit;
  /** Null for a step of a longer way. */
  readonly event: ClockEvent | null;
}

/** An advance from here to there, epoch milliseconds of business time. */
export interface Way {
  readonly fromMs: number;
  readonly goalMs: number;
}

const followEveryMs = 500;

const forward = ({ fromMs, goalMs }: Way, toMs: number): Pick<Change, 'move' | 'permit'> => ({
  move: (clock) => { clock.advance(Math.max(0, toMs - clock.now().getTime())); },
  permit: (tx) => advanceClock.permit(tx, { asked: 'advance', nowMs: fromMs, toMs: goalMs }),
});

/** The one clock of all processes (DOMAIN §1): a row of `integrations.clock`, and this process's copy of it. */
export class SharedClock {
  readonly clock: Clock;
  readonly #database: Database;
  /** The row as this process last saw it; another one then means that another process moved the clock. */
  #seen: ClockState | null = null;

  /** @param database of the platform role */
  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.clock = clock;
  }

  /** Makes the copy stand as the row does, at the start of a process. */
  async take(): Promise<void> {
    this.#seen = await readClock(this.#database);
    this.clock.set(this.#seen);
  }

  /** Keeps the copy in step in a process that is not the only one. */
  follower(log: Logger): Worker {
    return new Worker({
      name: 'clock', service: 'platform', everyMs: followEveryMs, log,
      run: async () => {
        this.#adopt(await readClock(this.#database));
        return false;
      },
    });
  }

  /**
   * Stops business time, now or at a later moment.
   * @throws {PolicyViolation} admin.clock.backwards
   */
  freeze(at: Date | null): Promise<void> {
    return this.#change({
      move: (clock) => { clock.freeze(at ?? undefined); },
      permit: (tx, nowMs) => freezeClock.permit(tx, { asked: 'freeze', nowMs, toMs: at?.getTime() ?? nowMs }),
      event: 'clock.frozen',
    });
  }

  unfreeze(): Promise<void> {
    return this.#change({ move: (clock) => { clock.unfreeze(); }, permit: (tx) => unfreezeClock.permit(tx), event: 'clock.unfrozen' });
  }

  /**
   * Moves business time forward on a longer way, as far as `toMs`.
   * @throws {PolicyViolation} admin.clock.backwards, when the way leads back
   */
  step(way: Way, toMs: number): Promise<void> {
    return this.#change({ ...forward(way, toMs), event: null });
  }

  /** Moves business time to the end of the way. */
  arrive(way: Way): Promise<void> {
    return this.#change({ ...forward(way, way.goalMs), event: 'clock.advanced' });
  }

  async #change({ move, permit, event }: Change): Promise<void> {
    await this.#database.tx(async (tx) => {
      this.#adopt(await lockClock(tx));
      const next = new Clock(this.clock.state);
      const allowed = permit(tx, next.now().getTime());
      move(next);
      await storeClock(tx, allowed, next.state);
      if (event) record(tx, event, 'clock', { now: isoTime(next.now()) });
      tx.afterCommit(() => {
        this.#seen = next.state;
        this.clock.set(next.state);
      });
    });
  }

  #adopt(stored: ClockState): void {
    const moved = this.#seen !== null && (stored.frozenAtMs !== this.#seen.frozenAtMs || stored.offsetMs !== this.#seen.offsetMs);
    if (moved) this.clock.set(stored);
    this.#seen = stored;
  }
}
