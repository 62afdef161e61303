/**
 * express-openapi-validator as a second judge of bodies and answers (TMF.md §6): it reads the
 * documents themselves, so that what our generator made of them can be compared with what somebody
 * else makes of them. `BSS_VALIDATE=referee` puts it in the place of the compiled validators.
 *
 * Its middleware would read and answer requests on its own; its two validators are used below that,
 * on the value the host has read, so that everything else of a request stays the same.
 */
import type { OpenAPIV3 } from 'express-openapi-validator/dist/framework/types.js';
import { RequestValidator } from 'express-openapi-validator/dist/middlewares/openapi.request.validator.js';
import { ResponseValidator } from 'express-openapi-validator/dist/middlewares/openapi.response.validator.js';
import { SchemaPreprocessor } from 'express-openapi-validator/dist/middlewares/parsers/schema.preprocessor.js';
import type { Problem } from '#runtime/errors';
import type { Operation } from '#runtime/operation';
import { errorsMax, withoutNulls, type OperationValidators } from '#runtime/validator';

/** An OpenAPI 3.0 document of ours; the referee has its own type for it. */
type Document = OpenAPIV3.DocumentV3;

/** As the middleware sets them with everything validated and nothing coerced or removed in bodies. */
const options = {
  strict: false, strictNumbers: true, strictTuples: true, allowUnionTypes: false, validateSchema: false,
  coerceTypes: false, removeAdditional: false, allErrors: true, validateFormats: true, formats: { base64: true as const }, ajvFormats: { mode: 'full' as const }, serDesMap: {},
};

/** Compiled schemas by status and media type. */
type Checks = ReturnType<ResponseValidator['_getOrBuildValidator']>;

/** What the request validator reads of a request. */
interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly params: unknown;
  readonly body: unknown;
  readonly openapi: { readonly expressRoute: string; readonly pathParams: object; readonly schema: object };
}

/** What it throws for a refusal; other errors are defects of the document or of the call. */
interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly errors?: readonly { readonly path: string; readonly message: string; readonly errorCode?: string }[];
}

/** Judges the operations of one document. */
export class Referee {
  readonly #document: Document;
  readonly #answers: Document;
  readonly #requests: RequestValidator;
  readonly #responses: ResponseValidator;
  readonly #base: string;
  /** Checks by the answer they are for: the document's operations share those of refusals. */
  readonly #checks = new Map<unknown, Checks>();

  /** @param document with all references local; a copy is worked on */
  constructor(document: object) {
    const copy = structuredClone(document) as Document; // OpenAPI 3.0.3, checked when it was read
    const { apiDoc, apiDocRes } = new SchemaPreprocessor(copy, options, { removeAdditional: false }).preProcess();
    this.#document = apiDoc as Document; // they leave the version of OpenAPI open
    this.#answers = apiDocRes as Document;
    this.#requests = new RequestValidator(this.#document, { ...options, useDefaults: false, allowUnknownQueryParameters: true });
    this.#responses = new ResponseValidator(this.#answers, { ...options, useDefaults: false });
    this.#base = (copy.servers?.[0]?.url ?? '').replace(/\/$/, '');
  }

  /** The same four questions the compiled validators answer. */
  validators(row: Operation): OperationValidators {
    const path = row.path.slice(this.#base.length);
    const schema = operationOf(this.#document, path, row.method);
    const answers = operationOf(this.#answers, path, row.method)['responses'] as Readonly<Record<string, unknown>>; // by status
    const exchange = (part: Partial<Exchange>): Exchange =>
      ({ method: row.method, path: row.path, originalUrl: row.path, headers: {}, query: {}, params: {}, body: undefined, openapi: { expressRoute: row.path, pathParams: {}, schema }, ...part });
    return {
      request: (body) => this.#asked(exchange(requestOf(row, body)), '/body'),
      params: (params) => this.#asked(exchange({ ...requestOf(row, undefined), params, openapi: { expressRoute: row.path, pathParams: { ...(params as object) }, schema } }), '/params'),
      query: (query) => this.#asked(exchange({ ...requestOf(row, undefined), query: structuredClone(query) }), '/query'),
      response: (status, body, partial = false) => this.#answered(answers[status] ?? answers['default'], status, body, partial),
    };
  }

  /** Problems below one part of a request; those of the parts that were left out do not count. */
  #asked(exchange: Exchange, part: string): Problem[] | null {
    const refusal = refusalOf(() => this.#requests.validate(exchange as never, {} as never, () => undefined)); // it reads no more of Express than an Exchange has
    if (!refusal) return null;
    if (refusal.status === 415) return part === '/body' ? [{ pointer: '', message: refusal.message }] : null;
    const found = problemsOf(refusal, part);
    return found.length === 0 ? null : found;
  }

  #answered(answer: unknown, status: number, body: unknown, partial: boolean): Problem[] | null {
    if (answer === undefined) return [{ pointer: '', message: `the status ${status} is not declared` }];
    const value = (body === undefined ? undefined : structuredClone(body)) as object; // any JSON value, also none
    const refusal = refusalOf(() => this.#responses._validate({ validators: this.#checksOf(answer), body: value, statusCode: status, path: '', accepts: ['application/json'] }));
    if (!refusal || (partial && refusal.errors?.every(isMissingFromRow))) return null;
    return problemsOf(refusal, '/response');
  }

  #checksOf(answer: unknown): Checks {
    const name = { method: 'answer', headers: {}, openapi: { expressRoute: String(this.#checks.size) } }; // what its own store is keyed by
    const checks = this.#checks.get(answer) ?? this.#responses._getOrBuildValidator(name as never, { default: answer } as never); // it reads no more of a request and a document
    this.#checks.set(answer, checks);
    return checks;
  }
}

function operationOf(document: Document, path: string, method: string): Record<string, unknown> {
  const item = document.paths[path] as Record<string, Record<string, unknown>> | undefined; // a path item's members are operations
  const operation = item?.[method.toLowerCase()];
  if (!operation) throw new Error(`${document.info.title} has no ${method} ${path}`);
  return operation;
}

/** A merge patch removes by null (RFC 7396 §1) and a JSON Patch is an array: neither is in the documents' schemas. */
function requestOf(row: Operation, body: unknown): Partial<Exchange> {
  const steps = Array.isArray(body) && row.mediaTypes.includes('application/json-patch+json');
  const type = steps ? 'application/json-patch+json' : row.mediaTypes[0];
  const value = row.kind === 'patch' && !steps ? withoutNulls(body) : body;
  return { headers: type === undefined ? {} : { 'content-type': type }, body: structuredClone(value) };
}

function refusalOf(judge: () => unknown): Refusal | null {
  try {
    judge();
    return null;
  } catch (error) {
    if (error instanceof Error && 'status' in error && 'errors' in error) return error as unknown as Refusal; // its HttpError has these members
    throw error;
  }
}

function problemsOf({ errors = [], message }: Refusal, part: string): Problem[] {
  if (errors.length === 0) return [{ pointer: '', message }];
  const own = errors.filter(({ path }) => path === part || path.startsWith(`${part}/`));
  return own.slice(0, errorsMax).map((error) => ({ pointer: error.path.slice(part.length), message: error.message }));
}

/** `fields=` takes attributes from the rows. */
const isMissingFromRow = ({ path, errorCode }: { path: string; errorCode?: string }): boolean =>
  errorCode === 'required.openapi.validation' && /^\/response(\/\d+)?\/[^/]+$/.test(path);
