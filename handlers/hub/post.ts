import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Target } from './address.ts';

export interface Posted {
  /** Null when there was no answer. */
  readonly status: number | null;
  /** What went wrong; null for a 2xx. */
  readonly error: string | null;
}

const answerMsMax = 10_000;

/**
 * Posts a JSON text to the address the guard has looked at, not to what the name resolves to now.
 * A redirect is not followed: it would lead past the guard. The answer's body is not read.
 */
export function post(target: Target, path: URL, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Posted> {
  return new Promise((done) => {
    const timeout = AbortSignal.timeout(answerMsMax);
    const send = path.protocol === 'https:' ? httpsRequest : httpRequest;
    const request: ClientRequest = send({
      protocol: path.protocol, hostname: target.address, family: target.family, port: path.port, path: path.pathname + path.search, method: 'POST', agent: false,
      ...(path.protocol === 'https:' && isIP(path.hostname) === 0 ? { servername: path.hostname } : {}),
      headers: { ...headers, Host: path.host, 'Content-Length': Buffer.byteLength(body) },
      signal: AbortSignal.any([signal, timeout]),
    });
    request.once('response', (response: IncomingMessage) => {
      const status = response.statusCode ?? 0;
      response.on('error', () => undefined); // cut off below
      response.destroy();
      done({ status, error: status >= 200 && status < 300 ? null : status >= 300 && status < 400 ? `${status}: redirects are not followed` : `${status}` });
    });
    request.on('error', (error) => done({ status: null, error: timeout.aborted ? `no answer within ${answerMsMax / 1000} s` : error.message }));
    request.end(body);
  });
}
