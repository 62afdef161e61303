import type { Claim, IdempotencyStore, KeyedRequest } from '#runtime/http/idempotency';
import type { WireAnswer } from '#runtime/http/answer';
import type { Database } from './database.ts';
import { schemaOf } from './schemas.ts';
import { bookkeeping } from './transaction.ts';

export interface IdempotencyOptions {
  /** Hours of business time an answer is kept. */
  readonly hours: number;
  /** How long a call may run before another one may take its key over, in milliseconds. */
  readonly leaseMs: number;
}

interface Stored {
  readonly method: string;
  readonly path: string;
  readonly bodyHash: string;
  readonly state: 'in_flight' | 'done';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Claims and answers do not wait for the disk: the effect between them does, and is found by its key without them. */
const unhurried = "set_config('synchronous_commit', 'off', true)";

interface Taken {
  readonly leaseUntilMs: number;
  readonly effectId: string | null;
}

const hourMs = 3_600_000;
/** A key that is claimed and given back by others between our two looks. */
const looksMax = 3;
const purgedMax = 1000;

/**
 * First answers of one service, in `<schema>.idempotency` (DOMAIN §10). Each step is one statement
 * that commits by itself: two calls with one key meet at its primary key.
 */
export class StoredAnswers implements IdempotencyStore {
  readonly #database: Database;
  readonly #options: IdempotencyOptions;
  readonly #table: string;

  constructor(database: Database, options: IdempotencyOptions) {
    this.#database = database;
    this.#options = options;
    this.#table = `${schemaOf(database.service)}.idempotency`;
  }

  async claim(request: KeyedRequest): Promise<Claim> {
    for (let look = 0; look < looksMax; look += 1) {
      const taken = await this.#take(request);
      if (taken) return { kind: 'claimed', lease: taken.leaseUntilMs, effect: taken.effectId };
      const stored = await this.#find(request);
      if (stored) return claimOf(stored, request);
    }
    return { kind: 'in_flight' };
  }

  async complete({ identity, key }: KeyedRequest, lease: number, { status, headers, body }: WireAnswer): Promise<void> {
    await this.#database[bookkeeping](
      `UPDATE ${this.#table} SET state = 'done', lease_until_ms = NULL, status = $4, headers = $5::jsonb, body = $6
       WHERE identity = $1 AND key = $2 AND lease_until_ms = $3 AND state = 'in_flight' RETURNING ${unhurried}`,
      [identity, key, lease, status, JSON.stringify(headers), body]);
  }

  async release({ identity, key }: KeyedRequest, lease: number): Promise<void> {
    const mine = "identity = $1 AND key = $2 AND lease_until_ms = $3 AND state = 'in_flight'";
    await this.#database[bookkeeping](
      `WITH kept AS (UPDATE ${this.#table} SET lease_until_ms = NULL WHERE ${mine} AND effect_id IS NOT NULL)
       DELETE FROM ${this.#table} WHERE ${mine} AND effect_id IS NULL`, [identity, key, lease]);
  }

  /** Deletes answers whose time is over, a batch at a time. @returns true when there may be more */
  async purge(): Promise<boolean> {
    const gone = await this.#database[bookkeeping](
      `DELETE FROM ${this.#table} WHERE (identity, key) IN (
         SELECT identity, key FROM ${this.#table} WHERE expires_at <= $1 AND (state = 'done' OR coalesce(lease_until_ms, 0) <= $2) ORDER BY expires_at LIMIT ${purgedMax}) RETURNING key`,
      [this.#database.clock.now(), this.#database.clock.tick()]);
    return gone.length === purgedMax;
  }

  /** New, over, or left behind by a call that was lost: then the key is ours. The lease names our claim. */
  async #take({ identity, key, method, path, bodyHash }: KeyedRequest): Promise<Taken | null> {
    const { clock } = this.#database;
    const now = clock.now();
    const lease = clock.tick() + this.#options.leaseMs;
    const [taken] = await this.#database[bookkeeping]<Taken>(
      `INSERT INTO ${this.#table} AS i (identity, key, method, path, body_hash, state, lease_until_ms, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, 'in_flight', $6, $7, $8)
       ON CONFLICT (identity, key) DO UPDATE SET method = excluded.method, path = excluded.path, body_hash = excluded.body_hash,
         state = 'in_flight', lease_until_ms = excluded.lease_until_ms, effect_id = CASE WHEN i.expires_at > $7 THEN i.effect_id END, status = NULL, headers = NULL, body = NULL,
         created_at = excluded.created_at, expires_at = excluded.expires_at
       WHERE (i.state = 'done' AND i.expires_at <= $7)
         OR (i.state = 'in_flight' AND coalesce(i.lease_until_ms, 0) <= $9 AND (i.expires_at <= $7
           OR (i.method = excluded.method AND i.path = excluded.path AND i.body_hash = excluded.body_hash)))
       RETURNING lease_until_ms, effect_id, ${unhurried}`,
      [identity, key, method, path, bodyHash, lease, now, new Date(now.getTime() + this.#options.hours * hourMs), clock.tick()]);
    return taken ?? null;
  }

  async #find({ identity, key }: KeyedRequest): Promise<Stored | null> {
    return this.#database.one<Stored>(
      `SELECT method, path, body_hash, state, status, headers, body FROM ${this.#table} WHERE identity = $1 AND key = $2`, [identity, key]);
  }
}

function claimOf(stored: Stored, request: KeyedRequest): Claim {
  const same = stored.method === request.method && stored.path === request.path && stored.bodyHash === request.bodyHash;
  if (!same) return { kind: 'reused' };
  if (stored.state === 'in_flight') return { kind: 'in_flight' };
  return { kind: 'done', answer: { status: stored.status, headers: stored.headers, body: stored.body } };
}
