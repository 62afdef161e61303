import { ok } from '#runtime/client';
import { clean } from './renderers/text.ts';
import { cardText, dateText, moneyText } from './renderers/values.ts';
import type { Session } from './session.ts';

/** `Charge SGD 3.00 to Visa **4242 for VAS_DATA_1GB on SUB-009?` */
export async function topUpQuestion(session: Session, subscriptionId: string, offeringId: string, cardId: string | undefined): Promise<string> {
  const { customerId } = await ok(session.clients.subscription.GET('/subscription/{id}', { params: { path: { id: subscriptionId } } }));
  return chargeQuestion(session, { customerId, offeringId, cardId, what: `on ${clean(subscriptionId)}` });
}

/** `Charge SGD 25.00 to Visa **4242 for PLAN_M of CUST-001?` */
export const orderQuestion = (session: Session, customerId: string, offeringId: string): Promise<string> =>
  chargeQuestion(session, { customerId, offeringId, cardId: undefined, what: `of ${clean(customerId)}` });

/** `Charge SGD 25.00 to Visa **4242 for the next period of SUB-009?` */
export async function renewalQuestion({ clients }: Session, subscriptionId: string): Promise<string> {
  const line = await ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id: subscriptionId } } }));
  const cards = await ok(clients.payment.GET('/paymentMethod', { params: { query: { customerId: line.customerId, status: 'active' } } }));
  const { amount } = (line.pendingChange ?? line).price;
  return `Charge ${moneyText(amount)} to ${targetOf(cards.find(({ isDefault }) => isDefault))} for the next period of ${clean(subscriptionId)}?`;
}

/** `Change SUB-009 from PLAN_S to PLAN_M, SGD 25.00, on 2026-12-28?` */
export async function planChangeQuestion({ clients }: Session, subscriptionId: string, offeringId: string): Promise<string> {
  const [line, price] = await Promise.all([
    ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id: subscriptionId } } })),
    ok(clients.catalog.GET('/offering/{id}/activePrice', { params: { path: { id: offeringId } } })),
  ]);
  return `Change ${clean(subscriptionId)} from ${clean(line.offeringId)} to ${clean(offeringId)}, ${moneyText(price.amount)}, on ${dateText(line.periodEnd)}?`;
}

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
  return `Charge ${moneyText(price.amount)} to ${targetOf(card)} for ${clean(offeringId)} ${what}?`;
}

const targetOf = (card: { readonly brand: string; readonly last4: string } | undefined): string => (card ? cardText(card.brand, card.last4) : 'the card on file');
