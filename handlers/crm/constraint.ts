import { emailTaken } from '#policy/customer';
import { violation } from '#policy/rule';
import type { ConstraintRules } from '#runtime/http/error-body';

/** What the database refuses to the later of two is refused by the rule it guards (I17). */
export const constraintRules: ConstraintRules = {
  contact_medium_live_email: (email) => violation(emailTaken, {
    customerId: null, state: null, mediumType: 'email', value: email, valid: true, takenBy: 'another customer', setByCustomer: false,
  }),
};
