/**
 * Idempotency-Key (DOMAIN §10): the first call with a key claims it, its answer is kept and repeated
 * byte by byte. A claim has a lease, so that a call lost with its process does not block the key.
 */
import { requireContext } from '#runtime/context';
import { sha256 } from '#runtime/ids';
import type { Operation } from '#runtime/operation';
import type { Access } from './access.ts';
import type { WireAnswer } from './answer.ts';

export interface KeyedRequest {
  readonly identity: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly bodyHash: string;
}

/**
 * Ours to run; `lease` names this claim among those of the same key. An effect is what a call
 * before us, whose answer was lost, has committed: the id of the resource it made or moved first.
 */
export interface Claimed {
  readonly kind: 'claimed';
  readonly lease: number;
  readonly effect: string | null;
}

export type Claim =
  | Claimed
  | { readonly kind: 'done'; readonly answer: WireAnswer }
  | { readonly kind: 'in_flight' }
  /** The key stands for another method, path or body. */
  | { readonly kind: 'reused' };

/** Where claims are kept; `db/idempotency.ts`. */
export interface IdempotencyStore {
  claim(request: KeyedRequest): Promise<Claim>;
  /** Keeps the answer, unless the claim was lost to another call meanwhile. */
  complete(request: KeyedRequest, lease: number, answer: WireAnswer): Promise<void>;
  /** Gives the key back: the call had no lasting answer. */
  release(request: KeyedRequest, lease: number): Promise<void>;
}

export interface Keyed {
  readonly store: IdempotencyStore;
  readonly access: Access;
  /** Told when an answer could not be kept or a key not be given back. */
  readonly onTrouble: (error: unknown) => void;
}

const retryAfterSeconds = 1;

/** Answers of calls that may well end differently when repeated: they are not kept. */
const passing = (status: number): boolean => status >= 500 || status === 409 || status === 425 || status === 429;

/**
 * Runs `work` once per key and repeats its answer afterwards.
 * @throws {PolicyViolation} idempotency.key.reused (422), idempotency.key.in_flight (409)
 */
export async function once(
  keyed: Keyed, row: Operation, request: KeyedRequest, work: (claimed: Claimed) => Promise<WireAnswer>,
): Promise<{ answer: WireAnswer; replayed: boolean }> {
  const claim = await keyed.store.claim(request);
  const facts = { operation: row.key, identity: request.identity, key: request.key };
  if (claim.kind === 'reused') throw keyed.access.keyReused(facts);
  if (claim.kind === 'in_flight') throw keyed.access.keyInFlight({ ...facts, retryAfter: retryAfterSeconds });
  if (claim.kind === 'done') return { answer: claim.answer, replayed: true };
  const answer = await work(claim);
  // The effect is made: trouble here must not turn it into a failure. The lease lapses by itself.
  const settle = passing(answer.status) ? keyed.store.release(request, claim.lease) : keyed.store.complete(request, claim.lease, answer);
  await settle.catch(keyed.onTrouble);
  return { answer, replayed: false };
}

/** What the key stands for; null when the request has none or keys do not matter for it. */
export function keyedRequest(row: Operation, path: string, body: string): KeyedRequest | null {
  const { idempotencyKey, serviceIdentity, dryRun } = requireContext();
  if (idempotencyKey === null || dryRun || row.readonly || !['POST', 'PATCH'].includes(row.method)) return null;
  return { identity: serviceIdentity, key: idempotencyKey, method: row.method, path, bodyHash: sha256(body) };
}
