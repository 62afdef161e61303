import type { components as Tmf629 } from '#generated/types/TMF629';
import { card } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean } from './text.ts';
import { anyText, dateText } from './values.ts';

export type Customer = Tmf629['schemas']['Customer'];

/** A customer as TMF629 holds it. */
export function renderCustomer(customer: Customer, look: Look): string {
  const facts = [clean(customer.name ?? '-'), ...contacts(customer)].join('   ');
  const more = [kycText(customer, look), sinceText(customer), customer.statusReason ? clean(customer.statusReason) : ''];
  return card({
    title: 'Customer',
    marks: [clean(customer.id ?? ''), stateText(customer.status ?? '', look, clean(customer.status ?? ''))],
    lines: [facts, more.filter(Boolean).join('   ')].filter(Boolean),
  }, look);
}

/** Values of the contact media in their order: address, number, street and city. */
export function contacts(customer: Customer): string[] {
  return (customer.contactMedium ?? []).map(({ characteristic }) => {
    const { emailAddress, phoneNumber, street1, city, postCode } = characteristic;
    return clean(emailAddress ?? phoneNumber ?? [street1, city, postCode].filter(Boolean).join(' '));
  }).filter((value) => value !== '');
}

/** `KYC verified`; the state travels as an extension of the customer (DOMAIN §4 "KYC"). */
export function kycText(customer: Customer & { readonly kycStatus?: unknown }, look: Look): string {
  if (typeof customer.kycStatus !== 'string') return '';
  return `KYC ${stateText(customer.kycStatus, look, clean(customer.kycStatus).replaceAll('_', ' '))}`;
}

export const sinceText = (customer: Customer): string =>
  (customer.validFor?.startDateTime ? `since ${dateText(anyText(customer.validFor.startDateTime))}` : '');
