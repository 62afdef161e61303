/**
 * A reader that leaves next to nothing to collect. With `node:http` a bench of long answers collected
 * garbage for up to 7 ms at once on all cores, which are also those of the services it measures.
 */
import { connect, type Socket } from 'node:net';

/** Every connection reads into it: what has come is looked at before the next read. */
const buffer = Buffer.allocUnsafe(256 * 1024);
const nothing = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');
const headBytesMax = 16 * 1024;

interface Waiting {
  resolve(status: number): void;
  reject(error: Error): void;
}

/** GET requests to one port of this machine, each on a connection of its own while it runs. */
export class Reader {
  readonly #port: number;
  readonly #token: string;
  readonly #idle: Connection[] = [];

  constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
  }

  /**
   * Reads the whole answer.
   * @returns its status
   * @throws {Error} the connection broke, or the answer cannot be read
   */
  async get(path: string): Promise<number> {
    const kept = this.#idle.pop();
    const connection = kept ?? new Connection(this.#port);
    const text = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\nx-bss-api-token: ${this.#token}\r\n\r\n`;
    try {
      const status = await connection.ask(text);
      this.#idle.push(connection);
      return status;
    } catch (error) {
      // A kept connection may end just as it is used again; such a request is sent anew (RFC 9112 §9.3.1).
      if (kept && !connection.heard) return this.get(path);
      throw error;
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }
}

class Connection {
  readonly #socket: Socket;
  #waiting: Waiting | null = null;
  /** What has come of a head that is not complete yet. */
  #head = nothing;
  /** Status of the answer whose body is coming; 0 before its head has ended. */
  #status = 0;
  #bytesLeft = 0;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: (length) => this.#take(length) } });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  /** Whether anything of the last answer has come. */
  get heard(): boolean {
    return this.#status > 0 || this.#head.length > 0;
  }

  ask(text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#head = nothing;
      this.#status = 0;
      if (this.#socket.destroyed) this.#fail(new Error('the connection was closed'));
      else this.#socket.write(text, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** @returns true: reading goes on */
  #take(length: number): boolean {
    if (this.#status > 0) this.#bytesLeft -= length;
    else this.#takeHead(buffer.subarray(0, length));
    if (this.#status > 0 && this.#bytesLeft <= 0) this.#end();
    return true;
  }

  #takeHead(bytes: Buffer): void {
    const come = this.#head.length > 0 ? Buffer.concat([this.#head, bytes]) : bytes;
    const end = come.indexOf(headEnd);
    if (end < 0) {
      this.#head = Buffer.from(come);
      if (come.length > headBytesMax) this.#fail(new Error('an answer whose head does not end'));
      return;
    }
    const head = come.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    this.#status = Number(head.slice(9, 12)); // HTTP/1.1 200 OK
    if (length === undefined && this.#status !== 304) return this.#fail(new Error(`an answer ${this.#status} without Content-Length`));
    this.#bytesLeft = Number(length ?? 0) - (come.length - end - headEnd.length);
  }

  #end(): void {
    this.#waiting?.resolve(this.#status);
    this.#waiting = null;
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
    this.#socket.destroy();
  }
}
