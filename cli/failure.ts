import { UsageError } from 'clipanion';
import { DeadlineExceeded } from '#runtime/client';
import { RemoteError, Unavailable, type Fix } from '#runtime/errors';
import { explainSystemError, SetupError } from '#runtime/setup-error';
import { fixCommand } from './fix-command.ts';

export type FailureKind =
  | 'POLICY_VIOLATION' | 'NOT_FOUND' | 'INVALID_ARGUMENT' | 'MISSING_FIELDS' | 'TIMEOUT' | 'UNAVAILABLE' | 'DESTRUCTIVE_BLOCKED' | 'FAILED';

/** A failure as scripts and people get it (AGENT-AND-CLI §1 "Observation"). */
export interface Failure {
  readonly kind: FailureKind;
  readonly exitCode: number;
  readonly message: string;
  readonly rule?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly fix?: readonly Fix[];
}

/** Something absent on the command line; the message names it. */
export class MissingInput extends UsageError {}

/** The person was asked and said no: nothing was done. */
export class Declined extends Error {
  constructor() {
    super('Nothing was done.');
    this.name = 'Declined';
  }
}

/** The person pressed Ctrl-C at a question: nothing was done. */
export class Interrupted extends Error {
  constructor() {
    super('Nothing was done.');
    this.name = 'Interrupted';
  }
}

/** Work goes on by itself and was only not waited for any longer; the message says how to look again. */
export class StillUnderWay extends Error {}

/** A rule refused before anything was sent; what the service would say. */
export class Refused extends Error {
  readonly rule: string;
  readonly fix: readonly Fix[];

  constructor(rule: string, message: string, fix: readonly Fix[]) {
    super(message);
    this.name = 'Refused';
    this.rule = rule;
    this.fix = fix;
  }
}

/** What went wrong as kind and exit code; undefined for a defect of ours. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof RemoteError) return remoteFailure(error.status, error.body);
  if (error instanceof DeadlineExceeded) return { kind: 'TIMEOUT', exitCode: 7, message: `${error.message}; whether it took effect is not known.` };
  if (error instanceof Unavailable) return { kind: 'UNAVAILABLE', exitCode: 7, message: `${error.message}. Is the stack up? \`bss status\` tells, \`make up\` starts it.` };
  if (error instanceof StillUnderWay) return { kind: 'TIMEOUT', exitCode: 7, message: error.message };
  if (error instanceof MissingInput) return { kind: 'MISSING_FIELDS', exitCode: 2, message: error.message };
  if (error instanceof UsageError) return { kind: 'INVALID_ARGUMENT', exitCode: 2, message: error.message };
  if (error instanceof Refused) return { kind: 'POLICY_VIOLATION', exitCode: 4, message: error.message, rule: error.rule, context: {}, fix: error.fix };
  if (error instanceof Declined) return { kind: 'FAILED', exitCode: 1, message: error.message };
  if (error instanceof Interrupted) return { kind: 'FAILED', exitCode: 130, message: error.message };
  const setup = error instanceof SetupError ? error : explainSystemError(error, process.cwd());
  return setup && { kind: kindOfSetup(setup), exitCode: setup.exitCode, message: setup.message };
}

const kindOfSetup = ({ exitCode }: SetupError): FailureKind => {
  if (exitCode === 2) return 'INVALID_ARGUMENT';
  if (exitCode === 3) return 'NOT_FOUND';
  return exitCode === 7 ? 'UNAVAILABLE' : 'FAILED';
};

type Class = readonly [kind: FailureKind, exitCode: number];

const byStatus: Readonly<Record<number, Class>> = {
  400: ['INVALID_ARGUMENT', 2], 404: ['NOT_FOUND', 3], 422: ['POLICY_VIOLATION', 4], 409: ['POLICY_VIOLATION', 5], 412: ['POLICY_VIOLATION', 5],
  401: ['POLICY_VIOLATION', 6], 403: ['POLICY_VIOLATION', 6], 408: ['TIMEOUT', 7], 429: ['UNAVAILABLE', 7],
  405: ['INVALID_ARGUMENT', 2], 413: ['INVALID_ARGUMENT', 2], 415: ['INVALID_ARGUMENT', 2],
};

/** The failure behind an error body of a service (DOMAIN §10). */
export function remoteFailure(status: number, body: Readonly<Record<string, unknown>>): Failure {
  const [kind, exitCode] = byStatus[status] ?? (status >= 500 ? (['UNAVAILABLE', 7] as const) : (['FAILED', 1] as const));
  const message = String(body['message'] ?? body['reason'] ?? `The service answered ${status}.`);
  if (body['@type'] !== 'PolicyViolation') return { kind, exitCode, message };
  return {
    kind, exitCode, message, rule: String(body['reason']),
    context: isObject(body['context']) ? body['context'] : {},
    fix: Array.isArray(body['fix']) ? body['fix'].filter(isFix) : [],
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => value !== null && typeof value === 'object' && !Array.isArray(value);

const isFix = (value: unknown): value is Fix => isObject(value) && typeof value['hint'] === 'string';

/** Ways out in terms of this command line; the hint where no command does it. */
export const fixTexts = ({ fix = [], context = {} }: Failure): string[] =>
  [...new Set(fix.map((one) => fixCommand(one, context) ?? one.hint))];

/** The envelope of `--json`, one line on stderr. */
export const envelopeOf = ({ exitCode: _exitCode, ...error }: Failure): string => JSON.stringify({ ok: false, error });
