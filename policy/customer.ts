import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

export const customerStates = ['prospect', 'active', 'suspended', 'closed'] as const;
export type CustomerState = (typeof customerStates)[number];
export type CustomerTrigger = 'create' | 'register' | 'contact_added' | 'suspend' | 'reinstate' | 'close';

export interface CustomerFacts {
  /** Null while the customer has no id yet. */
  readonly customerId: string | null;
  readonly reason: string | null;
  /** Lines that are not terminated. */
  readonly liveLines: readonly string[];
  /** Product orders that are not final. */
  readonly openOrders: readonly string[];
}

export type MediumType = 'email' | 'phone' | 'postalAddress';

/** A contact medium that is to be added or changed. */
export interface ContactFacts {
  readonly customerId: string | null;
  readonly state: CustomerState | null;
  readonly mediumType: MediumType;
  readonly value: string | null;
  readonly valid: boolean;
  /** Customer who has this live e-mail address, other than this one. */
  readonly takenBy: string | null;
  /** The value is set by the customer, over a channel that has not proven the address. */
  readonly setByCustomer: boolean;
}

export interface ContactRemovalFacts {
  readonly customerId: string;
  readonly state: CustomerState;
  readonly contactMediumId: string;
  /** Live media that would be left. */
  readonly remaining: number;
}

export interface CustomerDeleteFacts {
  readonly customerId: string;
  readonly state: CustomerState;
  /** `type id` of what hangs on the customer. */
  readonly references: readonly string[];
}

export const emailTaken = rule<ContactFacts>({
  code: 'customer.create.email_taken',
  title: 'Another customer has this e-mail address.',
  when: 'live e-mail of another customer',
  check: (facts) => facts.takenBy === null,
  context: (facts) => ({ customerId: facts.customerId, email: facts.value }),
  fix: (facts) => [{ hint: 'Look up who has it, or use another address.', tool: 'customer.find_by_email', args: { email: facts.value } }],
});

const expectedForm: Readonly<Record<MediumType, string>> = {
  email: 'an e-mail address such as ada@example.sg in characteristic.emailAddress',
  phone: 'an E.164 number such as +6590000042 in characteristic.phoneNumber',
  postalAddress: 'at least street1, city or postCode in characteristic',
};

export const contactInvalid = rule<ContactFacts>({
  code: 'customer.contact.value_invalid',
  title: 'The contact medium has no usable value.',
  when: 'not an e-mail, E.164, address',
  check: (facts) => facts.valid,
  context: (facts) => ({ customerId: facts.customerId, mediumType: facts.mediumType }),
  fix: (facts) => [{ hint: `A ${facts.mediumType} needs ${expectedForm[facts.mediumType]}.` }],
});

export const lastMedium = rule<ContactRemovalFacts>({
  code: 'customer.contact.last_medium',
  title: 'A live customer keeps at least one contact medium.',
  when: 'last one of a live customer',
  check: (facts) => facts.remaining > 0 || facts.state === 'prospect',
  context: (facts) => ({ customerId: facts.customerId, state: facts.state, contactMediumId: facts.contactMediumId }),
  fix: (facts) => [{ hint: 'Add another one first.', tool: 'customer.add_contact_medium', args: { customer_id: facts.customerId } }],
});

export const emailFlowRequired = rule<ContactFacts>({
  code: 'customer.contact.email_flow_required',
  title: 'Customers change their e-mail address through a code sent to the new one.',
  when: 'role customer sets e-mail directly',
  check: (facts) => !facts.setByCustomer || facts.mediumType !== 'email',
  context: (facts) => ({ customerId: facts.customerId, mediumType: facts.mediumType }),
  fix: () => [{ hint: 'Use the e-mail change of the portal.' }],
});

export const customerClosed = rule<{ readonly customerId: string | null; readonly state: CustomerState | null }>({
  code: 'customer.update.customer_closed',
  title: 'The customer is closed.',
  when: 'customer closed',
  check: (facts) => facts.state !== 'closed',
  context: (facts) => ({ customerId: facts.customerId, state: facts.state }),
  fix: () => [{ hint: 'Create the customer anew.', tool: 'customer.create' }],
});

