/** Attributes that we answer and filter on though the schema of the resource has none of the kind (TMF630 §6). */
import type { ResourceKey } from '#generated/resources';
import { verdictAttribute } from './verdict.ts';

const extensions: Partial<Record<ResourceKey, readonly string[]>> = {
  'TMF620.productOfferingPrice': ['productOffering'],
  'TMF621.troubleTicket': ['slaDueAt', 'agentId', 'caseId'],
  'TMF622.productOrder': [verdictAttribute],
  'TMF622.cancelProductOrder': [verdictAttribute],
  'TMF629.customer': ['kycStatus', verdictAttribute],
  'TMF635.usage': ['subscriptionId', 'customerId', 'msisdn', 'allowance', 'consumed', 'unratedExcess', 'recycleCount', verdictAttribute],
  'TMF641.serviceOrder': [verdictAttribute],
  'TMF641.cancelServiceOrder': [verdictAttribute],
  'TMF676.payment': [verdictAttribute],
  'TMF676.refund': [verdictAttribute],
  'TMF678.customerBillOnDemand': [verdictAttribute],
};

/** First-level names; none for most resources. */
export const extensionsOf = (key: ResourceKey): readonly string[] => extensions[key] ?? [];
