/** Calls operations of a running stack; each answer is judged by both validators. */
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { Referee } from '#runtime/http/referee';
import type { Operation } from '#runtime/operation';
import type { ServiceName } from '#runtime/services';
import { readInputs } from '#tools-gen/inputs';
import { mediaOf, requestBodyOf, responseOf, schemaOf } from '#tools-gen/resolve';
import type { OpenApiDocument, Schema } from '#tools-gen/openapi';
import type { OperationSource } from '#tools-gen/operation-rows';
import type { Stack } from '../support/stack.ts';
import { exceptions } from './exceptions.ts';

export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly service?: ServiceName;
  readonly identity?: string;
  /** The body goes out as it stands, not as JSON. */
  readonly raw?: boolean;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for an empty answer. */
  readonly body: unknown;
}

/** The documents with their overlays, and a referee for each. */
export class Documents {
  readonly #sources: ReadonlyMap<string, OperationSource>;
  readonly #referees = new Map<string, Referee>();

  private constructor(sources: readonly OperationSource[]) {
    this.#sources = new Map(sources.map((source) => [source.row.key, source]));
  }

  static async read(): Promise<Documents> {
    return new Documents((await readInputs(new URL('../..', import.meta.url).pathname)).sources);
  }

  documentOf(key: string): OpenApiDocument {
    return this.#source(key).spec.document;
  }

  /** Schema of the JSON body; null for an operation without one. */
  requestSchema(key: string): Schema | null {
    const { spec, operation } = this.#source(key);
    return requestBodyOf(spec.document, operation)?.content['application/json']?.schema ?? null;
  }

  /** Schema of a path parameter. */
  pathSchema(key: string, name: string): Schema {
    const { spec, parameters } = this.#source(key);
    const found = parameters.find((one) => one.in === 'path' && one.name === name);
    if (!found) throw new Error(`${key} has no ${name} in its path`);
    return schemaOf(spec.document, found.schema);
  }

  /** Schema of the JSON body of an answer; null for one without. */
  answerSchema(key: string, status: string): Schema | null {
    const { spec, operation } = this.#source(key);
    return mediaOf(responseOf(spec.document, operation, status).content)?.schema ?? null;
  }

  referee(key: string): ReturnType<Referee['validators']> {
    const { spec, row } = this.#source(key);
    const referee = this.#referees.get(spec.api) ?? new Referee(spec.document);
    this.#referees.set(spec.api, referee);
    return referee.validators(row);
  }

  #source(key: string): OperationSource {
    const found = this.#sources.get(key);
    if (!found) throw new Error(`no document describes ${key}`);
    return found;
  }
}

/** Headers an answer of TMF630 has, by what it answers. */
const headersOf = (row: Operation, status: number): readonly string[] => {
  if (row.kind === 'list') return ['x-total-count', 'x-result-count'];
  if (row.kind === 'retrieve' && row.api.startsWith('TMF')) return ['etag'];
  return row.kind === 'create' && status === 201 ? ['location'] : [];
};

/** What was reached with which outcome, and what was wrong about any answer. */
export class Judged {
  readonly faults: string[] = [];
  /** Successful statuses by operation. */
  readonly reached = new Map<string, Set<number>>();
  /** Every row that an answer showed, by the schema of the operation's success. */
  readonly rows: { readonly key: OperationKey; readonly row: Readonly<Record<string, unknown>> }[] = [];
  calls = 0;
  readonly #stack: Stack;
  readonly #documents: Documents;

  constructor(stack: Stack, documents: Documents) {
    this.#stack = stack;
    this.#documents = documents;
  }

  /** One request; whatever is wrong with its answer goes to `faults`. */
  async call(key: OperationKey, { params = {}, query = {}, body, headers = {}, service, identity, raw = false }: Asked = {}): Promise<Answered> {
    const row: Operation = operations[key];
    const path = row.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? `no-${name}`));
    const search = new URLSearchParams(query).toString();
    const sent = body === undefined ? {} : { body: raw ? String(body) : JSON.stringify(body) };
    const type = row.mediaTypes[0] === undefined ? {} : { 'Content-Type': row.mediaTypes[0] };
    const response = await this.#stack.fetch(service ?? (row.service === '*' ? 'crm' : row.service), search === '' ? path : `${path}?${search}`,
      { method: row.method, headers: { ...type, ...headers }, ...sent }, identity ?? (row.roles.includes('admin') ? 'cli' : 'com'));
    const text = await response.text();
    const answered: Answered = { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) as unknown };
    this.calls += 1;
    await this.#judge(row, answered, 'fields' in query);
    return answered;
  }

  /** @throws {Error} the answer is no success */
  async ok(key: OperationKey, asked: Asked = {}): Promise<Readonly<Record<string, unknown>>> {
    const { status, body } = await this.call(key, asked);
    if (status >= 300) throw new Error(`${key} answered ${status} ${JSON.stringify(body)} to ${JSON.stringify(asked)}`);
    return (body ?? {}) as Readonly<Record<string, unknown>>; // an object by its schema
  }

  async #judge(row: Operation, { status, headers, body }: Answered, partial: boolean): Promise<void> {
    const fault = (what: string): void => void this.faults.push(`${row.key} ${status}: ${what}`);
    if (status >= 500) fault(JSON.stringify(body));
    const compiled = (await validatorsFor(row.key as OperationKey)).response(status, body, partial); // a row of the table
    if (compiled) fault(`compiled ${JSON.stringify(compiled.slice(0, 5))}`);
    const referee = this.#documents.referee(row.key).response(status, body, partial);
    if (referee && !exceptions.some(({ holds }) => holds({ compiled, referee }))) fault(`referee ${JSON.stringify(referee.slice(0, 5))}`);
    if (status >= 300) return;
    if (row.success[status] === undefined) fault('is a status the document does not declare');
    for (const name of headersOf(row, status)) if (!headers.has(name)) fault(`no ${name}`);
    this.reached.set(row.key, new Set([...(this.reached.get(row.key) ?? []), status]));
    for (const each of [body].flat()) if (each !== undefined && !partial) this.rows.push({ key: row.key as OperationKey, row: each as Readonly<Record<string, unknown>> }); // rows by their schema, judged above
  }
}
