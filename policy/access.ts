/** The refusals of "every service" that come before any handler (DOMAIN §6). */
import type { Access, AccessFacts } from '#runtime/http/access';
import { rule, violation, type Context } from './rule.ts';

const ids = ({ operation, identity }: AccessFacts): Context => ({ operation, identity: identity ?? null });

/** These rules have been broken when they are asked: the perimeter itself looks at tokens, roles and counts. */
const broken = (): boolean => false;

export const tokenMissing = rule<AccessFacts>({
  code: 'auth.token.missing',
  title: 'The request carries no token.',
  when: 'X-BSS-API-Token is absent or empty',
  status: 401,
  check: broken,
  context: ids,
  fix: () => [{ hint: 'Send the X-BSS-API-Token header; `bss up` shows where the tokens of this installation are kept.' }],
});

export const tokenInvalid = rule<AccessFacts>({
  code: 'auth.token.invalid',
  title: 'Nobody holds this token.',
  when: 'the token belongs to no identity of the configuration',
  status: 401,
  check: broken,
  context: ids,
  fix: () => [{ hint: 'Send the token of an identity that is configured (BSS_<NAME>_API_TOKEN); it may have been changed.' }],
});

export interface RoleFacts extends AccessFacts {
  readonly role: string;
  readonly required: readonly string[];
}

export const roleInsufficient = rule<RoleFacts>({
  code: 'auth.role.insufficient',
  title: 'The role lacks this right.',
  when: 'the role of the identity is not among those of the operation',
  status: 403,
  check: ({ role, required }) => required.includes(role),
  context: (facts) => ({ ...ids(facts), role: facts.role, required: facts.required }),
  fix: ({ required }) => [{ hint: `Ask somebody who is ${required.join(' or ')}.` }],
  message: ({ role, operation }) => `The role ${role} may not call ${operation}.`,
});

export const adminDisabled = rule<AccessFacts>({
  code: 'admin.call.disabled',
  title: 'Administrative calls are switched off.',
  when: 'BSS_ALLOW_ADMIN is off',
  status: 403,
  check: broken,
  context: ids,
  fix: () => [{ hint: 'Start this installation with BSS_ALLOW_ADMIN=true if it is no production one.' }],
});

export interface RateFacts extends AccessFacts {
  readonly customerId: string;
  /** Calls per minute. */
  readonly limit: number;
  /** Seconds. */
  readonly retryAfter: number;
}

export const rateLimited = rule<RateFacts>({
  code: 'auth.rate.limited',
  title: 'Too many calls for this customer.',
  when: 'the customer has used up the calls of this minute',
  status: 429,
  check: ({ retryAfter }) => retryAfter === 0,
  context: (facts) => ({ ...ids(facts), customerId: facts.customerId, limit: facts.limit, retryAfter: facts.retryAfter }),
  fix: ({ retryAfter }) => [{ hint: `Wait ${retryAfter} s.` }],
});

export interface KeyFacts extends AccessFacts {
  readonly key: string;
}

export const keyReused = rule<KeyFacts>({
  code: 'idempotency.key.reused',
  title: 'The Idempotency-Key already stands for something else.',
  when: 'the key was used with another method, path or body',
  check: broken,
  context: (facts) => ({ ...ids(facts), key: facts.key }),
  fix: () => [{ hint: 'Use a new key for another request; repeat the first one exactly to get its answer again.' }],
});

export const keyInFlight = rule<KeyFacts & { readonly retryAfter: number }>({
  code: 'idempotency.key.in_flight',
  title: 'The first call with this Idempotency-Key is still running.',
  when: 'a call with the same key has not ended yet',
  status: 409,
  check: broken,
  context: (facts) => ({ ...ids(facts), key: facts.key, retryAfter: facts.retryAfter }),
  fix: ({ retryAfter }) => [{ hint: `Repeat the request after ${retryAfter} s to get the answer of the first one.` }],
});

/** What the host asks for when it refuses. */
export const access: Access = {
  tokenMissing: (facts) => violation(tokenMissing, facts),
  tokenInvalid: (facts) => violation(tokenInvalid, facts),
  roleInsufficient: (facts) => violation(roleInsufficient, facts),
  adminDisabled: (facts) => violation(adminDisabled, facts),
  rateLimited: (facts) => violation(rateLimited, facts),
  keyReused: (facts) => violation(keyReused, facts),
  keyInFlight: (facts) => violation(keyInFlight, facts),
};
