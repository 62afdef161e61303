/** Where a body built from the schema alone would be refused by a rule, or says nothing of the domain. */
import type { OperationKey } from '#generated/operations';
import type { Json } from './sample-body.ts';

/** Ids of what the hero story left behind. */
export interface Story {
  readonly customerId: string;
  readonly subscriptionId: string;
  /** What paid for the line, and the receipt for it. */
  readonly paymentId: string;
  readonly billId: string;
}

type Body = Readonly<Record<string, Json>>;
type Seed = (body: Body, story: Story) => Body;

const first = (value: Json | undefined): Body => (value as readonly Body[])[0]!; // a full body has one of each

/** Members laid over the full body. */
export const fullSeeds: Partial<Record<OperationKey, Seed>> = {
  // An id of ours must name something (DOMAIN §1): the order becomes a real one.
  'TMF622.createProductOrder': (body, { customerId }) => {
    const item = first(body['productOrderItem']);
    const offering = { id: 'PLAN_S', name: 'Small', '@type': 'ProductOfferingRef' };
    const { productOrderItem: _, ...flat } = item;
    return {
      ...body, relatedParty: [{ id: customerId, role: 'customer', name: 'Ada Lim', '@referredType': 'Customer' }],
      productOrderItem: [{ ...flat, quantity: 1, action: 'add', productOffering: offering, product: { ...(item['product'] as Body), productOffering: offering, productCharacteristic: [{ name: 'colour', value: 'red' }] } }],
    };
  },
};

/** One change that every resource of the kind takes; `description` where none is named. */
export const patches: Readonly<Record<string, Body>> = {
  'TMF629.patchCustomer': { name: 'Ada Lim-Tan' },
  'TMF678.patchCustomerBill': { state: 'onHold' },
};
