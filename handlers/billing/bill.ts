import type { BillState } from '#policy/bill';
import { attributes } from '#generated/attributes';
import { listOf } from '../resource/json.ts';
import type { ResourceDefinition, ResourceRow } from '../resource/resource.ts';

/** A settled receipt or a credit note; the payment process writes it with the money (I8, I13, I14). */
export interface BillRow extends ResourceRow {
  readonly billNo: string;
  readonly billDate: Date;
  readonly state: BillState;
  readonly category: 'normal' | 'creditNote';
  readonly customerId: string;
  readonly billingAccountId: string;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly operatorName: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly taxExcludedMinor: number;
  readonly taxMinor: number;
  readonly taxRateBp: number;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
}

/** Everything but the state is as it was settled. */
const settledAttributes = Object.keys(attributes['TMF678']?.['CustomerBill'] ?? {}).filter((name) => name !== 'state' && name !== 'lastUpdate');

/** TMF678 customerBill: what may change is a column, the rest as written. */
export const billDefinition: ResourceDefinition<BillRow, 'id'> = {
  key: 'TMF678.customerBill',
  table: 'billing.customer_bill',
  columns: {
    billNo: { column: 'bill_no', type: 'text' },
    billDate: { column: 'bill_date', type: 'timestamptz' },
    state: { column: 'state', type: 'text' },
    category: { column: 'category', type: 'text' },
    lastUpdate: { column: 'updated_at', type: 'timestamptz' },
    'billingAccount.id': { column: 'billing_account_id', type: 'text' },
    'appliedPayment.payment.id': { column: 'payment_id', type: 'text' },
    'relatedParty.id': { column: 'customer_id', type: 'text' },
  },
  sortNewest: 'bill_date',
  ownerColumn: 'customer_id',
  readOnly: [...settledAttributes, 'lastUpdate'],
  mandatory: ['state'],
  stateAttribute: 'state',
  reads: ['id'],
  // The address of a receipt is where this installation is reached now, so it is not stored.
  project: ({ id, document }, { href }) => ({
    billDocument: listOf(document['billDocument']).map((attachment) => ({ ...attachment, href: href(`/bss-api/billing/v1/customerBill/${id}/document`) })),
  }),
  permits: {},
};

export interface RateRow extends ResourceRow {
  readonly billId: string;
  readonly customerId: string;
  readonly name: string;
  readonly offeringId: string | null;
  readonly priceId: string | null;
  readonly subscriptionId: string | null;
  readonly currency: string;
  readonly amountMinor: number;
  readonly taxExcludedMinor: number;
  readonly taxMinor: number;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
}

/** TMF678 appliedCustomerBillingRate; a rate exists only on a bill. */
export const rateDefinition: ResourceDefinition<RateRow> = {
  key: 'TMF678.appliedCustomerBillingRate',
  table: 'billing.applied_rate',
  columns: {
    name: { column: 'name', type: 'text' },
    date: { column: 'created_at', type: 'timestamptz' },
    'bill.id': { column: 'bill_id', type: 'text' },
    'billingAccount.id': { column: 'billing_account_id', type: 'text' },
  },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  readOnly: [],
  mandatory: [],
  permits: {},
};
