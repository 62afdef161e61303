import { ok } from '#runtime/client';
import { clean } from './renderers/text.ts';
import { cardText, moneyText } from './renderers/values.ts';
import type { Session } from './session.ts';

/** `Charge SGD 3.00 to Visa **4242 for VAS_DATA_1GB on SUB-009?` */
export async function topUpQuestion(session: Session, subscriptionId: string, offeringId: string, cardId: string | undefined): Promise<string> {
  const { customerId } = await ok(session.clients.subscription.GET('/subscription/{id}', { params: { path: { id: subscriptionId } } }));
  return chargeQuestion(session, { customerId, offeringId, cardId, what: `on ${clean(subscriptionId)}` });
}

/** `Charge SGD 25.00 to Visa **4242 for PLAN_M of CUST-001?` */
export const orderQuestion = (session: Session, customerId: string, offeringId: string): Promise<string> =>
  chargeQuestion(session, { customerId, offeringId, cardId: undefined, what: `of ${clean(customerId)}` });

interface Charge {
  readonly customerId: string;
  readonly offeringId: string;
  /** The default card unless named. */
  readonly cardId: string | undefined;
  readonly what: string;
}

async function chargeQuestion({ clients }: Session, { customerId, offeringId, cardId, what }: Charge): Promise<string> {
  const [price, cards] = await Promise.all([
    ok(clients.catalog.GET('/offering/{id}/activePrice', { params: { path: { id: offeringId } } })),
    ok(clients.payment.GET('/paymentMethod', { params: { query: { customerId } } })),
  ]);
  const card = cards.find(({ id, isDefault, status }) => (cardId === undefined ? isDefault && status === 'active' : id === cardId));
  const target = card ? cardText(card.brand, card.last4) : 'the card on file';
  return `Charge ${moneyText(price.amount)} to ${target} for ${clean(offeringId)} ${what}?`;
}
