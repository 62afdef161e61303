import type { ServerResponse } from 'node:http';
import type { Answer } from '#runtime/handler';
import type { Operation } from '#runtime/operation';

/** An answer as it leaves: text and headers, so that a stored one is repeated byte by byte. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const jsonType = 'application/json; charset=utf-8';

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): WireAnswer {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (body === undefined) return { status, headers: lower, body: '' };
  return { status, headers: { 'content-type': jsonType, ...lower }, body: JSON.stringify(body) };
}

/** What the handler answered; a created row's `Location` is its `href` (TMF630 §4.3). */
export function handlerAnswer(row: Operation, answer: Answer<unknown>): WireAnswer {
  const status = answer.status ?? row.successStatus;
  const wire = jsonAnswer(status, answer.body, answer.headers);
  const href = (answer.body as { href?: unknown } | undefined)?.href; // any JSON value; only a string is used
  if ((status !== 201 && status !== 202) || 'location' in wire.headers || typeof href !== 'string') return wire;
  return { ...wire, headers: { ...wire.headers, location: href } };
}

/** Writes an answer once; a client that went away gets nothing. */
export function send(response: ServerResponse, answer: WireAnswer, extra: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return;
  const length = answer.status === 204 || answer.status === 304 ? {} : { 'content-length': String(Buffer.byteLength(answer.body)) };
  response.writeHead(answer.status, { ...always, ...answer.headers, ...extra, ...length });
  response.end(answer.body === '' ? undefined : answer.body);
}
