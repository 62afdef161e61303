import type { components } from '#generated/types/payment';
import { card } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean } from './text.ts';
import { cardText } from './values.ts';

export type PaymentMethod = components['schemas']['PaymentMethod'];

/** A card on file: what a customer recognises it by, never more of its number. */
export function renderPaymentMethod(method: PaymentMethod, look: Look): string {
  const expires = method.expMonth === undefined ? '' : `expires ${String(method.expMonth).padStart(2, '0')}/${method.expYear}`;
  return card({
    title: 'Card',
    marks: [clean(method.id), stateText(method.status, look)],
    lines: [[cardText(method.brand, method.last4), expires, method.isDefault ? 'default' : '', clean(method.customerId ?? '')].filter(Boolean).join('   ')],
  }, look);
}
