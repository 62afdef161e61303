import { formatTraceparent, newTrace, parseTraceparent, requireContext, runWith, systemContext, type Channel } from './context.ts';

/**
 * Who began a piece of work that goes on after its request: kept in the row of the work, so that
 * whoever carries it on, even after a crash, acts for the same person in the same trace.
 */
export interface Origin {
  readonly actor: string;
  readonly channel: string;
  /** W3C traceparent of the span that began it. */
  readonly traceparent: string;
}

/** The origin of work that the present request or event begins. */
export function originOf(): Origin {
  const { actor, channel, trace } = requireContext();
  return { actor, channel, traceparent: formatTraceparent(trace) };
}

/** Runs work of a service for the one who began it. */
export function runFor<T>(service: string, { actor, channel, traceparent }: Origin, work: () => T): T {
  const context = systemContext(service, parseTraceparent(traceparent) ?? newTrace());
  return runWith({ ...context, actor, channel: channel as Channel }, work); // the column holds what originOf took from a context
}
