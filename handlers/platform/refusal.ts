import type { Database } from '#db/database';
import { record } from '#events/record';
import { requireContext, runWith } from '#runtime/context';
import type { PolicyViolation } from '#runtime/errors';
import type { Operation } from '#runtime/operation';

/**
 * Keeps the refusals of a service in the ledger: one `policy.refused` each, in a transaction of its
 * own, since the one of the refused effect is rolled back (DOMAIN §1). The aggregate is the rule, so
 * that its refusals are one chain.
 */
export const refusalRecorder = (database: Database) =>
  (violation: PolicyViolation, row: Operation): Promise<void> =>
    // Without the key of the call: a refusal is no effect that a repeat of it could find.
    runWith({ ...requireContext(), idempotencyKey: null }, () => database.tx(async (tx) =>
      record(tx, 'policy.refused', violation.rule, { rule: violation.rule, operation: row.key, context: violation.context })));