export const suspendReasonMissing = rule<CustomerFacts>({
  code: 'customer.suspend.reason_missing',
  title: 'Suspending a customer needs a reason.',
  when: 'no reason',
  check: (facts) => (facts.reason ?? '').trim() !== '',
  context: (facts) => ({ customerId: facts.customerId }),
  fix: () => [{ hint: 'Say why in reason.' }],
});

export const closeLineLive = rule<CustomerFacts>({
  code: 'customer.close.line_live',
  title: 'The customer has lines that are not terminated.',
  when: 'line not terminated',
  check: (facts) => facts.liveLines.length === 0,
  context: (facts) => ({ customerId: facts.customerId, subscriptionIds: facts.liveLines }),
  fix: (facts) => facts.liveLines.map((id) => ({ hint: `Terminate ${id}.`, tool: 'subscription.terminate', args: { subscription_id: id } })),
});

export const closeOrderOpen = rule<CustomerFacts>({
  code: 'customer.close.order_open',
  title: 'The customer has open orders.',
  when: 'order or port open',
  check: (facts) => facts.openOrders.length === 0,
  context: (facts) => ({ customerId: facts.customerId, orderIds: facts.openOrders }),
  fix: (facts) => facts.openOrders.map((id) => ({ hint: `Wait until ${id} is done, or cancel it.`, tool: 'order.wait_until', args: { order_id: id } })),
});

/** Recorded, not refused: a customer nobody can reach is a prospect (DOMAIN §1, verdict). */
export const contactMediumRequired = rule<{ readonly media: number }>({
  code: 'customer.activate.contact_medium_required',
  title: 'A customer without contact medium is a prospect only.',
  when: 'no contact medium',
  check: (facts) => facts.media > 0,
  context: () => ({ missing: ['contactMedium'] }),
  fix: () => [{ hint: 'Add an e-mail address, phone number or postal address.', tool: 'customer.add_contact_medium' }],
});

export const customerHasEffects = rule<CustomerDeleteFacts>({
  code: 'customer.delete.has_effects',
  title: 'Records hang on the customer.',
  when: 'records or effects hang on it',
  check: (facts) => facts.references.length === 0,
  context: (facts) => ({ customerId: facts.customerId, state: facts.state, references: facts.references }),
  fix: (facts) => [{ hint: 'Close the customer instead.', tool: 'customer.close', args: { customer_id: facts.customerId } }],
});

export const customerMachine = new Machine<'customer', CustomerState, CustomerTrigger, CustomerFacts>({
  aggregate: 'customer',
  area: 'customer',
  states: customerStates,
  final: ['closed'],
  event: () => 'customer.state_changed',
  transitions: [
    { from: null, trigger: 'create', to: 'prospect', events: ['customer.created'] },
    { from: null, trigger: 'register', to: 'active', events: ['customer.created'] },
    { from: ['prospect'], trigger: 'contact_added', to: 'active' },
    { from: ['active'], trigger: 'suspend', to: 'suspended', guard: [suspendReasonMissing] },
    { from: ['suspended'], trigger: 'reinstate', to: 'active' },
    { from: ['prospect', 'active', 'suspended'], trigger: 'close', to: 'closed', guard: [closeLineLive, closeOrderOpen] },
  ],
});

const contactRules = [customerClosed, contactInvalid, emailFlowRequired, emailTaken] as const;

/** Checks of the contact media of a new customer; the permit itself comes from the machine. */
export const newContactRules = [contactInvalid, emailTaken] as const;

export const addContact = action<'customer.add_contact', ContactFacts>('customer.add_contact', contactRules);
export const changeContact = action<'customer.change_contact', ContactFacts>('customer.change_contact', contactRules);
export const removeContact = action<'customer.remove_contact', ContactRemovalFacts>('customer.remove_contact', [customerClosed, lastMedium]);
export const changeCustomer = action<'customer.change', { readonly customerId: string; readonly state: CustomerState }>('customer.change', [customerClosed]);
export const deleteCustomer = action<'customer.delete', CustomerDeleteFacts>('customer.delete', [customerHasEffects]);
