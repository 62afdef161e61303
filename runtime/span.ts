import { context as otelContext, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { current, runWith, type Trace } from './context.ts';

const tracer = trace.getTracer('bss-cli');

/** The W3C ids of our context as OpenTelemetry knows a remote parent. */
const parentOf = (of: Trace): ReturnType<typeof otelContext.active> =>
  trace.setSpanContext(otelContext.active(), { traceId: of.traceId, spanId: of.spanId, traceFlags: 1, isRemote: true });

/**
 * Runs work inside a span that continues the trace of the current request context; the context then
 * carries the new span's id, so that calls and events made inside hang below it. Without an SDK this
 * costs one no-op object.
 */
export async function withSpan<T>(name: string, kind: SpanKind, work: (span: Span) => Promise<T>, attributes: Record<string, string> = {}): Promise<T> {
  const context = current();
  const span = tracer.startSpan(name, { kind, attributes }, context ? parentOf(context.trace) : undefined);
  try {
    if (!context || !span.isRecording()) return await work(span);
    const { traceId, spanId } = span.spanContext();
    return await runWith({ ...context, trace: { traceId, spanId } }, () => work(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
    throw error;
  } finally {
    span.end();
  }
}

export { SpanKind };
