import { userInfo } from 'node:os';
import { UsageError, type BaseContext } from 'clipanion';
import { createClients, type Clients } from '#generated/clients';
import { Clock } from '#runtime/clock';
import { keyed, ok, type ClientContext } from '#runtime/client';
import { loadConfig, type Config } from '#runtime/config';
import { newTrace } from '#runtime/context';
import { RemoteError } from '#runtime/errors';
import { homeOf, localEnvironment, type Home } from '#runtime/home';
import { uuidv7 } from '#runtime/ids';
import { readSecrets } from '#runtime/secrets';
import { servicePort, type ServiceName } from '#runtime/services';
import { SetupError } from '#runtime/setup-error';
import { lookOf } from './run/card.ts';
import { runningServer } from './run/server-state.ts';
import { durationMs, wholeNumber } from './duration.ts';
import { failureOf, remoteFailure } from './failure.ts';
import { Output } from './output.ts';
import type { Look } from './renderers/look.ts';

/** What a command may be asked to do differently; `BssCommand` and its kin hold these. */
export interface Asked {
  readonly json: boolean;
  readonly plain: boolean;
  readonly quiet: boolean;
  readonly yes: boolean;
  readonly noInput: boolean;
  readonly timeout: string | undefined;
  readonly fields: string | undefined;
  readonly color: boolean | undefined;
  readonly ascii: boolean;
  readonly width: string | undefined;
  readonly dryRun?: boolean;
  readonly idempotencyKey?: string | undefined;
  readonly context: BaseContext;
}

const deadlineMsDefault = 30_000;

/** One run of one command: who calls, through which clients, and how the result is shown. */
export class Session {
  readonly asked: Asked;
  readonly config: Config;
  readonly home: Home;
  readonly clients: Clients;
  readonly output: Output;
  /** Longest time of one call, in milliseconds. */
  readonly deadlineMs: number;
  /** Headers that make a write happen once, however often it is sent. */
  readonly once: ReturnType<typeof keyed>;

  constructor(asked: Asked, output: Output) {
    this.asked = asked;
    this.output = output;
    this.home = homeOf(asked.context.env);
    requireSecrets(this.home, asked.context.env);
    this.config = loadConfig(localEnvironment(asked.context.env, this.home));
    this.deadlineMs = asked.timeout === undefined ? deadlineMsDefault : durationMs(asked.timeout, '--timeout');
    this.once = keyed(asked.idempotencyKey ?? uuidv7());
    this.clients = createClients({
      baseUrl: (service) => addressOf(service, this.config, this.home, asked.context.env),
      token: tokenOf(this.config), deadlineMs: this.deadlineMs, context: () => callContext(asked),
    });
  }

  get look(): Look {
    return this.output.look;
  }

  get dryRun(): boolean {
    return this.asked.dryRun === true;
  }

  /** Whether somebody sits there who can be asked. */
  get interactive(): boolean {
    const { stdin, stderr } = this.asked.context;
    return !this.asked.noInput && isTerminal(stdin) && isTerminal(stderr);
  }

  /** Business time of the stack, which an operator may have frozen or moved. */
  async businessTime(): Promise<Date> {
    return new Date((await ok(this.clients.admin('crm').GET('/clock'))).now);
  }

  /** Shows the answer of a call. @returns the exit code */
  async show(call: Parameters<typeof ok>[0]): Promise<number> {
    const value: unknown = await ok(call);
    if (this.dryRun) return this.showDryRun(value);
    if (value === undefined || value === null) this.output.say('done');
    else await this.present(value as object); // an answer with a body is a JSON object
    return 0;
  }

  /** Shows one result. `renews in 12 d` counts from the business time of the stack, not from this machine's. */
  async present(value: object): Promise<void> {
    const counts = !this.output.scripted && 'periodEnd' in value;
    await this.output.show(value, counts ? await this.businessTime() : this.look.now);
  }

