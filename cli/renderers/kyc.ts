import type { components } from '#generated/types/crm';
import { card } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean } from './text.ts';
import { dateText, minuteText } from './values.ts';

export type Kyc = components['schemas']['Kyc'];

/** What an identity provider has said of a customer; the document's number is not kept, only its hash. */
export function renderKyc(kyc: Kyc, look: Look): string {
  const document = [kyc.documentType, kyc.documentCountry].filter((part) => part !== null && part !== undefined).map(clean).join(' ').replaceAll('_', ' ');
  const attested = kyc.attestedAt ? `attested by ${clean(kyc.provider ?? '-')} ${minuteText(kyc.attestedAt)}` : '';
  const facts = [document, attested, kyc.expiresAt ? `until ${dateText(kyc.expiresAt)}` : ''].filter(Boolean).join('   ');
  return card({
    title: 'Identity', marks: [clean(kyc.customerId), stateText(kyc.kycStatus, look, kyc.kycStatus.replaceAll('_', ' '))],
    lines: [facts || `not attested yet: bss customer kyc-attest ${clean(kyc.customerId)}`],
  }, look);
}
