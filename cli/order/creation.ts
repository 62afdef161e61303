import type { components } from '#generated/types/TMF622';
import { keyed, ok } from '#runtime/client';
import { confirm } from '../confirm.ts';
import { orderQuestion } from '../money-question.ts';
import type { Session } from '../session.ts';
import { followOrder } from './follow.ts';

export interface NewOrder {
  readonly customerId: string;
  readonly offeringId: string;
  readonly msisdn?: string | undefined;
  readonly note?: string | undefined;
}

type OrderBody = Pick<components['schemas']['ProductOrder'], 'productOrderItem' | 'relatedParty' | 'note'>;

/** TMF622 productOrder for one line: action add, one item (DOMAIN §5 F1). */
export function orderBody({ customerId, offeringId, msisdn, note }: NewOrder): OrderBody {
  const product = msisdn === undefined ? {} : { product: { productCharacteristic: [{ name: 'msisdnPreference', valueType: 'string', value: msisdn }] } };
  return {
    productOrderItem: [{ id: '1', action: 'add', quantity: 1, productOffering: { id: offeringId }, ...product }],
    relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }],
    ...(note === undefined ? {} : { note: [{ text: note }] }),
  };
}

/** Places an order without asking. @returns the order as acknowledged or rejected */
export const placeOrder = ({ clients }: Pick<Session, 'clients'>, order: NewOrder, key: string) =>
  ok(clients.TMF622.POST('/productOrder', { body: orderBody(order), ...keyed(key) }));

/** `bss order create`: asks, places the order and follows it. @returns the exit code */
export async function createOrder(session: Session, order: NewOrder, wait: boolean): Promise<number> {
  await confirm(session, () => orderQuestion(session, order.customerId, order.offeringId));
  const call = session.clients.TMF622.POST('/productOrder', { body: orderBody(order), ...session.once });
  if (session.dryRun || !wait) return session.show(call);
  const { id = '' } = await ok(call);
  return followOrder(session, id);
}
