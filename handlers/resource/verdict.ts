import type { Document } from './resource.ts';
import type { PolicyViolation } from '#runtime/errors';

/** Name of the extension in which a recorded, effectless resource shows its rule (DOMAIN §1). */
export const verdictAttribute = 'policyViolation';

/** What stands there: the error body of DOMAIN §10 without what belongs to an HTTP answer. */
export const verdict = ({ rule, message, context, fix }: PolicyViolation): Document =>
  ({ code: 'POLICY_VIOLATION', reason: rule, message, '@type': 'PolicyViolation', context, fix });
