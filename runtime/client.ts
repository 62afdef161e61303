/**
 * The hand-written heart of the generated clients: who calls, how long, how often.
 * One client belongs to one API; all share connections (Node's fetch keeps them alive).
 */
import createClient, { type Client } from 'openapi-fetch';
import { sleep } from '#runtime/clock';
import { current, formatTraceparent, type RequestContext, type Trace } from '#runtime/context';
import { RemoteError, Unavailable } from '#runtime/errors';
import { randomBelow } from '#runtime/ids';
import type { ServiceName } from '#runtime/services';
import { inSpan, SpanKind } from '#runtime/span';
import { refuseInsideTransaction } from './transaction-scope.ts';

/** What a call takes over from the work it is part of. */
export type ClientContext = Pick<RequestContext, 'actor' | 'channel' | 'onBehalfOf' | 'requestId' | 'trace' | 'dryRun'>;

/** Sends one request; `fetch`, unless a test answers itself. */
export type Transport = (request: Request, signal: AbortSignal) => Promise<Response>;

export interface ClientOptions {
  /** Scheme, host and port of a service, `http://127.0.0.1:8004`. */
  readonly baseUrl: (service: ServiceName) => string;
  /** Value of X-BSS-API-Token: the identity of the calling process. */
  readonly token: string;
  /** Whose work the calls are part of; the request context of `#runtime/context` unless said otherwise. */
  readonly context?: () => ClientContext | undefined;
  /** Longest time of one call with all its attempts, in milliseconds; 10 s. */
  readonly deadlineMs?: number;
  /** Attempts after the first, of calls that may be repeated; 2. */
  readonly retriesMax?: number;
  /** First wait before a further attempt, in milliseconds; doubled each time; 50. */
  readonly backoffMs?: number;
  readonly transport?: Transport;
}

/** Where an API answers; `*` answers on every service. */
export interface ApiAddress {
  readonly service: ServiceName | '*';
  readonly basePath: string;
}

/** 503: the call did not end before its deadline; whether it had an effect is unknown. */
export class DeadlineExceeded extends Unavailable {
  constructor(service: string, deadlineMs: number) {
    super(`${service} did not answer within ${deadlineMs} ms`);
  }
}

