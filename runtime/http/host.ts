/** One Express app per service, built from the operation table (ARCHITECTURE §5). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { sleep } from '#runtime/clock';
import { ApiError, BadRequest, NotFound } from '#runtime/errors';
import type { Operation, ServiceName } from '#runtime/operation';
import { jsonAnswer, send } from './answer.ts';
import { errorAnswer } from './error-body.ts';
import type { Health } from './health.ts';
import { Metrics } from './metrics.ts';
import { requestIdOf } from './perimeter.ts';
import { mountReference, wantsPage } from './reference.ts';
import { signpost } from './signpost.ts';
import { answering, type Recall, type RouteOptions } from './route.ts';

/** Any member of a generated handler map. */
export type AnyHandler = RouteOptions['handler'];

export interface HostOptions extends Omit<RouteOptions, 'handler' | 'row' | 'metrics' | 'recall'> {
  readonly service: ServiceName;
  readonly rows: readonly Operation[];
  /** By operation key. */
  readonly handlers: Readonly<Record<string, AnyHandler>>;
  readonly health: Health;
  /** What is told of a rule where a refusal refers to it; null for no rule. */
  readonly explain: (rule: string) => object | null;
}

const connectionsMax = 10_000;
const headersMsMax = 10_000;
const requestMsMax = 30_000;
const drainMsMax = 10_000;
const drainPollMs = 10;

export class Host {
  readonly service: ServiceName;
  readonly #options: HostOptions;
  readonly #server: Server;
  readonly #metrics: Metrics;
  #inFlight = 0;

  /** @throws {Error} an operation of the service has no handler */
  constructor(options: HostOptions) {
    this.service = options.service;
    this.#options = options;
    this.#metrics = new Metrics(options.service);
    const app = this.#build();
    this.#server = createServer({ headersTimeout: headersMsMax, requestTimeout: requestMsMax }, (request, response) => {
      this.#count(response);
      app(request, response);
    });
    this.#server.maxConnections = connectionsMax;
  }

  /** Port it listens on; null while it does not. */
  get port(): number | null {
    return (this.#server.address() as AddressInfo | null)?.port ?? null; // a TCP server's address
  }

  /**
   * @param port 0 takes a free one
   * @param address who can reach it: this machine, unless said otherwise
   */
  listen(port: number, address = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (err) => this.#options.log.error({ err }, 'the listener failed'));
        resolve(this.port ?? port);
      });
    });
  }

  /** Takes no new connection, lets running requests end (10 s at most), then cuts off what is left. */
  async stop(): Promise<void> {
    this.#options.health.drain();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (let waitedMs = 0; this.#inFlight > 0 && waitedMs < drainMsMax; waitedMs += drainPollMs) {
      this.#server.closeIdleConnections();
      await sleep(drainPollMs);
    }
    this.#server.closeAllConnections();
    await closed;
  }

  #count(response: ServerResponse): void {
    this.#inFlight += 1;
    response.once('close', () => { this.#inFlight -= 1; });
  }

  #build(): Express {
    const app = express();
    app.disable('x-powered-by').disable('etag').enable('case sensitive routing');
    app.get('/livez', (_request, response) => send(response, jsonAnswer(200, { status: 'alive' })));
    app.get('/readyz', (_request, response) => this.#ready(response));
    app.get('/metrics', (_request, response) => send(response, {
      status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: this.#metrics.text(this.#inFlight),
    }));
    app.get('/policies/:rule', (request, response) => this.#explain(request, response));
    mountReference(app, this.#options);
    for (const [path, rows] of byPath(this.#options.rows)) this.#mount(app, path, rows);
    app.use((request: Request, response: Response) => this.#fail(new ApiError(404, 'NOT_FOUND', 'no such path', signpost(this.service, request.path)), request, response));
    app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => this.#fail(routerError(error), request, response));
    return app;
  }

  #mount(app: Express, path: string, rows: readonly Operation[]): void {
    const route = app.route(path.replace(/\{(\w+)\}/g, ':$1'));
    for (const row of rows) {
      const handler = this.#options.handlers[row.key];
      if (!handler) throw new Error(`${this.service} has no handler for ${row.key}`);
      const method = row.method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete';
      route[method](answering({ ...this.#options, row, handler, recall: this.#recallOf(row), metrics: this.#metrics }));
    }
    const allow = rows.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    route.all((request: Request, response: Response) =>
      this.#fail(new ApiError(405, 'METHOD_NOT_ALLOWED', 'method not allowed', `${request.method} is not possible here; use ${allow}.`, { allow }), request, response));
  }

  #recallOf(row: Operation): Recall | undefined {
    if (row.kind !== 'create' || this.#options.resumes) return undefined;
    const found = this.#options.rows.find((one) => one.kind === 'retrieve' && one.api === row.api && one.path.startsWith(`${row.path}/{`));
    const handler = found && this.#options.handlers[found.key];
    return handler && { row: found, handler, idParam: found.pathParams.at(-1)! };
  }

  /** Open to everybody, like the reference documents: it tells of rules, not of data. */
  #explain(request: Request<{ rule: string }>, response: Response): void {
    const { rule } = request.params;
    const text = this.#options.explain(rule);
    if (text && wantsPage(request)) send(response, { status: 303, headers: { location: `/policies#r-${encodeURIComponent(rule)}` }, body: '' });
    else if (text) send(response, jsonAnswer(200, text));
    else this.#fail(new NotFound('rule', rule), request, response);
  }

  async #ready(response: Response): Promise<void> {
    const { ready, down } = await this.#options.health.readiness();
    send(response, jsonAnswer(ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable', down }));
  }

  #fail(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    const { status, body, headers, unexpected } = errorAnswer(error, this.#options.base());
    if (unexpected) this.#options.log.error({ err: error }, 'the request failed');
    send(response, jsonAnswer(status, body, headers), { 'x-request-id': requestIdOf(request.headers as Record<string, string>) });
  }
}

/** Express refuses a path whose percent-encoding is broken before any route sees it. */
function routerError(error: unknown): unknown {
  const refused = error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400);
  return refused ? new BadRequest('The path is not correctly percent-encoded.') : error;
}

/** Rows by path, aliases included; fixed words before parameters, so that `/event/verify` is no event's id. */
function byPath(rows: readonly Operation[]): [string, Operation[]][] {
  const paths = new Map<string, Operation[]>();
  for (const row of rows) {
    for (const path of [row.path, ...row.aliases]) paths.set(path, [...(paths.get(path) ?? []), row]);
  }
  return [...paths].sort(([a], [b]) => (a.replaceAll('{', '\uffff') < b.replaceAll('{', '\uffff') ? -1 : 1));
}
