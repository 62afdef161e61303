import test from 'ava';
import {
  addContact, changeCustomer, closeLineLive, closeOrderOpen, contactInvalid, contactMediumRequired, customerClosed, customerHasEffects, customerMachine,
  emailFlowRequired, emailTaken, lastMedium, suspendReasonMissing, type ContactFacts, type CustomerFacts,
} from '#policy/customer';
import { documentMissing, documentTaken, kycCustomerClosed, kycMachine, providerForbidden, tokenInvalid, type KycFacts } from '#policy/kyc';
import { holds, walk } from './table.ts';

const customer: CustomerFacts = { customerId: 'CUST-001', reason: 'asked for', liveLines: [], openOrders: [] };
const medium: ContactFacts = { customerId: 'CUST-001', state: 'active', mediumType: 'email', value: 'ada@example.sg', valid: true, takenBy: null, setByCustomer: false };
const kyc: KycFacts = {
  customerId: 'CUST-001', customerState: 'active', provider: 'prebaked', allowedProviders: ['prebaked'], tokenValid: true, documentType: 'passport', missing: [], documentTakenBy: null,
};

test('a customer moves exactly as DOMAIN §4 says', (t) => {
  const changed = 'customer.state_changed';
  walk(t, customerMachine, [
    ['–', 'create', 'prospect', 'customer.created'], ['–', 'register', 'active', 'customer.created'],
    ['prospect', 'contact_added', 'active', changed],
    ['active', 'suspend', 'suspended', changed], ['suspended', 'reinstate', 'active', changed],
    ['prospect', 'close', 'closed', changed], ['active', 'close', 'closed', changed], ['suspended', 'close', 'closed', changed],
  ], customer);
});

test('an identity moves exactly as DOMAIN §4 says', (t) => {
  walk(t, kycMachine, [
    ['–', 'create', 'not_verified', ''],
    ...['not_verified', 'rejected', 'expired'].flatMap((from) => [[from, 'attest', 'verified', 'customer.kyc_verified'], [from, 'refuse', 'rejected', 'customer.kyc_rejected']] as const),
    ['verified', 'expire', 'expired', 'customer.kyc_expired'],
  ], kyc);
});

test('suspending and closing a customer ask their rules', (t) => {
  const context = { customerId: 'CUST-001' };
  holds(t, suspendReasonMissing, 'customer.suspend.reason_missing', customer, { ...customer, reason: ' ' }, context);
  holds(t, closeLineLive, 'customer.close.line_live', customer, { ...customer, liveLines: ['SUB-001'] }, { ...context, subscriptionIds: ['SUB-001'] });
  holds(t, closeOrderOpen, 'customer.close.order_open', customer, { ...customer, openOrders: ['ORD-001'] }, { ...context, orderIds: ['ORD-001'] });
  t.throws(() => customerMachine.move({}, 'active', 'suspend', { ...customer, reason: null }), { message: /needs a reason/ });
  t.throws(() => customerMachine.move({}, 'active', 'close', { ...customer, liveLines: ['SUB-001'] }), { message: /not terminated/ });
  t.throws(() => customerMachine.move({}, 'prospect', 'close', { ...customer, openOrders: ['ORD-001'] }), { message: /open orders/ });
  t.deepEqual(closeLineLive.fix({ ...customer, liveLines: ['SUB-001'] })[0], { hint: 'Terminate SUB-001.', tool: 'subscription.terminate', args: { subscription_id: 'SUB-001' } });
});

test('a contact medium has a form, an owner and a customer who is there', (t) => {
  holds(t, emailTaken, 'customer.create.email_taken', medium, { ...medium, takenBy: 'CUST-002' }, { email: 'ada@example.sg' });
  holds(t, contactInvalid, 'customer.contact.value_invalid', medium, { ...medium, valid: false }, { mediumType: 'email' });
  holds(t, emailFlowRequired, 'customer.contact.email_flow_required', { ...medium, mediumType: 'phone', setByCustomer: true }, { ...medium, setByCustomer: true }, { mediumType: 'email' });
  const removal = { customerId: 'CUST-001', state: 'active', contactMediumId: 'CM-001', remaining: 1 } as const;
  holds(t, lastMedium, 'customer.contact.last_medium', removal, { ...removal, remaining: 0 }, { contactMediumId: 'CM-001', state: 'active' });
  holds(t, customerClosed, 'customer.update.customer_closed', medium, { ...medium, state: 'closed' }, { state: 'closed' });
  t.deepEqual(addContact.check({ ...medium, state: 'closed', valid: false, setByCustomer: true, takenBy: 'CUST-002' }).map(({ rule }) => rule),
    ['customer.update.customer_closed', 'customer.contact.value_invalid', 'customer.contact.email_flow_required', 'customer.create.email_taken']);
  t.throws(() => changeCustomer.permit({}, { customerId: 'CUST-001', state: 'closed' }));
});

test('a customer without medium is a verdict, one with records is kept', (t) => {
  holds(t, contactMediumRequired, 'customer.activate.contact_medium_required', { media: 1 }, { media: 0 }, { missing: ['contactMedium'] });
  const facts = { customerId: 'CUST-001', state: 'active', references: ['order ORD-001'] } as const;
  holds(t, customerHasEffects, 'customer.delete.has_effects', { ...facts, references: [] }, facts, facts);
});

test('an attestation needs a provider, a token and a document of its own', (t) => {
  const context = { customerId: 'CUST-001' };
  holds(t, kycCustomerClosed, 'kyc.attest.customer_closed', kyc, { ...kyc, customerState: 'closed' }, { ...context, state: 'closed' });
  holds(t, providerForbidden, 'kyc.attest.provider_forbidden', kyc, { ...kyc, allowedProviders: [] }, { ...context, provider: 'prebaked', allowed: [] });
  holds(t, tokenInvalid, 'kyc.attest.token_invalid', kyc, { ...kyc, tokenValid: false }, { ...context, provider: 'prebaked' });
  holds(t, documentMissing, 'kyc.attest.document_missing', kyc, { ...kyc, missing: ['dateOfBirth'] }, { ...context, missing: ['dateOfBirth'] });
  holds(t, documentTaken, 'kyc.attest.document_taken', kyc, { ...kyc, documentTakenBy: 'CUST-002' }, { ...context, documentType: 'passport' });
  const attest = (broken: Partial<KycFacts>) => () => kycMachine.move({}, 'not_verified', 'attest', { ...kyc, ...broken });
  for (const broken of [{ customerState: 'closed' }, { allowedProviders: [] }, { tokenValid: false }, { missing: ['x'] }, { documentTakenBy: 'CUST-002' }] as const) t.throws(attest(broken));
  t.notThrows(() => kycMachine.move({}, 'not_verified', 'refuse', { ...kyc, missing: ['x'], documentTakenBy: 'CUST-002' }), 'a refusal needs no document');
});
