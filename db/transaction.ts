import type { PoolClient } from 'pg';
import { DryRunPassed } from '#runtime/errors';
import { redeem, type Permit } from '#runtime/permit';
import { camelRows, snake } from './names.ts';
import { prepared, query } from './prepared.ts';

/** A row to write, camelCase; plain objects and `json()` values become jsonb. */
export type RowValues = Readonly<Record<string, unknown>>;

/** An event as a service records it; ids, order, actor and hash are added by the ledger. */
export interface PendingEvent {
  readonly eventType: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const jsonValue = Symbol('json');

interface JsonValue {
  readonly [jsonValue]: unknown;
}

/** Marks an array (or null, string, number) as the content of a jsonb column. */
export const json = (value: unknown): JsonValue => ({ [jsonValue]: value });

function parameter(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'object' && value !== null && jsonValue in value) return JSON.stringify((value as JsonValue)[jsonValue]);
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !Buffer.isBuffer(value)) {
    return JSON.stringify(value);
  }
  return value;
}

const writing = /\b(insert\s+into|update\s+\S+\s+set|delete\s+from|truncate|merge\s+into|append_event)\b/i;

/** Door of `db/` and `events/` to a transaction: inbox, outbox, queues and first answers are bookkeeping, not effects. */
export const bookkeeping: unique symbol = Symbol('bookkeeping');

/** One transaction of one service. Reads are free; writes need a Permit. */
export class Tx {
  readonly service: string;
  readonly pending: PendingEvent[] = [];
  readonly committed: (() => void)[] = [];
  readonly #client: PoolClient;
  readonly #dryRun: boolean;
  #durable = true;
  #ended = false;
  #made: string | null = null;

  constructor(service: string, client: PoolClient, dryRun: boolean) {
    this.service = service;
    this.#client = client;
    this.#dryRun = dryRun;
  }

  /**
   * Rows of a query, camelCase; may lock (`FOR UPDATE`).
   * @param isKept false for a text that a client had a hand in: it is not prepared
   * @throws {Error} when the text writes: only a Writer writes
   */
  async read<R>(text: string, values: readonly unknown[] = [], isKept = true): Promise<R[]> {
    if (writing.test(text)) throw new Error('tx.read() cannot write: ask policy for a permit and use tx.writer()');
    return this.#query<R>(text, values, isKept);
  }

  /** The only row of a query, or null. */
  async one<R>(text: string, values: readonly unknown[] = [], isKept = true): Promise<R | null> {
    return (await this.read<R>(text, values, isKept))[0] ?? null;
  }

  /**
   * Redeems a permit for the statements of one store function.
   * @throws {Error} permit unknown, used, or of another transaction
   * @throws {DryRunPassed} the request is a dry run
   */
  writer<A extends string>(permit: Permit<A>): Writer {
    redeem(permit, this);
    if (this.#dryRun) throw new DryRunPassed();
    return new Writer((text, values) => this.#query(text, values));
  }

  /** Keeps an event to be appended, with all others, in one call right before the commit. */
  record(event: PendingEvent): void {
    this.pending.push(event);
  }

  /** Names what a repeat of this call is to find when the answer is lost, where it is not the aggregate of the first event. */
  leave(id: string): void {
    this.#made = id;
  }

  get made(): string | null {
    return this.#made ?? this.pending[0]?.aggregateId ?? null;
  }

  /**
   * Lets the commit not wait for the disk. For work that is simply done again should a crash of the
   * database server lose it: everything that could know of it comes later in the same log, and is
   * lost with it or has waited.
   */
  unhurried(): void {
    this.#durable = false;
  }

  get durable(): boolean {
    return this.#durable;
  }

  /**
   * Refuses every further statement. One that nobody awaited, left over by a `Promise.all` that failed,
   * would else run in whatever transaction its connection is given to next.
   */
  end(): void {
    this.#ended = true;
  }

  /** Runs after a successful commit; for nudging workers, never for effects that must not be lost. */
  afterCommit(work: () => void): void {
    this.committed.push(work);
  }

  /** For `db/` and `events/` only; a doctrine check holds the others off. */
  [bookkeeping]<R>(text: string, values: readonly unknown[]): Promise<R[]> {
    return this.#query<R>(text, values);
  }

  async #query<R>(text: string, values: readonly unknown[], isKept = true): Promise<R[]> {
    if (this.#ended) throw new Error('the transaction of this statement has ended');
    return camelRows<R>(await this.#client.query(isKept ? prepared(text, values.map(parameter)) : query(text, values.map(parameter))));
  }
}

type Query = <R>(text: string, values: readonly unknown[]) => Promise<R[]>;

/** The only object with insert, update and delete; lives as long as its transaction. */
export class Writer {
  readonly #query: Query;

  constructor(query: Query) {
    this.#query = query;
  }

  /** Inserts one row and returns it as stored. */
  async insert<R>(table: string, row: RowValues): Promise<R> {
    const names = Object.keys(row);
    const columns = names.map(quoted).join(', ');
    const marks = names.map((_, i) => `$${i + 1}`).join(', ');
    const [stored] = await this.#query<R>(`INSERT INTO ${table} (${columns}) VALUES (${marks}) RETURNING *`, Object.values(row));
    return stored!;
  }

  /** Updates the rows that match every member of `where`; returns them as stored. */
  update<R>(table: string, where: RowValues, change: RowValues): Promise<R[]> {
    const sets = Object.keys(change).map((name, i) => `${quoted(name)} = $${i + 1}`).join(', ');
    const offset = Object.keys(change).length;
    const tests = Object.keys(where).map((name, i) => `${quoted(name)} = $${offset + i + 1}`).join(' AND ');
    return this.#query<R>(`UPDATE ${table} SET ${sets} WHERE ${tests} RETURNING *`, [...Object.values(change), ...Object.values(where)]);
  }

  remove<R>(table: string, where: RowValues): Promise<R[]> {
    const tests = Object.keys(where).map((name, i) => `${quoted(name)} = $${i + 1}`).join(' AND ');
    return this.#query<R>(`DELETE FROM ${table} WHERE ${tests} RETURNING *`, Object.values(where));
  }

  /** A written statement (hot paths, set-wise changes); its text stands in a store or in a `.sql` file. */
  sql<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.#query<R>(text, values);
  }
}

const quoted = (name: string): string => `"${snake(name)}"`;
