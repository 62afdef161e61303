/** A subscriber of hubs as anybody could run one: a plain HTTP listener that keeps what it gets. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import { sleep } from '#runtime/clock';

export interface Notification {
  readonly eventId: string;
  readonly eventTime: string;
  readonly eventType: string;
  readonly correlationId: string;
  readonly fieldPath?: string;
  readonly timeOcurred: string;
  readonly timeOccurred: string;
  readonly event: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: Notification;
}

type Answer = (received: Received, count: number) => { status: number; headers?: Record<string, string> };

export class Listener {
  readonly received: Received[] = [];
  readonly #server: Server;
  answer: Answer = () => ({ status: 201 });
  /** How long each answer takes, in milliseconds. */
  delayMs = 0;
  /** Most requests that were open at once. */
  mostAtOnce = 0;
  #open = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  /** Address of this listener, ending with the test. */
  static async start(t: ExecutionContext): Promise<Listener> {
    const listener = new Listener();
    await new Promise<void>((done) => { listener.#server.listen(0, '127.0.0.1', done); });
    t.teardown(() => { listener.#server.closeAllConnections(); listener.#server.close(); });
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // a TCP server's address
  }

  get eventTypes(): string[] {
    return this.received.map(({ body }) => body.eventType);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open);
    const text = (await request.toArray()).join('');
    const received = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) as Notification };
    this.received.push(received);
    const { status, headers } = this.answer(received, this.received.length);
    await sleep(this.delayMs);
    this.#open -= 1;
    response.writeHead(status, headers).end();
  }
}
