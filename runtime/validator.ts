/** Runs the compiled validators of `generated/validators/` and words what they find. */
import type { Problem } from '#runtime/errors';
import { kept } from '#runtime/kept';
import { pointerToken } from '#runtime/pointer';

/** At most this many problems of one value are looked for and named. */
export const errorsMax = 100;

/** What Ajv reports without messages. */
export interface CompiledError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A function Ajv wrote: true for a legal value, else its `errors` until the next call. */
export interface CompiledCheck {
  (value: unknown): boolean;
  errors?: readonly CompiledError[] | null;
}

/** One operation of a generated module; null where there is nothing to check. */
export interface CompiledOperation {
  readonly request: CompiledCheck | null;
  readonly requestRequired: boolean;
  /** The body is a merge patch: a null member removes the attribute (RFC 7396 §1). */
  readonly merges: boolean;
  /** Check of a JSON Patch (RFC 6902), which is an array. */
  readonly steps: CompiledCheck | null;
  readonly params: CompiledCheck | null;
  readonly query: CompiledCheck | null;
  /** By status or `default`; null for an answer without body. */
  readonly responses: Readonly<Record<string, CompiledCheck | null>>;
}

/** Each answers null for a legal value, else every problem up to `errorsMax`. */
export interface OperationValidators {
  request(body: unknown): Problem[] | null;
  /**
   * `partial` is true for an answer reduced by `fields=`: attributes of the rows may be absent.
   * A status the document does not declare is a problem.
   */
  response(status: number, body: unknown, partial?: boolean): Problem[] | null;
  params(params: unknown): Problem[] | null;
  /** Declared parameters only, numbers and booleans already converted; other names are filters. */
  query(query: unknown): Problem[] | null;
}

type Module = { readonly operations: Readonly<Record<string, CompiledOperation>> };

/** A function that finds the validators of `<api>.<operationId>`, importing each module once. */
export function lazyValidators(loaders: Readonly<Record<string, () => Promise<Module>>>): (key: string) => Promise<OperationValidators> {
  const found = new Map<string, Promise<OperationValidators>>();
  return (key) => kept(found, key, async () => operationValidators(await findOperation(loaders, key)));
}

async function findOperation(loaders: Readonly<Record<string, () => Promise<Module>>>, key: string): Promise<CompiledOperation> {
  const dot = key.indexOf('.');
  const module = await loaders[key.slice(0, dot)]?.();
  const operation = module?.operations[key.slice(dot + 1)];
  if (!operation) throw new Error(`no validators for the operation ${key}`);
  return operation;
}

/** The validators of one compiled operation. */
export function operationValidators(compiled: CompiledOperation): OperationValidators {
  return {
    request: (body) => requestProblems(compiled, body),
    response: (status, body, partial = false) => responseProblems(compiled, status, body, partial),
    params: (params) => problemsOf(compiled.params, params),
    query: (query) => problemsOf(compiled.query, query),
  };
}

function requestProblems(compiled: CompiledOperation, body: unknown): Problem[] | null {
  if (!compiled.request) return null;
  if (body === undefined) return compiled.requestRequired ? [{ pointer: '', message: 'a body is required' }] : null;
  if (compiled.steps && Array.isArray(body)) return problemsOf(compiled.steps, body);
  return problemsOf(compiled.request, compiled.merges ? withoutNulls(body) : body);
}

function responseProblems(compiled: CompiledOperation, status: number, body: unknown, partial: boolean): Problem[] | null {
  const check = compiled.responses[status] ?? compiled.responses['default'];
  if (compiled.responses[status] === null) return body === undefined ? null : [{ pointer: '', message: `${status} has no body` }];
  if (!check) return [{ pointer: '', message: `the status ${status} is not declared` }];
  if (check(body)) return null;
  const errors = partial ? (check.errors ?? []).filter((error) => !isMissingFromRow(error)) : (check.errors ?? []);
  return errors.length === 0 ? null : errors.slice(0, errorsMax).map(problemOf);
}

/** Whether an attribute is missing from the answered row itself, or from a row of the answered list. */
function isMissingFromRow({ keyword, instancePath }: CompiledError): boolean {
  return keyword === 'required' && /^(\/\d+)?$/.test(instancePath);
}

function problemsOf(check: CompiledCheck | null, value: unknown): Problem[] | null {
  if (!check || check(value)) return null;
  return (check.errors ?? []).slice(0, errorsMax).map(problemOf);
}

/** A copy without the null members that a merge patch removes; arrays are replaced whole and keep theirs. */
export function withoutNulls(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member)]));
}

/** Keywords that speak of a member which is not where `instancePath` points. */
const memberParameter: Readonly<Record<string, string>> = { required: 'missingProperty', additionalProperties: 'additionalProperty' };

function problemOf({ instancePath, keyword, params }: CompiledError): Problem {
  const parameter = memberParameter[keyword];
  const pointer = parameter ? `${instancePath}/${pointerToken(String(params[parameter]))}` : instancePath;
  return { pointer, message: wording(keyword, params) };
}

const sentences: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => string>> = {
  required: () => 'is required',
  additionalProperties: () => 'is not allowed here',
  type: ({ type }) => `must be ${typeNames(type)}`,
  enum: ({ allowedValues }) => `must be one of ${allowed(allowedValues)}`,
  format: ({ format }) => `must be a valid ${String(format)}`,
  pattern: ({ pattern }) => `must match ${String(pattern)}`,
  minLength: ({ limit }) => `must have at least ${String(limit)} characters`,
  maxLength: ({ limit }) => `must have at most ${String(limit)} characters`,
  minItems: ({ limit }) => `must have at least ${String(limit)} items`,
  maxItems: ({ limit }) => `must have at most ${String(limit)} items`,
  minProperties: ({ limit }) => `must have at least ${String(limit)} members`,
  maxProperties: ({ limit }) => `must have at most ${String(limit)} members`,
  minimum: bound, maximum: bound, exclusiveMinimum: bound, exclusiveMaximum: bound,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${String(multipleOf)}`,
  uniqueItems: ({ i, j }) => `must not repeat: items ${String(j)} and ${String(i)} are equal`,
  anyOf: () => 'fits none of the allowed forms',
  oneOf: () => 'must fit exactly one of the allowed forms',
};

function wording(keyword: string, params: Readonly<Record<string, unknown>>): string {
  return sentences[keyword]?.(params) ?? `fails ${keyword}`;
}

function bound({ comparison, limit }: Readonly<Record<string, unknown>>): string {
  return `must be ${String(comparison)} ${String(limit)}`;
}

function typeNames(type: unknown): string {
  const names = Array.isArray(type) ? type.map(String) : String(type).split(',');
  return names.map((name) => (name === 'null' ? 'null' : /^[aio]/.test(name) ? `an ${name}` : `a ${name}`)).join(' or ');
}

function allowed(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : String(values);
}