  /** What the policies said of a write that was only tried out; the exit code is as if it were real. */
  async showDryRun(value: unknown): Promise<number> {
    const { allowed, violations } = value as DryRun; // every write answers one to `Prefer: dry-run`
    if (this.asked.json) this.output.data(JSON.stringify({ allowed, violations }));
    else if (allowed) this.output.say('dry run: every rule agrees; nothing was written');
    if (allowed) return 0;
    const failures = violations.map((violation) => remoteFailure(Number(violation['status'] ?? 422), violation));
    if (!this.asked.json) for (const failure of failures) await this.output.fail(failure);
    return failures[0]?.exitCode ?? 4;
  }
}

/** Answer to a write sent with `Prefer: dry-run` (DOMAIN §10). */
interface DryRun {
  readonly allowed: boolean;
  readonly violations: readonly Readonly<Record<string, unknown>>[];
}

/** Runs the work of a command that speaks to the services. */
export const runInSession = (asked: Asked, work: (session: Session) => Promise<number>): Promise<number> =>
  runWithOutput(asked, (output) => work(new Session(asked, output)));

/** Runs work that prints; what a service, the machine or the person refused becomes message and exit code. */
export async function runWithOutput(asked: Asked, work: (output: Output) => Promise<number>): Promise<number> {
  let output: Output | undefined;
  try {
    output = new Output(outputOptions(asked), lookFor(asked), asked.context);
    return await work(output);
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error;
    return (output ?? new Output({ json: asked.json, plain: false, quiet: false, fields: [] }, plainLook, asked.context)).fail(failure);
  }
}

/** For the message about a bad `--width` itself. */
const plainLook: Look = { width: 80, unicode: false, color: false, now: new Clock().now() };

function outputOptions({ json, plain, quiet, fields = '' }: Asked): Output['options'] {
  if ([json, plain, quiet].filter(Boolean).length > 1) throw new UsageError('Choose one of --json, --plain and --quiet.');
  return { json, plain, quiet, fields: fields.split(',').map((field) => field.trim()).filter((field) => field !== '') };
}

function lookFor({ context, color, ascii, width }: Asked): Look {
  const look = lookOf(context.stdout as { isTTY?: boolean; columns?: number }, context.env); // a terminal's stream has them, others not
  return {
    width: width === undefined ? look.width : wholeNumber(width, '--width', 20, 1000),
    unicode: look.unicode && !ascii, color: color ?? look.color, now: new Clock().now(),
  };
}

const isTerminal = (stream: object): boolean => 'isTTY' in stream && stream.isTTY === true;

function requireSecrets(home: Home, env: BaseContext['env']): void {
  if (env['BSS_CLI_API_TOKEN'] || readSecrets(home.secrets)) return;
  throw new SetupError('Nothing was ever started here; `make up` does.', 7);
}

function tokenOf({ identities }: Config): string {
  const cli = identities.find(({ name }) => name === 'cli');
  if (!cli) throw new SetupError('There is no token for the command line; set BSS_CLI_API_TOKEN or run `make up`.', 6);
  return cli.token;
}

/** An own BSS_PORT_BASE wins; else the running server tells, which may have been started with other ports. */
function addressOf(service: ServiceName, config: Config, home: Home, env: BaseContext['env']): string {
  const asked = env['BSS_PORT_BASE'] && config.portBase > 0;
  const running = asked ? undefined : runningServer(home)?.services.find(({ name }) => name === service);
  const port = running?.port ?? servicePort(service, config.portBase);
  if (port === 0) throw new SetupError('Nothing runs here; start it with `make up`.', 7);
  return `http://127.0.0.1:${port}`;
}

function callContext(asked: Asked): ClientContext {
  return { actor: actorOf(asked.context.env), channel: 'cli', onBehalfOf: null, requestId: uuidv7(), trace: newTrace(), dryRun: asked.dryRun === true };
}

/** The person at the keyboard, as the audit log names them. */
function actorOf(env: BaseContext['env']): string {
  const name = env['USER'] || env['LOGNAME'] || systemUser();
  return name.replace(/[^\x21-\x7e]/g, '_').slice(0, 64);
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'cli'; // an account without a name, as containers have
  }
}

/** Null instead of a 404: for what may well be absent. */
export async function absentAsNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) return null;
    throw error;
  }
}
