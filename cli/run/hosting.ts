import { startEmbedded } from '#db/embedded';
import { elapsedMs } from '#runtime/clock';
import { loadConfig, type Config } from '#runtime/config';
import { homeOf, localEnvironment, makeHome, type Home } from '#runtime/home';
import { signalProcess } from '#runtime/process';
import { type ServiceName } from '#runtime/services';
import { SetupError } from '#runtime/setup-error';
import { requireFreePorts } from './ports.ts';
import { boundServerLog } from './server-log.ts';
import { newState, writeState, type Phase, type ServerState } from './server-state.ts';

export interface HostingOptions {
  readonly services: readonly ServiceName[];
  /** Started in the background by `bss up`: tells its state and bounds its log. */
  readonly supervised: boolean;
  /** Migrate and seed an external database too; the embedded one always is. */
  readonly prepare: boolean;
}

const stopMsMax = 12_000;
const logCheckMs = 10_000;

/**
 * Hosts services in this process until a signal asks it to stop: database first (while the code of
 * the services is already being read), then migrations and seed, then the services.
 * @returns the exit code
 */
export async function host(options: HostingOptions): Promise<number> {
  const home = homeOf(process.env);
  makeHome(home);
  const config = loadConfig(localEnvironment(process.env, home));
  const journal = new Journal(home, options.supervised);
  const asked = stopSignal();
  try {
    await requireFreePorts(options.services, config.portBase);
    const running = await bringUp(options, config, home, journal, asked);
    const bound = setInterval(() => options.supervised && boundServerLog(home), logCheckMs);
    await asked;
    clearInterval(bound);
    journal.enter('stopping');
    cutOffLater();
    await running.stop();
    return 0;
  } catch (error) {
    journal.fail(error);
    throw error;
  }
}

interface Running {
  stop(): Promise<void>;
}

async function bringUp(options: HostingOptions, config: Config, home: Home, journal: Journal, asked: Promise<void>): Promise<Running> {
  const code = Promise.all([import('#handlers/serve'), import('#db/migrate')]);
  code.catch(() => undefined); // awaited below; a failing database must not leave it unhandled
  const database = config.databaseUrl === null ? await startEmbedded({ dataDir: home.database }) : null;
  const adminUrl = database?.adminUrl ?? config.databaseUrl;
  if (adminUrl === null) throw new SetupError('There is neither an embedded nor an external database.', 7);
  journal.database({ port: database?.port ?? Number(new URL(adminUrl).port || 5432), embedded: database !== null });
  const resolved: Config = { ...config, databaseUrl: adminUrl };
  const [{ serve }, { clearLeases, migrate, seed }] = await code;
  if (database || options.prepare) {
    journal.enter('migrations');
    await migrate(adminUrl, resolved);
    journal.enter('seed');
    await seed(adminUrl, resolved);
  }
  if (database) await clearLeases(adminUrl);
  journal.enter('services');
  const running = await serve([...options.services], resolved);
  if (await isSettled(asked)) return running;
  journal.serving(running.services);
  return running;
}

/** Resolves on the first SIGTERM or SIGINT; the second ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = (signal: NodeJS.Signals): void => {
      signals += 1;
      if (signals > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

const isSettled = (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);

/** A graceful stop has its time, but not for ever: what is left after it is cut off. */
function cutOffLater(): void {
  const cut = setTimeout(() => {
    process.stderr.write(`Work did not end within ${stopMsMax / 1000} s and was cut off; every step resumes at the next start.\n`);
    signalProcess(process.pid, 'SIGKILL');
  }, stopMsMax);
  cut.unref();
}

/** Writes each step of a supervised server where `up` and `status` read it. */
class Journal {
  readonly #home: Home;
  readonly #active: boolean;
  #state: ServerState = newState();
  #begin = elapsedMs();

  constructor(home: Home, active: boolean) {
    this.#home = home;
    this.#active = active;
    this.#write({});
  }

  /** The step before is over; its duration is kept. */
  enter(phase: Phase): void {
    const ms = { ...this.#state.ms, [this.#state.phase]: Math.round(elapsedMs() - this.#begin) };
    this.#begin = elapsedMs();
    this.#write({ phase, ms });
  }

  database(database: ServerState['database']): void {
    this.#write({ database });
  }

  serving(services: ServerState['services']): void {
    this.#write({ services: services.map(({ name, port }) => ({ name, port })) });
    this.enter('ready');
  }

  /** Anything but a SetupError is a defect: the log, with its stack, says more than a sentence. */
  fail(error: unknown): void {
    this.#write({ phase: 'failed', error: error instanceof SetupError ? error.message : null });
  }

  #write(change: Partial<ServerState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#active) writeState(this.#home, this.#state);
  }
}
