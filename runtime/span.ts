/**
 * Spans through the OpenTelemetry API: without an SDK they cost next to nothing, and the ids still
 * tie requests, calls and events of one piece of work together (W3C Trace Context).
 */
import { context as otelContext, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Span } from '@opentelemetry/api';
import { childOf, current, newTrace, runWith, type Trace } from './context.ts';

export { SpanKind };

export interface SpanOptions {
  readonly name: string;
  readonly kind: SpanKind;
  /** Span it is part of; null starts a new trace. */
  readonly parent: Trace | null;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

const tracer = trace.getTracer('bss-cli');

/**
 * Runs `work` inside a span; it is given the ids of the span, for the request context. A thrown
 * error marks the span by its name only: messages may hold personal data.
 */
export async function inSpan<T>(options: SpanOptions, work: (ids: Trace, span: Span) => Promise<T>): Promise<T> {
  const base = options.parent ? trace.setSpanContext(ROOT_CONTEXT, remote(options.parent)) : ROOT_CONTEXT;
  const span = tracer.startSpan(options.name, { kind: options.kind, attributes: { ...options.attributes } }, base);
  const ids = span.isRecording() ? idsOf(span) : childOf(options.parent ?? newTrace());
  try {
    return await otelContext.with(trace.setSpan(base, span), () => work(ids, span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
    throw error;
  } finally {
    span.end();
  }
}

/**
 * A span that continues the trace of the current request context; the context then carries the new
 * span's id, so that calls and events made inside hang below it.
 */
export function withSpan<T>(name: string, kind: SpanKind, work: (span: Span) => Promise<T>, attributes: Record<string, string> = {}): Promise<T> {
  const context = current();
  return inSpan({ name, kind, parent: context?.trace ?? null, attributes }, (ids, span) =>
    (context ? runWith({ ...context, trace: ids }, () => work(span)) : work(span)));
}

const remote = ({ traceId, spanId }: Trace) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });

function idsOf(span: Span): Trace {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}
