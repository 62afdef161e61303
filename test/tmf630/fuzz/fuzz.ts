/** Fuzz of every operation (TMF.md §6): no 5xx, no hang, no answer beside its schema, every refusal a TMF Error. */
import type { ExecutionContext } from 'ava';
import type { OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { line, customer, topUp, use } from '../../support/story.ts';
import { startStack } from '../../support/stack.ts';
import { sources } from '../listed.ts';
import { jsonOf, Wire, type Reply } from '../wire.ts';
import { fuzzed, Requests, type Knock } from './requests.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
}

/** At once, so that rows are fought over; few enough for two cores. */
const atOnce = 8;
/** More of the same tell nothing new. */
const defectsMax = 20;

/** Runs the requests on a stack of its own; invariants are checked when it ends. */
export async function fuzz(t: ExecutionContext, { seed, requests }: FuzzOptions): Promise<void> {
  t.log(`seed ${seed}, ${requests} requests (BSS_FUZZ_SEED repeats a run)`);
  const stack = await startStack(t);
  const wire = new Wire(stack);
  t.teardown(() => wire.close());
  const bought = await line(stack, await customer(stack));
  await use(stack, bought.msisdn, 10);
  await topUp(stack, bought.id);
  const tokens = ['cli', 'default', 'portal_csr', 'portal_self_serve'].map((name) => stack.token(name));
  const made = new Requests(seed, await sources(), tokens);
  for (const row of fuzzed.filter(({ kind, pathParams, service }) => kind === 'list' && pathParams.length === 0 && service !== '*')) {
    made.learn(row.resource ?? '', jsonOf(await wire.send({ service: row.service as never, method: 'GET', path: `${row.path}?limit=5` }))); // not '*', by the filter
  }
  const defects: string[] = [];
  const statuses = new Map<number, number>();
  const reached = new Set<string>();
  for (let sent = 0; sent < requests && defects.length < defectsMax; sent += atOnce) {
    const knocks = Array.from({ length: atOnce }, () => made.next());
    const replies = await Promise.all(knocks.map((knock) => wire.send(knock).catch((error: unknown) => String(error))));
    for (const [i, reply] of replies.entries()) {
      const knock = knocks[i]!; // one reply each
      const defect = typeof reply === 'string' ? reply : await judged(knock, reply, made);
      if (defect !== null) defects.push(`${defect}\n  ${curl(knock, tokens)}`);
      if (typeof reply === 'string') continue;
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
      if (reply.status < 300) reached.add(knock.row.key);
    }
  }
  t.log(`${[...statuses].toSorted(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`).join(', ')}; ${reached.size} of ${fuzzed.length} operations with a 2xx`);
  if (process.env['BSS_FUZZ_SEED'] !== undefined) t.log(`without a 2xx: ${fuzzed.filter(({ key }) => !reached.has(key)).map(({ key }) => key).join(' ')}`);
  t.deepEqual(defects, []);
  // Chance may take from the catalog what an order needs: such a step waits for the repair, and says so.
  await stack.settle().catch((error: unknown) => t.log(String(error)));
}

async function judged(knock: Knock, reply: Reply, made: Requests): Promise<string | null> {
  const { status, text, headers } = reply;
  if (status >= 500) return `${knock.row.key}: ${status} ${text}`;
  if (status === 204 || status === 304 || knock.method === 'HEAD') return text === '' ? null : `${knock.row.key}: ${status} with a body`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return `${knock.row.key}: ${status} is no JSON: ${text.slice(0, 200)}`;
  }
  // What a changed method comes to is another operation's affair.
  const own = knock.method === knock.row.method;
  if (status >= 400) return refusal(knock, status, body) ?? (own ? schemaMiss(knock, status, body) : null);
  if (!own || headers['preference-applied'] === 'dry-run') return null;
  made.learn(knock.row.resource ?? '', body);
  if (status === 201 && headers.location === undefined) return `${knock.row.key}: 201 without Location`;
  if (status === 206 && !/[?&](limit|offset)=/.test(knock.path)) return `${knock.row.key}: 206 unasked`;
  return schemaMiss(knock, status, body);
}

async function schemaMiss({ row, path }: Knock, status: number, body: unknown): Promise<string | null> {
  const validators = await validatorsFor(row.key as OperationKey); // a row of the table
  const problems = validators.response(status, body, /[?&]fields=/.test(path));
  return problems && `${row.key}: ${status} misses its schema: ${JSON.stringify(problems).slice(0, 500)}`;
}

const codes = new Set([
  'BAD_REQUEST', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED', 'POLICY_VIOLATION', 'TOO_MANY_REQUESTS', 'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE',
]);

/** DOMAIN §10 "Error body". */
function refusal({ row }: Knock, status: number, body: unknown): string | null {
  const { code, reason, message, status: told, '@type': type, context, fix, referenceError } = body as Record<string, unknown>; // a JSON value; a scalar has none of these
  const fine = codes.has(String(code)) && typeof reason === 'string' && reason !== '' && typeof message === 'string' && told === String(status) && (type === 'Error'
    || (type === 'PolicyViolation' && typeof context === 'object' && context !== null && Array.isArray(fix) && fix.length > 0 && String(referenceError).endsWith(`/policies/${reason}`)));
  return fine ? null : `${row.key}: ${status} with a body that is no TMF Error: ${JSON.stringify(body).slice(0, 500)}`;
}

/** The request for a shell, its token left to the reader. */
function curl({ method, path, headers = {}, body, row, service }: Knock, tokens: readonly string[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const shown = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${tokens.includes(value) ? '$TOKEN' : value}`)}`);
  return [`curl -X ${method} "$${service.toUpperCase().replace('-', '_')}"${quoted(path)}`, ...shown, ...(body === undefined ? [] : [`-d ${quoted(body)}`]), `# ${row.key}`].join(' ');
}

/** The seed of a run: the one asked for, else the fixed one. */
export const seedOf = (fixed: number): number => Number(process.env['BSS_FUZZ_SEED'] ?? fixed);
