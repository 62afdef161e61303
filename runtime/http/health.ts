import { elapsedMs } from '#runtime/clock';

/** One thing a service cannot work without; throws, or answers why, when it is down. */
export interface Check {
  readonly name: string;
  /** Null when it works, else one sentence. */
  probe(): Promise<string | null>;
}

export interface Readiness {
  readonly ready: boolean;
  /** Name and reason of everything that is down. */
  readonly down: readonly { readonly name: string; readonly reason: string }[];
}

const cacheMsMax = 1_000;
/** What is down is looked at again sooner: somebody waits for it. */
const downMsMax = 200;
const probeMsMax = 1_500;

/** Answers of `/readyz`, looked up at most once a second however often it is asked. */
export class Health {
  readonly #checks: readonly Check[];
  #known: { untilMs: number; readiness: Promise<Readiness> } | null = null;
  #draining = false;

  constructor(checks: readonly Check[]) {
    this.#checks = checks;
  }

  /** From now on nobody should send requests here. */
  drain(): void {
    this.#draining = true;
  }

  readiness(): Promise<Readiness> {
    if (this.#draining) return Promise.resolve({ ready: false, down: [{ name: 'service', reason: 'is stopping' }] });
    if (this.#known && elapsedMs() < this.#known.untilMs) return this.#known.readiness;
    const readiness = this.#look();
    const known = { untilMs: elapsedMs() + cacheMsMax, readiness };
    this.#known = known;
    void readiness.then(({ ready }) => {
      if (!ready) known.untilMs = elapsedMs() + downMsMax;
    });
    return readiness;
  }

  async #look(): Promise<Readiness> {
    const results = await Promise.all(this.#checks.map(async ({ name, probe }) => ({ name, reason: await reasonOf(probe) })));
    const down = results.flatMap(({ name, reason }) => (reason === null ? [] : [{ name, reason }]));
    return { ready: down.length === 0, down };
  }
}

async function reasonOf(probe: Check['probe']): Promise<string | null> {
  const late = AbortSignal.timeout(probeMsMax);
  const lateness = new Promise<string>((resolve) => {
    late.addEventListener('abort', () => resolve(`did not answer within ${probeMsMax} ms`), { once: true });
  });
  try {
    return await Promise.race([probe(), lateness]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
