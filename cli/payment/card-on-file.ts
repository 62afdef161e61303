import { CardRefused, tokenizeCard, type TokenizedCard } from '../card-tokenizer.ts';
import { Refused } from '../failure.ts';
import { lineFrom } from '../input.ts';
import type { Session } from '../session.ts';

/** Body of `payment.createPaymentMethod` for a card that was made a token here. */
export const cardBody = (customerId: string, { token, brand, last4, expMonth, expYear }: TokenizedCard, makeDefault: boolean) =>
  ({ customerId, token, brand, last4, expMonth, expYear, makeDefault });

/** `bss payment add-card`; `-` reads the number from stdin. @throws Refused for a card that has no place here */
export async function addCard(session: Session, customerId: string, written: string, makeDefault: boolean): Promise<number> {
  const number = written === '-' ? await lineFrom(session, 'Card number or token: ') : written;
  return session.show(session.clients.payment.POST('/paymentMethod', { body: cardBody(customerId, tokenized(number), makeDefault), ...session.once }));
}

function tokenized(number: string): TokenizedCard {
  try {
    return tokenizeCard(number);
  } catch (error) {
    if (!(error instanceof CardRefused)) throw error;
    throw new Refused(error.rule, error.message, [{ hint: 'rehearse with 4242424242424242' }]);
  }
}
