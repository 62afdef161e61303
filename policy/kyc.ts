import type { CustomerState } from './customer.ts';
import { Machine } from './machine.ts';
import { rule, type Context } from './rule.ts';

export const kycStates = ['not_verified', 'verified', 'rejected', 'expired'] as const;
export type KycState = (typeof kycStates)[number];
export type KycTrigger = 'create' | 'attest' | 'refuse' | 'expire';

export interface KycFacts {
  readonly customerId: string;
  readonly customerState: CustomerState;
  readonly provider: string;
  /** Providers that may attest in this mode of operation. */
  readonly allowedProviders: readonly string[];
  /** The provider knows the token, whatever it says about the person. */
  readonly tokenValid: boolean;
  readonly documentType: string;
  /** Members of the document that neither token nor request carry. */
  readonly missing: readonly string[];
  /** Customer whose identity the document proves already, other than this one. */
  readonly documentTakenBy: string | null;
}

const ids = (facts: KycFacts): Context => ({ customerId: facts.customerId });

export const kycCustomerClosed = rule<KycFacts>({
  code: 'kyc.attest.customer_closed',
  title: 'The customer is closed.',
  when: 'customer closed',
  check: (facts) => facts.customerState !== 'closed',
  context: (facts) => ({ ...ids(facts), state: facts.customerState }),
  fix: () => [{ hint: 'Create the customer anew.', tool: 'customer.create' }],
});

export const providerForbidden = rule<KycFacts>({
  code: 'kyc.attest.provider_forbidden',
  title: 'This provider may not attest here.',
  when: 'unknown, or prebaked outside development',
  check: (facts) => facts.allowedProviders.includes(facts.provider),
  context: (facts) => ({ ...ids(facts), provider: facts.provider, allowed: facts.allowedProviders }),
  fix: ({ allowedProviders }) => [{ hint: allowedProviders.length > 0 ? `Use ${allowedProviders.join(' or ')}.` : 'Set up an identity provider in BSS_KYC_PROVIDER.' }],
});

export const tokenInvalid = rule<KycFacts>({
  code: 'kyc.attest.token_invalid',
  title: 'The provider does not confirm the token.',
  when: 'provider does not confirm',
  check: (facts) => facts.tokenValid,
  context: (facts) => ({ ...ids(facts), provider: facts.provider }),
  fix: (facts) => [{ hint: 'Have the identity checked again and attest with the new token.', tool: 'customer.attest_kyc', args: { customer_id: facts.customerId } }],
});

export const documentMissing = rule<KycFacts>({
  code: 'kyc.attest.document_missing',
  title: 'The document is incomplete.',
  when: 'no number or birth date',
  check: (facts) => facts.missing.length === 0,
  context: (facts) => ({ ...ids(facts), missing: facts.missing }),
  fix: (facts) => [{ hint: `Give ${facts.missing.join(' and ')}.` }],
});

export const documentTaken = rule<KycFacts>({
  code: 'kyc.attest.document_taken',
  title: 'The document proves the identity of another customer.',
  when: 'document of another customer',
  check: (facts) => facts.documentTakenBy === null,
  // Whose document it is stays unsaid: the caller may be the wrong one of the two.
  context: (facts) => ({ ...ids(facts), documentType: facts.documentType }),
  fix: () => [{ hint: 'Open a case for identity recovery.', tool: 'case.open', args: { category: 'identity_recovery' } }],
});

/** What any attestation needs, before the provider's verdict counts. */
export const attestationRules = [kycCustomerClosed, providerForbidden, tokenInvalid] as const;

export const kycMachine = new Machine<'kyc', KycState, KycTrigger, KycFacts>({
  aggregate: 'kyc',
  noun: 'identity',
  area: 'customer',
  states: kycStates,
  final: [],
  event: (to) => `customer.kyc_${to}`,
  transitions: [
    { from: null, trigger: 'create', to: 'not_verified', events: [] },
    {
      from: ['not_verified', 'rejected', 'expired'], trigger: 'attest', to: 'verified',
      guard: [...attestationRules, documentMissing, documentTaken],
    },
    { from: ['not_verified', 'rejected', 'expired'], trigger: 'refuse', to: 'rejected', guard: attestationRules },
    { from: ['verified'], trigger: 'expire', to: 'expired' },
  ],
});
