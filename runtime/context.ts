import { AsyncLocalStorage } from 'node:async_hooks';
import { randomHex, uuidv7 } from './ids.ts';

export const channels = [
  'cli', 'llm', 'portal_self_serve', 'portal_chat', 'portal_csr', 'scenario', 'system',
] as const;
export type Channel = (typeof channels)[number];

export const roles = ['customer', 'csr', 'supervisor', 'engineer', 'admin', 'system'] as const;
export type Role = (typeof roles)[number];

/** W3C Trace Context of the work being done. */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
}

/** Who asks, through what, and as part of which trace; set by the perimeter or by the consumer of an event. */
export interface RequestContext {
  readonly actor: string;
  readonly channel: Channel;
  readonly serviceIdentity: string;
  readonly role: Role;
  readonly tenant: string;
  readonly onBehalfOf: string | null;
  readonly requestId: string;
  readonly trace: Trace;
  readonly dryRun: boolean;
  /** The caller's Idempotency-Key, already claimed by the host. */
  readonly idempotencyKey: string | null;
  /** Names the claim under which this call has the key, where nothing may be committed once another call has taken it over. */
  readonly claimLease?: number;
  /** Name of the machine the request was sent to, where the caller is on another one. */
  readonly host?: string | null;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const runWith = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);

export const current = (): RequestContext | undefined => storage.getStore();

/** The context, or an error: code that records events must know who acts. */
export function requireContext(): RequestContext {
  const context = storage.getStore();
  if (!context) throw new Error('no request context: wrap the work in runWith(systemContext(service), …)');
  return context;
}

export const newTrace = (): Trace => ({ traceId: randomHex(16), spanId: randomHex(8) });

export const childOf = (trace: Trace): Trace => ({ traceId: trace.traceId, spanId: randomHex(8) });

/** Context of work a service starts itself: sweeps, sagas picked up after a restart. */
export const systemContext = (service: string, trace: Trace = newTrace()): RequestContext => ({
  actor: service, channel: 'system', serviceIdentity: service, role: 'system', tenant: 'default', onBehalfOf: null,
  requestId: uuidv7(), trace, dryRun: false, idempotencyKey: null,
});

export const formatTraceparent = (trace: Trace): string => `00-${trace.traceId}-${trace.spanId}-01`;

/** Null for anything that is not a valid version-00 traceparent (W3C Trace Context §3.2). */
export function parseTraceparent(header: string | undefined): Trace | null {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header ?? '');
  if (!match || /^0+$/.test(match[1]!) || /^0+$/.test(match[2]!)) return null;
  return { traceId: match[1]!, spanId: match[2]! };
}
