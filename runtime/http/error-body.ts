/** The one place that turns errors into wire bodies (DOMAIN §10 "Error body", TMF630 §5). */
import { ApiError, PolicyViolation, RemoteError } from '#runtime/errors';

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Nobody foresaw it: the log gets everything, the caller nothing. */
  readonly unexpected: boolean;
}

/**
 * By the name of a database constraint: the refusal of the rule it guards (DOMAIN §6). `key` is what
 * the violated key holds, columns apart by a comma; empty where the database does not tell.
 */
export type ConstraintRules = Readonly<Record<string, (key: string) => ApiError>>;

/** unique, check, exclusion and foreign key violations; not-null (23502) is a defect of ours. */
const constraintCodes = new Set(['23505', '23514', '23P01', '23503']);

/** A violated constraint that guards a rule becomes the refusal of that rule; any other error stays what it is. */
export function guarded(error: unknown, constraintRules: ConstraintRules): unknown {
  const { code, constraint, detail } = databaseError(error);
  if (!constraintCodes.has(code) || !Object.hasOwn(constraintRules, constraint)) return error;
  return constraintRules[constraint]!(/\)=\((.*?)\) (?:already exists|conflicts with)/s.exec(detail)?.[1] ?? '');
}

/** @param base scheme, host and port under which the rules are explained */
export function errorAnswer(error: unknown, base: string): ErrorAnswer {
  const known = knownError(error);
  if (known instanceof RemoteError) return remoteAnswer(known);
  if (!known) return internal();
  return { status: known.status, headers: headersOf(known), body: errorBody(known, base), unexpected: false };
}

/** Body of one refusal; also what a dry run lists. */
export function errorBody(error: ApiError, base: string): Record<string, unknown> {
  const body = { code: error.code, reason: error.reason, message: error.message, status: String(error.status) };
  if (!(error instanceof PolicyViolation)) return { ...body, '@type': 'Error' };
  return {
    ...body, referenceError: `${base}/policies/${error.rule}`, '@type': 'PolicyViolation', context: error.context, fix: error.fix,
  };
}

/** A refusal that passes says when, in its context and as `Retry-After`; one for want of a token how to send it (RFC 9110 §15.5.2). */
function headersOf(error: ApiError): Readonly<Record<string, string>> {
  if (error.status === 401) return { 'www-authenticate': 'ApiKey realm="BSS-CLI", header="X-BSS-API-Token"', ...error.headers };
  const seconds = error instanceof PolicyViolation ? error.context['retryAfter'] : undefined;
  return typeof seconds === 'number' ? { 'retry-after': String(seconds), ...error.headers } : error.headers;
}

function knownError(error: unknown): ApiError | RemoteError | null {
  if (error instanceof ApiError || error instanceof RemoteError) return error;
  const { code, constraint } = databaseError(error);
  if (!constraint || !constraintCodes.has(code)) return null;
  return new ApiError(409, 'CONFLICT', 'row_conflict', `Another row stands in the way (${constraint}).`);
}

/** What node-postgres puts on its errors; empty strings for anything else. */
function databaseError(error: unknown): { code: string; constraint: string; detail: string } {
  const text = (name: string): string => {
    const value = error instanceof Error && name in error ? (error as unknown as Record<string, unknown>)[name] : ''; // present, of any type
    return typeof value === 'string' ? value : '';
  };
  return { code: text('code'), constraint: text('constraint'), detail: text('detail') };
}

/**
 * A neighbour's answer that the handler did not translate: its refusal of an effect is the caller's
 * refusal too, its unavailability ours; anything else is a defect between the two services.
 */
function remoteAnswer(error: RemoteError): ErrorAnswer {
  const ownFault = error.rule !== null && /^auth\.(token|role)\./.test(error.rule);
  if (error.rule !== null && !ownFault) return { status: error.status, headers: {}, body: error.body, unexpected: false };
  if (![409, 425, 429, 503].includes(error.status)) return internal();
  const body = { code: 'UNAVAILABLE', reason: 'unavailable', message: 'A neighbouring service is busy; try again in a moment.', status: '503', '@type': 'Error' };
  return { status: 503, headers: { 'retry-after': '1' }, body, unexpected: false };
}

function internal(): ErrorAnswer {
  const body = { code: 'INTERNAL', reason: 'internal', message: 'Something went wrong here; the log has the details under this X-Request-ID.', status: '500', '@type': 'Error' };
  return { status: 500, headers: {}, body, unexpected: true };
}
