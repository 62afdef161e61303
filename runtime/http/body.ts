import type { IncomingMessage } from 'node:http';
import { ApiError, BadRequest } from '#runtime/errors';
import { requireStorable } from '#runtime/storable';

/** Longest request body in bytes. */
const bodyBytesMax = 1024 * 1024;

/** Deepest nesting of a body: more than any document of ours has, less than any walk over it could fail at. */
export const levelsMax = 100;

export interface Body {
  /** Media type without parameters, lower case; empty without body. */
  readonly contentType: string;
  /** As sent; what an Idempotency-Key is compared by. */
  readonly text: string;
  /** Parsed; undefined without body. */
  readonly value: unknown;
}

const none: Body = { contentType: '', text: '', value: undefined };

/**
 * Reads a JSON body.
 * @param mediaTypes what the operation takes; none when it takes no body
 * @throws {ApiError} 415 for another media type, charset or encoding, 413 above `bodyBytesMax`
 * @throws {BadRequest} for JSON that does not parse, is nested too deep or holds text no database takes, naming the place
 */
export async function readBody(request: IncomingMessage, mediaTypes: readonly string[]): Promise<Body> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > bodyBytesMax) throw tooLarge();
  const contentType = mediaTypeOf(request);
  const bytes = await readBytes(request);
  // An operation without body ignores what comes along: clients send `{}` on any POST.
  if (bytes.length === 0 || mediaTypes.length === 0) return none;
  if (contentType === '' || !mediaTypes.includes(contentType)) throw unsupported(contentType || 'a body without Content-Type', mediaTypes);
  const text = decode(bytes);
  refuseDeep(text);
  const value = parse(text);
  requireStorable(text, value);
  return { contentType, text, value };
}

function mediaTypeOf({ headers }: IncomingMessage): string {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';').map((part) => part.trim());
  const charset = parameters.map((each) => /^charset="?([^"]*)"?$/.exec(each)?.[1]).find((found) => found !== undefined);
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) throw unsupported(`charset ${charset}`, ['utf-8']);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw unsupported(`Content-Encoding ${encoding}`, ['identity']);
  return type;
}

const unsupported = (given: string, accepted: readonly string[]): ApiError =>
  new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', 'media type not accepted', `${given} is not accepted here; send ${accepted.join(' or ')}.`);

const tooLarge = (): ApiError =>
  // The rest of the body is not read, so the connection cannot carry another request.
  new ApiError(413, 'PAYLOAD_TOO_LARGE', 'body too large', `A body may have at most ${bodyBytesMax} bytes.`, { connection: 'close' });

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bodyBytesMax) throw tooLarge();
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadRequest('The body is not UTF-8.');
  }
}

/** @throws {BadRequest} more than `levelsMax` objects and arrays inside each other */
function refuseDeep(text: string): void {
  let level = 0;
  for (let at = 0, quoted = false; at < text.length; at += 1) {
    const one = text.charCodeAt(at);
    if (one === 0x5c) at += 1; // what a backslash escapes ends no text
    else if (one === 0x22) quoted = !quoted;
    else if (quoted) continue;
    else if (one === 0x7b || one === 0x5b) level += 1;
    else if (one === 0x7d || one === 0x5d) level -= 1;
    if (level > levelsMax) throw new BadRequest(`The body is nested deeper than ${levelsMax} levels.`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequest(`The body is not JSON: ${error instanceof Error ? place(error.message, text) : ''}`);
  }
}

/** V8 tells a position or the end; people count lines and columns. */
function place(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) return message;
  const before = text.slice(0, Number(position)).split('\n');
  return `${message.replace(/ (in JSON )?at position.*$/, '')} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
