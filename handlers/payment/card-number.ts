import { luhnDigit } from '#runtime/numbering';
import { isObject } from '../resource/json.ts';
import type { Document } from '../resource/resource.ts';

const numberShape = /\b\d(?:[ -]?\d){11,18}\b/g;

/** What a text that may be a card number is. */
export type CardDigits = 'none' | 'valid' | 'mistyped';

const digitsOf = (text: string): string => text.replace(/[ -]/g, '');

const hasCheckDigit = (digits: string): boolean => luhnDigit(digits.slice(0, -1)) === Number(digits.at(-1));

/** Whether a whole text is a card number, 12 to 19 digits (ISO/IEC 7812-1), and its check digit right. */
export function cardDigits(text: string): CardDigits {
  const digits = digitsOf(text.trim());
  if (!/^\d{12,19}$/.test(digits)) return 'none';
  return hasCheckDigit(digits) ? 'valid' : 'mistyped';
}

const masked = (text: string): string =>
  text.replace(numberShape, (number) => (hasCheckDigit(digitsOf(number)) ? `************${digitsOf(number).slice(-4)}` : number));

/** Members of a bank card by value that nobody may keep, not even masked. */
const codes = new Set(['cvv', 'cvc', 'securitycode']);

/**
 * A posted TMF676 resource whose payment method, which may come by value, shows no card number and
 * no security code: cards are kept as tokens only (DOMAIN §9 "Secrets").
 */
export function withoutCardNumbers(posted: Document): Document {
  return 'paymentMethod' in posted ? { ...posted, paymentMethod: cleaned(posted['paymentMethod']) } : posted;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return masked(value);
  if (typeof value === 'number') return cardDigits(String(value)) === 'valid' ? masked(String(value)) : value;
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !codes.has(name.toLowerCase())).map(([name, member]) => [name, cleaned(member)]));
}
