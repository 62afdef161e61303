/** One service on a database of its own, without a host: what the desks of `test/handlers` stand on. */
import { Database } from '#db/database';
import { withClient } from '#db/migrate';
import { roleOf } from '#db/roles';
import type { ClonedDatabase } from '#db/template';
import { createClients } from '#generated/clients';
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import type { Service } from '#handlers/service';
import type { Clock } from '#runtime/clock';
import type { RequestContext } from '#runtime/context';
import { PolicyViolation } from '#runtime/errors';
import type { Answer } from '#runtime/handler';
import { loggerOf } from '#runtime/logger';
import type { ServiceName } from '#runtime/services';
import { Worker } from '#runtime/worker';

export interface SoloOptions {
  readonly clone: ClonedDatabase;
  readonly clock: Clock;
  /** Plays the neighbours. */
  readonly answer: (request: Request) => Promise<Response>;
  readonly connectionsMax?: number;
}

/** A service as `handlers/serve.ts` would make it, its calls answered by a script. */
export function soloService(name: ServiceName, { clone, clock, answer, connectionsMax }: SoloOptions): Service {
  const log = loggerOf(name, process.env['BSS_TEST_LOG'] ?? 'silent');
  return {
    name, clock, config: clone.config, log,
    db: new Database({ url: clone.urlOf(roleOf(name)), service: name, clock, ...(connectionsMax === undefined ? {} : { connectionsMax }) }),
    clients: createClients({ baseUrl: (of) => `http://${of}.local`, token: 'x', backoffMs: 1, retriesMax: 0, transport: answer }),
    href: (path) => `http://${name}.local${path}`, hrefOf: (of, path) => `http://${of}.local${path}`,
    keepRemains: () => Promise.resolve(),
    worker: (options) => new Worker({ ...options, service: name, log }),
  };
}

export interface Asked {
  readonly id?: string;
  /** Path parameters besides id. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: object;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** Idempotency-Key of the call. */
  readonly key?: string;
  readonly as?: Partial<RequestContext>;
}

/** What came back, as JSON. */
export interface Got {
  readonly status: number;
  // The tests look into representations of many shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

/** Calls an operation as the host does: request and answer must fit the schemas of the operation. */
export async function callOperation(routes: object, key: OperationKey, asked: Asked, run: <T>(work: () => T) => T): Promise<Got> {
  const row = operations[key];
  const { request, response } = await validatorsFor(key);
  const contentType = asked.contentType ?? 'application/json';
  const wrong = asked.body === undefined || contentType.includes('json-patch') ? null : request(asked.body);
  if (wrong) throw new Error(`the test sends an invalid body: ${JSON.stringify(wrong)}`);
  const call = {
    operation: row, params: { ...(asked.id === undefined ? {} : { id: asked.id }), ...asked.params }, query: asked.query ?? {}, body: asked.body,
    headers: asked.headers ?? {}, contentType,
  };
  const handlers = routes as Readonly<Record<string, (call: unknown) => Promise<Answer<unknown>>>>; // a generated handler map, by key
  const answer = await run(() => handlers[key]!(call));
  const status = answer.status ?? row.successStatus;
  const body: unknown = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
  const problems = response(status, body, 'fields' in call.query);
  if (problems) throw new Error(`${key} answers what its document does not allow: ${JSON.stringify(problems)}`);
  return { status, body, headers: answer.headers ?? {} };
}

/** The refusal of a call that must be refused by a rule. */
export async function refusalOf(call: Promise<unknown>): Promise<PolicyViolation> {
  const error = await call.then(() => new Error('nothing was refused'), (reason: unknown) => reason);
  if (error instanceof PolicyViolation) return error;
  throw error;
}

export interface Told {
  readonly type: string;
  readonly id: string;
  readonly actor: string;
  readonly channel: string;
  readonly traceId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The ledger of a test's database, read on from where it was read last. */
export class Ledger {
  readonly #clone: ClonedDatabase;
  #position = 0;

  constructor(clone: ClonedDatabase) {
    this.#clone = clone;
  }

  /** Everything recorded since the last call, in order. */
  async news(): Promise<Told[]> {
    const rows = await rowsOf<Told & { position: string }>(this.#clone,
      'SELECT event_type AS type, aggregate_id AS id, actor, channel, trace_id AS "traceId", payload, position FROM audit.domain_event WHERE position > $1 ORDER BY position', [this.#position]);
    this.#position = Number(rows.at(-1)?.position ?? this.#position);
    return rows.map(({ position: _, ...told }) => told);
  }
}

/** Rows as the superuser sees them: what no service may see. */
export const rowsOf = <R>(clone: ClonedDatabase, text: string, values: readonly unknown[] = []): Promise<R[]> =>
  withClient(clone.url, async (client) => (await client.query(text, [...values])).rows as R[]); // the test says what it reads
