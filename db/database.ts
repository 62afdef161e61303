import pg from 'pg';
import type { Clock } from '#runtime/clock';
import { sleep, isoTime } from '#runtime/clock';
import { current, systemContext } from '#runtime/context';
import { Conflict, Unavailable } from '#runtime/errors';
import { uuidv7 } from '#runtime/ids';
import { insideTransaction } from '#runtime/transaction-scope';
import { camelRows } from './names.ts';
import { prepared, query } from './prepared.ts';
import { schemaOf } from './schemas.ts';
import { bookkeeping, Tx } from './transaction.ts';

export { json, Tx, Writer } from './transaction.ts';
export type { PendingEvent, RowValues } from './transaction.ts';

// bigint and numeric columns hold safe integers and small decimals: numbers, not strings.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

export interface DatabaseOptions {
  /** postgres://role:password@host:port/name */
  readonly url: string;
  /** Service whose role this is; the serviceIdentity of work without a request. */
  readonly service: string;
  readonly clock: Clock;
  readonly connectionsMax?: number;
  /**
   * False for work that is simply done again when a crash of the database server loses its last
   * moments: its commits do not wait for the disk.
   */
  readonly durable?: boolean;
  /** Called after each commit that recorded events: nudges the relay. */
  readonly onEvents?: () => void;
}

const attemptsMax = 3;
/** Somebody has to make room first. */
const fullRetrySeconds = 30;
/** Serialisation failure, deadlock. */
const retryable = new Set(['40001', '40P01']);
/** Disk full, out of memory, a configured limit of the server. */
const exhausted = new Set(['53100', '53200', '53400']);
/** Connection lost, server going down or not there. */
const unreachable = /ECONN|ENOENT|EPIPE|57P0|08\d{3}|terminated|not queryable|timeout exceeded|53300/;

/** Pool of one service's role. Everything a service stores goes through `tx`. */
export class Database {
  readonly service: string;
  readonly clock: Clock;
  readonly #pool: pg.Pool;
  readonly #onEvents: () => void;

  constructor(options: DatabaseOptions) {
    this.service = options.service;
    this.clock = options.clock;
    this.#onEvents = options.onEvents ?? (() => undefined);
    this.#pool = new pg.Pool({
      connectionString: options.url, max: options.connectionsMax ?? 8, idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 10_000, application_name: `bss-${options.service}`, statement_timeout: 30_000,
      ...(options.durable === false ? { options: '-c synchronous_commit=off' } : {}),
    });
    // An idle connection that breaks is replaced at the next checkout; the error belongs to nobody.
    this.#pool.on('error', () => undefined);
  }

  /**
   * Rows outside any transaction, camelCase.
   * @param isKept false for a text that a client had a hand in: it is not prepared
   */
  async read<R>(text: string, values: readonly unknown[] = [], isKept = true): Promise<R[]> {
    try {
      return camelRows<R>(await this.#pool.query(isKept ? prepared(text, [...values]) : query(text, [...values])));
    } catch (error) {
      throw translated(error);
    }
  }

  async one<R>(text: string, values: readonly unknown[] = [], isKept = true): Promise<R | null> {
    return (await this.read<R>(text, values, isKept))[0] ?? null;
  }

  /** One writing statement that commits by itself, for `db/` and `events/` only. */
  [bookkeeping]<R>(text: string, values: readonly unknown[]): Promise<R[]> {
    return this.read<R>(text, values);
  }

  /**
   * Runs `work` in one transaction (READ COMMITTED) and appends its events right before the commit.
   * Lost serialisation is tried again, three times in all; the work must be safe to repeat.
   * @throws {Conflict} serialisation lost three times
   * @throws {Unavailable} the database cannot be reached
   */
  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (!retryable.has(codeOf(error))) throw translated(error);
        if (attempt === attemptsMax) throw new Conflict('serialisation_lost', 'Another change of the same rows won three times; try again.');
        await sleep(5 * attempt);
      }
    }
  }

  async #attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    const tx = new Tx(this.service, client, current()?.dryRun ?? false);
    let broken = false;
    // A connection that dies between two statements says so by an event; without a listener it would end the process.
    const onLoss = (): void => { broken = true; };
    client.on('error', onLoss);
    try {
      await client.query('BEGIN');
      const result = await insideTransaction(this.service, () => work(tx));
      tx.end();
      if (tx.pending.length > 0) await this.#end(client, tx);
      await client.query(tx.durable ? 'COMMIT' : 'SET LOCAL synchronous_commit = off; COMMIT');
      if (tx.pending.length > 0) this.#onEvents();
      for (const after of tx.committed) after();
      return result;
    } catch (error) {
      tx.end();
      broken = await client.query('ROLLBACK').then(() => broken, () => true);
      throw error;
    } finally {
      client.off('error', onLoss);
      client.release(broken);
    }
  }

  /**
   * Appends the events; for a call with an Idempotency-Key it also leaves with the key what the call
   * has made, so that a repeat finds it even when the answer is lost (DOMAIN §10). A call that was held up for so
   * long (a stopped process, a database that did not answer) that a repeat has its key now must leave the effect to that one.
   * @throws {Conflict} the key is no more this call's
   */
  async #end(client: pg.PoolClient, tx: Tx): Promise<void> {
    const events = JSON.stringify(this.#envelopes(tx));
    const context = current();
    if (!context?.idempotencyKey || this.service === 'platform') {
      await client.query(prepared('SELECT audit.append_event($1::jsonb)', [events]));
      return;
    }
    const { serviceIdentity, idempotencyKey, claimLease = null } = context;
    const [outcome] = camelRows<{ held: number }>(await client.query(prepared(
      `WITH effect AS (UPDATE ${schemaOf(this.service)}.idempotency SET effect_id = coalesce(effect_id, $2)
         WHERE identity = $3 AND key = $4 AND state = 'in_flight' AND ($5::bigint IS NULL OR lease_until_ms = $5) RETURNING 1)
       SELECT audit.append_event($1::jsonb), (SELECT count(*) FROM effect) AS held`,
      [events, tx.made, serviceIdentity, idempotencyKey, claimLease],
    )));
    if (claimLease !== null && outcome?.held !== 1) throw new Conflict('claim_lost', 'A repeat of this call has taken it over; repeat it once more to get its answer.', { 'retry-after': '1' });
  }

  #envelopes(tx: Tx): object[] {
    const context = current() ?? systemContext(this.service);
    const at = this.clock.now();
    return tx.pending.map((event) => ({
      eventId: uuidv7(this.clock.tick()), ...event, occurredAt: isoTime(at), actor: context.actor, channel: context.channel,
      serviceIdentity: context.serviceIdentity, traceId: context.trace.traceId, spanId: context.trace.spanId, schemaVersion: 1,
    }));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** Of two writers of one key the other was faster. */
export const isUniqueViolation = (error: unknown): boolean => codeOf(error) === '23505';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** Trouble of the database server becomes 503; everything else stays what it is. */
function translated(error: unknown): unknown {
  if (!(error instanceof Error) || 'status' in error) return error;
  if (exhausted.has(codeOf(error))) return new Unavailable('The database has no room left on its disk or in memory; nothing was changed, try again later.', fullRetrySeconds);
  return unreachable.test(`${codeOf(error)} ${error.message}`) ? new Unavailable('The database cannot be reached; try again in a moment.') : error;
}
