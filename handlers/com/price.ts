import { money, toWireMoney, type WireMoney } from '#runtime/money';
import { required, type Work } from './saga.ts';

/** What the order agreed to pay per period. */
export const amountOf = ({ priceMinor, currency }: Work): WireMoney =>
  toWireMoney(money(required(priceMinor, 'price'), required(currency, 'currency')));

/** The price as agreed, for the line to keep: what the catalog says later does not touch it. */
export const priceOf = (work: Work): { priceId: string; name?: string; amount: WireMoney } =>
  ({ priceId: required(work.priceId, 'price'), ...(work.priceName === null ? {} : { name: work.priceName }), amount: amountOf(work) });
