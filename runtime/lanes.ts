/**
 * Bounded concurrent work of a worker. A worker whose `run` fills the lanes and returns keeps
 * answering nudges while slow work goes on: what is slow holds up its own lane only.
 */
export class Lanes {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  readonly #onFree: () => void;

  /** @param onFree called when a lane falls free after all were taken: more may be claimed */
  constructor(most: number, onFree: () => void) {
    this.#most = most;
    this.#onFree = onFree;
  }

  get free(): number {
    return this.#most - this.#running.size;
  }

  /**
   * Starts work in a free lane; the work handles its own errors.
   * @throws {Error} no lane is free
   */
  start(work: () => Promise<void>): void {
    if (this.free === 0) throw new Error(`all ${this.#most} lanes are taken`);
    const running = work().finally(() => {
      const wasFull = this.free === 0;
      this.#running.delete(running);
      if (wasFull) this.#onFree();
    });
    this.#running.add(running);
  }

  /** When everything started has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }
}
