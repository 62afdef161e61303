import { timingSafeEqual } from 'node:crypto';
import type { Identity } from '#runtime/config';
import { channels, type Channel, type RequestContext, type Trace } from '#runtime/context';
import { BadRequest } from '#runtime/errors';
import type { IncomingHeaders } from '#runtime/handler';
import { sha256, uuidv7 } from '#runtime/ids';
import type { Operation } from '#runtime/operation';
import type { Access } from './access.ts';
import type { RateLimit } from './rate-limit.ts';

export interface PerimeterOptions {
  readonly identities: readonly Identity[];
  readonly allowAdmin: boolean;
  readonly access: Access;
  readonly rateLimit: RateLimit;
}

/** Who may come in, and as whom (DOMAIN §10 "Headers"). */
export class Perimeter {
  readonly #options: PerimeterOptions;
  /** By digest: finding a row tells an attacker about the digest of a guess, not about the token. */
  readonly #byDigest: ReadonlyMap<string, Identity>;

  constructor(options: PerimeterOptions) {
    this.#options = options;
    this.#byDigest = new Map(options.identities.map((identity) => [sha256(identity.token), identity]));
  }

  /**
   * The context of a request; no header raises the role its token has.
   * @throws {PolicyViolation} 401 auth.token.*
   * @throws {BadRequest} a header is malformed
   */
  admit(row: Operation, headers: IncomingHeaders, trace: Trace, requestId: string): RequestContext {
    const identity = this.#identify(row, headers['x-bss-api-token']);
    const onBehalfOf = optional('X-BSS-On-Behalf-Of', headers['x-bss-on-behalf-of'], /^[A-Za-z0-9._:-]{1,128}$/);
    return {
      actor: optional('X-BSS-Actor', headers['x-bss-actor'], /^[^\p{Cc}]{1,200}$/u) ?? identity.name,
      channel: channelOf(headers['x-bss-channel']),
      serviceIdentity: identity.name, role: identity.role, tenant: 'default', onBehalfOf, requestId, trace,
      dryRun: !row.readonly && wantsDryRun(headers['prefer']),
      idempotencyKey: optional('Idempotency-Key', headers['idempotency-key'], /^[\x20-\x7e]{1,255}$/),
      host: hostOf(headers['host']),
    };
  }

  /**
   * Whether the caller may call this operation, ownership aside; apart from `admit`, so that a
   * refusal is on record with the name of who was refused.
   * @throws {PolicyViolation} 403 auth.role.insufficient or admin.call.disabled, 429 auth.rate.limited
   */
  allow(row: Operation, { serviceIdentity: identity, role, onBehalfOf }: RequestContext): void {
    const { access, allowAdmin } = this.#options;
    const facts = { operation: row.key, identity };
    if (!row.roles.includes(role)) throw access.roleInsufficient({ ...facts, role, required: row.roles });
    if (row.admin && !allowAdmin) throw access.adminDisabled(facts);
    if (role === 'customer' && onBehalfOf !== null) this.#limit(facts, onBehalfOf);
  }

  #identify(row: Operation, token: string | undefined): Identity {
    if (!token) throw this.#options.access.tokenMissing({ operation: row.key });
    const identity = this.#byDigest.get(sha256(token));
    const same = identity && Buffer.byteLength(identity.token) === Buffer.byteLength(token)
      && timingSafeEqual(Buffer.from(identity.token), Buffer.from(token));
    if (!same) throw this.#options.access.tokenInvalid({ operation: row.key });
    return identity;
  }

  #limit(facts: { operation: string; identity: string }, customerId: string): void {
    const { rateLimit, access } = this.#options;
    const retryAfter = rateLimit.take(customerId);
    if (retryAfter > 0) throw access.rateLimited({ ...facts, customerId, limit: rateLimit.perMinute, retryAfter });
  }
}

/** The caller's request id where it is one, else a new one. */
export const requestIdOf = (headers: IncomingHeaders): string =>
  /^[\x21-\x7e]{1,128}$/.test(headers['x-request-id'] ?? '') ? headers['x-request-id']! : uuidv7();

/** `Prefer: dry-run` (RFC 7240 §2), also among other preferences. */
const wantsDryRun = (prefer: string | undefined): boolean =>
  prefer !== undefined && prefer.toLowerCase().split(',').some((each) => each.split(';')[0]?.trim() === 'dry-run');

/** Null for the names of the machine itself, which lead nobody else here, and for what is no name. */
function hostOf(header: string | undefined): string | null {
  const name = /^([a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i.exec(header ?? '')?.[1];
  return name === undefined || /^(localhost$|127\.|\[::1\]$)/i.test(name) ? null : name;
}

function channelOf(value: string | undefined): Channel {
  if (value === undefined || value === '') return 'system';
  const channel = channels.find((one) => one === value);
  if (!channel) throw new BadRequest(`X-BSS-Channel must be one of ${channels.join(', ')}`);
  return channel;
}

function optional(name: string, value: string | undefined, shape: RegExp): string | null {
  if (value === undefined || value === '') return null;
  if (!shape.test(value)) throw new BadRequest(`${name} is malformed`);
  return value;
}
