import type { components } from '#generated/types/TMF629';
import { MissingInput } from '../failure.ts';
import { dayOf } from '../moment.ts';

export interface NewCustomer {
  readonly name: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly dateOfBirth?: string | undefined;
}

type ContactMedium = components['schemas']['ContactMedium'];

/** TMF629 customer to create: the person as engaged party, each way to reach them as a contact medium. @throws MissingInput without a name, UsageError for a day that is none */
export function customerBody({ name, email, phone, dateOfBirth }: NewCustomer) {
  if (name.trim() === '') throw new MissingInput('Say the name of the customer.');
  if (dateOfBirth !== undefined) dayOf(dateOfBirth, '--date-of-birth');
  const contactMedium: ContactMedium[] = [];
  if (email !== undefined) contactMedium.push({ mediumType: 'email', preferred: true, characteristic: { emailAddress: email } });
  if (phone !== undefined) contactMedium.push({ mediumType: 'phone', preferred: email === undefined, characteristic: { phoneNumber: phone } });
  return {
    name,
    engagedParty: { id: name, name, '@referredType': 'Individual' },
    ...(contactMedium.length > 0 ? { contactMedium } : {}),
    ...(dateOfBirth === undefined ? {} : { characteristic: [{ name: 'dateOfBirth', valueType: 'date', value: dateOfBirth }] }),
  };
}
