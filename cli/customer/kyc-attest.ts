import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CustomerKycAttestCommand extends WriteCommand {
  static override paths = [['customer', 'kyc-attest']];

  static override usage = Command.Usage({
    category: 'Customer',
    description: 'Record that an identity provider has checked the customer.',
    details: 'The provider "prebaked" exists in development only. The document number is hashed by the service and never shown again.',
    examples: [['In development', '$0 customer kyc-attest CUST-001 --document-number S1234567A --date-of-birth 1990-12-31']],
  });

  id = Option.String({ name: 'customer-id' });
  provider = Option.String('--provider', 'prebaked', { description: 'Identity provider.' });
  token = Option.String('--token', 'ok', { description: 'Token the provider issued.' });
  documentType = Option.String('--document-type', { description: 'Kind of document: national_id, passport.' });
  documentNumber = Option.String('--document-number', { description: 'Number on the document.' });
  documentCountry = Option.String('--document-country', { description: 'Country that issued it: SG.' });
  dateOfBirth = Option.String('--date-of-birth', { description: 'Birth date on the document, 1990-12-31.' });

  protected override async run(session: Session): Promise<number> {
    if (this.dateOfBirth !== undefined) (await import('../moment.ts')).dayOf(this.dateOfBirth, '--date-of-birth');
    const { documentType, documentNumber, documentCountry, dateOfBirth } = this;
    const document = Object.fromEntries(Object.entries({ documentType, documentNumber, documentCountry, dateOfBirth }).filter(([, value]) => value !== undefined));
    const body = { provider: this.provider, attestationToken: this.token, ...document };
    return session.show(session.clients.crm.POST('/customer/{id}/kycAttestation', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
