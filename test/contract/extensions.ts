/** Attributes our rows have that their document does not (TMF630 §6 lets a server extend a resource), and why. */
import { attributes } from '#generated/attributes';
import { resources, type ResourceKey } from '#generated/resources';

const verdict = { policyViolation: 'why what was recorded has no effect (DOMAIN §1)' };

export const extensions: Partial<Record<ResourceKey, Readonly<Record<string, string>>>> = {
  'TMF620.productOfferingPrice': { productOffering: 'the offering it is a price of' },
  'TMF621.troubleTicket': { slaDueAt: 'when it must be solved', agentId: 'who works on it', caseId: 'the case it belongs to' },
  'TMF622.productOrder': verdict,
  'TMF629.customer': { ...verdict, kycStatus: 'whether the customer may buy' },
  'TMF635.usage': {
    ...verdict, recycleCount: 'rounds it has had', subscriptionId: 'the line it was found to be of', customerId: 'whose line that is', msisdn: 'the number in our form',
    allowance: 'what it was taken from', consumed: 'how much of that', unratedExcess: 'what was left over and not charged',
  },
  'TMF638.service': { '@type': 'every row of ours tells its type (TMF.md §3); the document forgot it' },
  'TMF641.serviceOrder': verdict,
  'TMF676.payment': verdict,
  'TMF676.refund': { ...verdict, paymentDate: 'mandatory in TMF.md §3, beside refundDate' },
  'TMF678.customerBillOnDemand': verdict,
};

/** Attributes of a row that neither its document nor the table above knows. */
export function undeclared(key: ResourceKey, row: Readonly<Record<string, unknown>>): string[] {
  const { api, schema } = resources[key];
  const declared = attributes[api]?.[schema] ?? {};
  return Object.keys(row).filter((name) => !Object.hasOwn(declared, name) && !Object.hasOwn(extensions[key] ?? {}, name));
}
