import { randomHex } from '#runtime/ids';
import { luhnDigit } from '#runtime/numbering';

/** What may leave this process of a card. */
export interface TokenizedCard {
  readonly token: string;
  readonly brand: string;
  readonly last4: string;
  readonly expMonth: number;
  readonly expYear: number;
}

/** Thrown for any card that is no rehearsal card; the message never holds its number. */
export class CardRefused extends Error {
  /** Rule of DOMAIN §6 that the service would name. */
  readonly rule: 'payment_method.add.token_missing' | 'payment_method.add.number_invalid';

  constructor(rule: CardRefused['rule'], message: string) {
    super(message);
    this.name = 'CardRefused';
    this.rule = rule;
  }
}

/** DOMAIN §3: every rehearsal card, and what happens with it. */
export const mockCards: Readonly<Record<string, string>> = {
  '4242424242424242': 'approves',
  '4000000000000002': 'is declined',
  '4000000000009995': 'is declined for insufficient funds',
  '4000000000000341': 'authorises, then declines the capture',
  '4000000000000119': 'times out twice, then approves',
};

/** Rehearsal cards last; far enough for every simulated year. */
const expiry = { expMonth: 12, expYear: 2049 } as const;

const tokenShape = /^tok_([a-z]+)_(\d{4})_[0-9a-f]{8,64}$/;

/**
 * Turns a rehearsal card into a token inside this process, so that no card number ever travels;
 * a token stays what it is.
 * @throws {CardRefused} any other number: real cards have no place here
 */
export function tokenizeCard(input: string): TokenizedCard {
  const token = tokenShape.exec(input.trim());
  if (token) return { token: token[0], brand: token[1]!, last4: token[2]!, ...expiry };
  const digits = input.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) throw new CardRefused('payment_method.add.token_missing', 'That is neither a token (tok_…) nor a card number.');
  if (luhnDigit(digits.slice(0, -1)) !== Number(digits.at(-1))) {
    throw new CardRefused('payment_method.add.number_invalid', 'That is not the number of any card: its check digit is wrong.');
  }
  if (!Object.hasOwn(mockCards, digits)) {
    throw new CardRefused('payment_method.add.token_missing', `Only rehearsal cards are accepted here: ${Object.keys(mockCards).join(', ')}.`);
  }
  const last4 = digits.slice(-4);
  return { token: `tok_visa_${last4}_${randomHex(12)}`, brand: 'visa', last4, ...expiry };
}
