import { includedTax, money, toWireMoney, type WireMoney } from '#runtime/money';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import type { Charge } from './authorization.ts';
import type { ChargeItem } from './item.ts';
import type { MethodRow } from './method.ts';
import { isAccountId } from './reference.ts';

/** Net, tax and total of an amount as TM Forum writes them (DOMAIN §9 "Tax"). */
export interface TaxedAmount {
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
}

/** Prices hold their tax; an operator without tax in its prices shows none. */
export function taxed(service: Pick<Service, 'config'>, totalMinor: number): TaxedAmount {
  const taxMinor = includedTax(totalMinor, taxRateOf(service));
  return { netMinor: totalMinor - taxMinor, taxMinor, totalMinor };
}

/** Basis points of tax inside our prices. */
export const taxRateOf = ({ config }: Pick<Service, 'config'>): number => (config.taxInclusive ? config.taxRateBp : 0);

export const wireMoney = (amountMinor: number, currency: string): WireMoney => toWireMoney(money(amountMinor, currency));

export const customerRef = (customerId: string, name: string) => ({ id: customerId, name, role: 'customer', '@referredType': 'Customer' });

export const methodRef = (method: Pick<MethodRow, 'id' | 'brand' | 'last4'>) =>
  ({ id: method.id, name: `${method.brand} **${method.last4}`, '@referredType': 'PaymentMethod' });

/** TMF676 attributes of a payment of ours, under whatever a client posted. */
export function ownDocument(service: Service, charge: Charge, method: MethodRow, accountId: string, amountMinor: number): Document {
  const { netMinor, taxMinor, totalMinor } = taxed(service, amountMinor);
  const { holder, currency, charged } = charge;
  return {
    name: charge.purpose,
    ...(charge.description === null ? {} : { description: charge.description }),
    ...(charge.orderId ?? charge.subscriptionId ? { correlatorId: charge.orderId ?? charge.subscriptionId } : {}),
    paymentItem: charged.items.map((item, i) => paymentItem(item, i, currency)),
    ...charge.posted,
    account: accountRef(charge.posted, accountId),
    payer: { ...customerRef(holder.customerId, holder.name), ...memberOf(charge.posted, 'payer') },
    paymentMethod: { ...methodRef(method), ...memberOf(charge.posted, 'paymentMethod') },
    amount: wireMoney(netMinor, currency), taxAmount: wireMoney(taxMinor, currency), totalAmount: wireMoney(totalMinor, currency),
  };
}

/** The account a client named, if it is kept in another house; the bill of a payment is for our own all the same. */
export function accountRef(posted: Document | null, accountId: string): Document {
  const named = memberOf(posted, 'account');
  const foreign = typeof named['id'] === 'string' && named['id'] !== '' && !isAccountId(named['id']);
  return foreign ? named : { '@referredType': 'BillingAccount', ...named, id: accountId };
}

/** A nested object a client posted, to be completed. */
export function memberOf(posted: Document | null, name: string): Document {
  const value = posted?.[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function paymentItem(item: ChargeItem, index: number, currency: string): Document {
  const [id, referredType] = item.offeringId !== null ? [item.offeringId, 'ProductOffering']
    : item.subscriptionId !== null ? [item.subscriptionId, 'Product'] : [item.orderId ?? 'charge', 'ProductOrder'];
  return { id: String(index + 1), item: { id, name: item.description, '@referredType': referredType }, totalAmount: wireMoney(item.amountMinor, currency) };
}
