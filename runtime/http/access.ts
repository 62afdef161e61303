import type { ApiError } from '#runtime/errors';

/** Ids of the request, carried by every refusal. */
export interface AccessFacts {
  readonly operation: string;
  readonly identity?: string;
}

/** The refusals of "every service" in DOMAIN §6 as the host needs them; `policy/access.ts` has the rules. */
export interface Access {
  tokenMissing(facts: AccessFacts): ApiError;
  tokenInvalid(facts: AccessFacts): ApiError;
  roleInsufficient(facts: AccessFacts & { role: string; required: readonly string[] }): ApiError;
  adminDisabled(facts: AccessFacts): ApiError;
  rateLimited(facts: AccessFacts & { customerId: string; limit: number; retryAfter: number }): ApiError;
  keyReused(facts: AccessFacts & { key: string }): ApiError;
  keyInFlight(facts: AccessFacts & { key: string; retryAfter: number }): ApiError;
}
