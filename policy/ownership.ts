import { rule } from './rule.ts';

export interface OwnershipFacts {
  /** What is asked for: `TMF622.productOrder`. */
  readonly type: string;
  readonly id: string;
  /** Customer the request is bound to; empty when the role customer names none. */
  readonly customerId: string;
  /** Customer the row belongs to; null = nobody. */
  readonly ownerId: string | null;
}

/** The owner's id is not told: it belongs to somebody else. */
export const notOwner = rule<OwnershipFacts>({
  code: 'auth.customer.not_owner',
  title: 'This belongs to another customer.',
  when: 'the request is bound to a customer and the row belongs to another',
  status: 403,
  check: ({ customerId, ownerId }) => customerId !== '' && customerId === ownerId,
  context: ({ type, id, customerId }) => ({ type, id, customerId }),
  fix: ({ customerId }) => [
    customerId === '' ? { hint: 'Say for which customer with X-BSS-On-Behalf-Of.' } : { hint: `Ask for what belongs to ${customerId}.`, args: { customer_id: customerId } },
  ],
});
