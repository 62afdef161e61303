import { pino, type Logger } from 'pino';
import { current } from './context.ts';

export type { Logger } from 'pino';

/** Structured log of one service: JSON lines on standard output with request and trace ids, no bodies, no secrets. */
export const loggerOf = (service: string, level = 'info'): Logger =>
  pino({
    level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['token', '*.token', 'headers["x-bss-api-token"]', 'cardNumber', '*.cardNumber'], censor: '***' },
    mixin: () => {
      const context = current();
      return context ? { traceId: context.trace.traceId, requestId: context.requestId } : {};
    },
  });
