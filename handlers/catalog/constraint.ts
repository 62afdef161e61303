import { idTaken, priceOverlap } from '#policy/catalog';
import { violation } from '#policy/rule';
import type { ApiError } from '#runtime/errors';
import type { ConstraintRules } from '#runtime/http/error-body';
import type { Service } from '../service.ts';

const taken = (id: string): ApiError => violation(idTaken, { id, taken: true });

/** What the database refuses to the later of two is refused by the rule it guards (I22). */
export const constraintRules = ({ config }: Service): ConstraintRules => ({
  offering_pkey: taken,
  price_pkey: taken,
  specification_pkey: taken,
  // Only the key is told: offering, price type and validity, but not which price has them.
  price_overlap: (key) => violation(priceOverlap, {
    id: '', taken: false, offeringId: key.split(', ')[0] ?? null, overlapping: null, amountMinor: undefined, currency: null,
    expectedCurrency: config.currency, validFrom: null, validTo: null, frozenAmountChanges: false,
  }),
});
