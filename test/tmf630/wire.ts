/** Requests as bytes: what `fetch` would tidy up goes over the wire as it stands. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { ServiceName } from '#runtime/services';
import type { Stack } from '../support/stack.ts';

export interface Request {
  readonly service: ServiceName;
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Longer than any answer takes, shorter than a test: a hang is a failure with a name. */
const answerMsMax = 20_000;

class StaleConnection extends Error {}

export class Wire {
  readonly #stack: Stack;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** As `cli`, role admin, unless the headers name another token. @throws {Error} no answer in time, naming the request */
  async send(request: Request): Promise<Reply> {
    try {
      return await this.#send(request);
    } catch (error) {
      // A server may close an idle connection just when it is taken again: the request never arrived.
      if (error instanceof StaleConnection) return this.#send(request);
      throw error;
    }
  }

  #send({ service, method, path, headers = {}, body }: Request): Promise<Reply> {
    const { hostname, port } = new URL(this.#stack.baseUrl(service));
    const sent = { 'x-bss-api-token': this.#stack.token('cli'), ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }), ...headers };
    return new Promise((resolve, reject) => {
      const failed = (why: string) => reject(new Error(`${method} ${path}: ${why}`));
      const outgoing = httpRequest({ hostname, port, method, path, headers: sent, agent: this.#agent, timeout: answerMsMax }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', (error) => failed(error.message));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() }));
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${answerMsMax} ms`)));
      outgoing.on('error', (error: NodeJS.ErrnoException) => (outgoing.reusedSocket && error.code === 'ECONNRESET' ? reject(new StaleConnection()) : failed(error.message)));
      outgoing.end(body);
    });
  }
}

export const jsonOf = (reply: Reply): unknown => (reply.text === '' ? undefined : JSON.parse(reply.text));
