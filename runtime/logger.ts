import { pino, type Logger } from 'pino';
import { current } from './context.ts';

export type { Logger } from 'pino';

/** What may wait to be written, in bytes: a disk that is full costs lines, not memory. */
const waitingBytesMax = 1_000_000;

let output: ReturnType<typeof pino.destination> | undefined;

/** Standard output of all services of the process. A line that cannot be written (ENOSPC) is tried again with the next one and ends nobody. */
function outputOf(): ReturnType<typeof pino.destination> {
  output ??= pino.destination({ dest: 1, sync: false, maxLength: waitingBytesMax }).on('error', () => undefined);
  return output;
}

/** Structured log of one service: JSON lines on standard output with request and trace ids, no bodies, no secrets. */
export const loggerOf = (service: string, level = 'info'): Logger =>
  pino({
    level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['token', '*.token', 'headers["x-bss-api-token"]', 'cardNumber', '*.cardNumber'], censor: '***' },
    mixin: () => {
      const context = current();
      return context ? { traceId: context.trace.traceId, requestId: context.requestId } : {};
    },
  }, outputOf());
