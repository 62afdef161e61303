/** One class per kind of refusal; `runtime/http/error-body.ts` is the one place that turns them into wire bodies. */
import type { ToolName } from '#generated/tools';

export type ErrorCode =
  | 'BAD_REQUEST' | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT' | 'PRECONDITION_FAILED'
  | 'POLICY_VIOLATION' | 'TOO_MANY_REQUESTS' | 'UNAVAILABLE' | 'INTERNAL'
  | 'METHOD_NOT_ALLOWED' | 'UNSUPPORTED_MEDIA_TYPE' | 'PAYLOAD_TOO_LARGE';

export interface Problem {
  /** JSON pointer of the offending value; '' is the whole body. */
  readonly pointer: string;
  readonly message: string;
}

/** A tool of the registry, or one that joins several operations and is therefore no row of it. */
export type FixTool = ToolName | 'order.wait_until';

/** What to do next: a tool with arguments where one exists, always a sentence. */
export interface Fix {
  readonly hint: string;
  readonly tool?: FixTool;
  readonly args?: Readonly<Record<string, unknown>>;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  /** Short stable reason: a rule code, or a sentence for structural errors. */
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode, reason: string, message = reason, headers: Record<string, string> = {}) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.reason = reason;
    this.headers = headers;
  }
}

/** 400: the request's structure, a filter or a parameter is invalid; every failing place is named. */
export class BadRequest extends ApiError {
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(400, 'BAD_REQUEST', message, [message, ...problems.map((p) => `${p.pointer || '/'}: ${p.message}`)].join('; '));
    this.problems = problems;
  }
}

/** 404: the path names a row that is not there. */
export class NotFound extends ApiError {
  constructor(type: string, id: string) {
    super(404, 'NOT_FOUND', `${type} ${id} not found`, `There is no ${type} ${id}.`);
  }
}

/** 409: another call with the same key is running, or serialisation was lost three times. */
export class Conflict extends ApiError {
  constructor(reason: string, message: string, headers: Record<string, string> = {}) {
    super(409, 'CONFLICT', reason, message, headers);
  }
}

/** 412: If-Match names another version of the row. */
export class PreconditionFailed extends ApiError {
  constructor(message: string) {
    super(412, 'PRECONDITION_FAILED', 'if_match_differs', message);
  }
}

/** 503: a neighbour or the database cannot be reached now; the caller may try again. */
export class Unavailable extends ApiError {
  constructor(message: string, retryAfterSeconds = 1) {
    super(503, 'UNAVAILABLE', 'unavailable', message, { 'retry-after': String(retryAfterSeconds) });
  }
}

/** A rule of DOMAIN §6 refused the effect; status 422 unless the rule's row shows another. */
export class PolicyViolation extends ApiError {
  readonly rule: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly fix: readonly Fix[];
  /** True for the outcome of work that the ledger tells of already; such a refusal needs no event of its own. */
  readonly recorded: boolean;

  constructor(rule: string, message: string, context: Readonly<Record<string, unknown>>, fix: readonly Fix[], status = 422, recorded = false) {
    const code: Record<number, ErrorCode> = {
      401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 409: 'CONFLICT', 429: 'TOO_MANY_REQUESTS', 503: 'UNAVAILABLE',
    };
    super(status, code[status] ?? 'POLICY_VIOLATION', rule, message);
    this.rule = rule;
    this.context = context;
    this.fix = fix;
    this.recorded = recorded;
  }
}

/** Thrown by a writer when the caller asked for a dry run: policies passed, nothing may be written. */
export class DryRunPassed extends Error {
  constructor() {
    super('dry run: every policy passed');
    this.name = 'DryRunPassed';
  }
}

/** Another service answered with an error; kept whole so that a saga can decide and a caller can be told. */
export class RemoteError extends Error {
  readonly status: number;
  readonly rule: string | null;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(service: string, status: number, body: Readonly<Record<string, unknown>>) {
    super(`${service} answered ${status}: ${String(body['message'] ?? body['reason'] ?? 'no message')}`);
    this.name = 'RemoteError';
    this.status = status;
    this.rule = body['@type'] === 'PolicyViolation' ? String(body['reason']) : null;
    this.body = body;
  }

  /** A refusal that stays a refusal however often the call is repeated. */
  get final(): boolean {
    return this.status >= 400 && this.status < 500 && ![408, 409, 425, 429].includes(this.status);
  }
}