/** What openapi-fetch resolves to: data of a success or the error body. */
interface Outcome {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The data of the successful one of the two outcomes. */
type DataOf<R> = R extends { data: infer D; error?: never } ? D : never;

type Settings = Required<Omit<ClientOptions, 'baseUrl'>>;

// The paths of a document are generated interfaces; openapi-fetch asks for no more than an object.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
type AnyPaths = {};

/** Which service gave an answer, for the message of a RemoteError. */
const answeredBy = new WeakMap<Response, string>();

/** Per API: its client, or for an API of every service a function from service to client; each made at its first use. */
export function lazyClients(apis: Readonly<Record<string, ApiAddress>>, options: ClientOptions): object {
  const clients = {};
  for (const [api, address] of Object.entries(apis)) {
    Object.defineProperty(clients, api, { enumerable: true, get: once(() => clientOf(address, options)) });
  }
  return clients;
}

function clientOf({ service, basePath }: ApiAddress, options: ClientOptions): unknown {
  if (service !== '*') return serviceClient(service, basePath, options);
  const made = new Map<ServiceName, Client<AnyPaths>>();
  return (name: ServiceName) => {
    const client = made.get(name) ?? serviceClient(name, basePath, options);
    made.set(name, client);
    return client;
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function serviceClient(service: ServiceName, basePath: string, options: ClientOptions): Client<AnyPaths> {
  const settings: Settings = {
    context: current, deadlineMs: 10_000, retriesMax: 2, backoffMs: 50,
    transport: (request, signal) => fetch(request, { signal }), ...options,
  };
  return createClient<AnyPaths>({
    baseUrl: options.baseUrl(service) + basePath,
    // A redirect would carry the token to an address nobody configured.
    redirect: 'error',
    fetch: (request) => send(request, service, settings),
  });
}

function send(request: Request, service: ServiceName, settings: Settings): Promise<Response> {
  refuseInsideTransaction(`a call of ${service}`);
  const parent = settings.context()?.trace ?? null;
  const attributes = { 'http.request.method': request.method, 'peer.service': service };
  return inSpan({ name: `${request.method} ${service}`, kind: SpanKind.CLIENT, parent, attributes }, async (ids, span) => {
    // A span that nobody keeps would only stand between the work and what is done for it there.
    setHeaders(request, settings, span.isRecording() ? ids : parent);
    const response = await answered(request, service, settings);
    span.setAttribute('http.response.status_code', response.status);
    return response;
  });
}

async function answered(request: Request, service: ServiceName, settings: Settings): Promise<Response> {
  const deadline = AbortSignal.timeout(settings.deadlineMs);
  const signal = AbortSignal.any([deadline, request.signal]);
  try {
    const response = await attempts(request, signal, settings);
    answeredBy.set(response, service);
    return response;
  } catch (error) {
    if (deadline.aborted) throw new DeadlineExceeded(service, settings.deadlineMs);
    if (request.signal.aborted) throw request.signal.reason;
    throw new Unavailable(`${service} cannot be reached: ${networkReason(error)}`);
  }
}

/** DOMAIN.md §10 "Headers". A header set for one call stays. */
function setHeaders({ headers, method }: Request, { token, context }: Settings, trace: Trace | null): void {
  const set = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value);
  };
  set('X-BSS-API-Token', token);
  if (trace) set('traceparent', formatTraceparent(trace));
  const work = context();
  if (!work) return;
  set('X-BSS-Actor', work.actor);
  set('X-BSS-Channel', work.channel);
  set('X-Request-ID', work.requestId);
  if (work.onBehalfOf) set('X-BSS-On-Behalf-Of', work.onBehalfOf);
  // What is only tried out here must not take effect there.
  if (work.dryRun && method !== 'GET') set('Prefer', 'dry-run');
}

async function attempts(request: Request, signal: AbortSignal, settings: Settings): Promise<Response> {
  const last = mayRepeat(request) ? settings.retriesMax : 0;
  for (let attempt = 0; attempt < last; attempt++) {
    const backoff = settings.backoffMs * 2 ** attempt;
    const waitMs = await tryOnce(request.clone(), signal, settings, backoff);
    if (waitMs instanceof Response) return waitMs;
    await sleep(waitMs, signal);
    signal.throwIfAborted();
  }
  return settings.transport(request, signal);
}

/** The answer, or how long to wait before the next attempt, in milliseconds. */
async function tryOnce(request: Request, signal: AbortSignal, settings: Settings, backoffMs: number): Promise<Response | number> {
  // Half to one and a half of the pause: callers that failed together do not come back together.
  const jittered = randomBelow(Math.max(1, backoffMs)) + backoffMs / 2;
  let response: Response;
  try {
    response = await settings.transport(request, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return jittered;
  }
  if (!isPassing(response)) return response;
  const askedMs = 1000 * Number(response.headers.get('retry-after') ?? 0);
  const waitMs = Math.max(jittered, Number.isFinite(askedMs) ? askedMs : 0);
  // Waiting longer than the call may take helps nobody: the caller is told at once.
  if (waitMs >= settings.deadlineMs) return response;
  await response.body?.cancel(); // gives the connection back
  return waitMs;
}

/** A GET has no effect; a key makes the effect of a write happen once. */
function mayRepeat({ method, headers }: Request): boolean {
  return method === 'GET' || headers.has('Idempotency-Key');
}

/** 409 with Retry-After: the first call with this key is still running (DOMAIN.md §10). */
function isPassing({ status, headers }: Response): boolean {
  return status === 429 || status === 503 || (status === 409 && headers.has('retry-after'));
}

function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says "fetch failed" and names the reason in `cause`.
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

/** Options of a call that has its effect once: `clients.payment.POST('/authorization', { body, ...keyed('ORD-014:auth') })`. */
export function keyed(key: string): { headers: { 'Idempotency-Key': string } } {
  return { headers: { 'Idempotency-Key': key } };
}

/**
 * Filters of a list: any attribute, dotted, with or without operator (TMF.md §2), which no document
 * can declare: `params: { query: { limit: 20, ...where({ 'relatedParty.id': 'CUST-001' }) } }`.
 */
export function where(filters: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

/**
 * The data of a successful call. Throws RemoteError with the service's error body otherwise,
 * DeadlineExceeded or Unavailable when there was no answer.
 */
export async function ok<R extends Outcome>(call: Promise<R>): Promise<DataOf<R>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new RemoteError(answeredBy.get(response) ?? 'the service', response.status, errorBody(error));
  return data as DataOf<R>; // a success has the declared body, or none where none is declared
}

function errorBody(error: unknown): Record<string, unknown> {
  if (error !== null && typeof error === 'object' && !Array.isArray(error)) return { ...error };
  return { message: String(error ?? 'no body').slice(0, 500) };
}
