/** Makes requests against a stack and keeps each with its answer, as the reference shows them. */
import { operations, type OperationKey } from '#generated/operations';
import { ok } from '#runtime/client';
import type { Operation } from '#runtime/operation';
import { serviceNames, type ServiceName } from '#runtime/services';
import type { Example } from '#tools-gen/recordings';
import type { Stack } from '../support/stack.ts';
import { Steady } from './steady.ts';

export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** The status it is meant to have, where that is not the usual one. */
  readonly status?: number;
  /** Who asks, where that is not the usual caller. */
  readonly as?: string;
  /** For operations every service has. */
  readonly service?: ServiceName;
}

/** Headers a reader learns something from. */
const shown = ['location', 'etag', 'link', 'x-total-count', 'x-result-count', 'preference-applied', 'idempotency-replayed', 'monitorid'];

// The shape of each answer is what its own operation says; the scenario names members it knows to be there.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Got = any;

export class Player {
  readonly stack: Stack;
  readonly #steady: Steady;
  readonly #examples = new Map<string, Example[]>();

  private constructor(stack: Stack, seededAt: string) {
    this.stack = stack;
    this.#steady = new Steady(serviceNames.map((name) => ({ name, url: stack.baseUrl(name) })), seededAt);
  }

  static async on(stack: Stack): Promise<Player> {
    const { lastUpdate = '' } = await ok(stack.clients.TMF620.GET('/productOffering/{id}', { params: { path: { id: 'PLAN_S' } } }));
    return new Player(stack, lastUpdate);
  }

  /** Everything asked so far, by API. */
  get examples(): ReadonlyMap<string, readonly Example[]> {
    return this.#examples;
  }

  /**
   * One request. @returns the body of the answer
   * @throws {Error} the status is not the one it was meant to have
   */
  async ask(key: OperationKey, title: string, asked: Asked = {}): Promise<Got> {
    const row: Operation = operations[key];
    const service = asked.service ?? (row.service === '*' ? 'crm' : row.service);
    const path = pathOf(row, asked);
    const headers = { ...(asked.body ? { 'Content-Type': 'application/json' } : {}), ...asked.headers };
    const answer = await this.stack.fetch(service, path, { method: row.method, headers, ...(asked.body ? { body: JSON.stringify(asked.body) } : {}) }, asked.as ?? usualCaller(row));
    const text = await answer.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const wanted = asked.status === undefined ? Object.keys(row.success).map(Number) : [asked.status];
    if (!wanted.includes(answer.status)) throw new Error(`${key} (${title}) answered ${answer.status}: ${text.slice(0, 600)}`);
    this.#keep(row, {
      key, title, request: { method: row.method, path, headers, ...(asked.body ? { body: asked.body } : {}) },
      answer: { status: answer.status, headers: headersOf(answer), ...(body === undefined ? {} : { body }) },
    });
    return body;
  }

  #keep({ api }: Operation, example: Example): void {
    this.#examples.set(api, [...(this.#examples.get(api) ?? []), this.#steady.value(example)]);
  }
}

/** The admin `cli`, or a service where only services may call. */
const usualCaller = ({ roles }: Operation): string => (roles.includes('admin') ? 'cli' : 'default');

function pathOf({ path }: Operation, { params = {}, query = {} }: Asked): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

const headersOf = (answer: Response): Record<string, string> =>
  Object.fromEntries(shown.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  }));
