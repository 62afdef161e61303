import { keyed, ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { RemoteError } from '#runtime/errors';
import { money, toWireMoney } from '#runtime/money';
import type { Service } from '../service.ts';

/** What a card is charged for: a top-up, or the period of a renewal. */
export interface CardCharge {
  /** Names the charge for ever: a repeat gets the first result. */
  readonly key: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly purpose: 'vas' | 'renewal';
  /** Heading and only line of the receipt. */
  readonly description: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly offeringId?: string;
  readonly priceId?: string;
  readonly period?: { readonly start: Date; readonly end: Date };
  /** Null = the default card. */
  readonly paymentMethodId: string | null;
}

/** How a charge ended. */
export interface Outcome {
  readonly captured: boolean;
  readonly paymentId: string | null;
  readonly billId: string | null;
  readonly declineCode: string | null;
}

/** Attempts double their pause from this, in milliseconds, up to BSS_BACKOFF_MAX_SECONDS. */
const backoffMs = 500;

/** How long to wait after `tries` failures, in milliseconds of machine time. */
export const pauseMs = (service: Service, tries: number): number =>
  Math.min(service.config.backoffMaxSeconds * 1000, backoffMs * 2 ** Math.min(tries, 20));

/**
 * One sale under its key; an amount of zero is billed without a card.
 * @throws {Unavailable | RemoteError} payment does not answer now: how it ended is not known
 */
export async function chargeCard(service: Service, charge: CardCharge): Promise<Outcome> {
  try {
    return charge.amountMinor === 0 ? await billZero(service, charge) : await sell(service, charge);
  } catch (error) {
    // Only what payment's own rules refuse is a decline; anything else is a defect and tried again.
    if (!(error instanceof RemoteError && error.final && error.rule?.startsWith('payment.charge.'))) throw error;
    const context = (error.body['context'] ?? {}) as { paymentId?: string; declineCode?: string }; // PolicyViolation of payment
    return { captured: false, paymentId: context.paymentId ?? null, billId: null, declineCode: context.declineCode ?? error.rule };
  }
}

const amountOf = ({ amountMinor, currency }: Pick<CardCharge, 'amountMinor' | 'currency'>) => toWireMoney(money(amountMinor, currency));

const itemOf = (charge: CardCharge) => ({
  description: charge.description, amount: amountOf(charge), subscriptionId: charge.subscriptionId,
  ...(charge.offeringId === undefined ? {} : { offeringId: charge.offeringId }), ...(charge.priceId === undefined ? {} : { priceId: charge.priceId }),
  ...(charge.period ? { periodStart: isoTime(charge.period.start), periodEnd: isoTime(charge.period.end) } : {}),
});

async function sell(service: Service, charge: CardCharge): Promise<Outcome> {
  const { key, customerId, subscriptionId, purpose, description, paymentMethodId } = charge;
  const body = {
    customerId, subscriptionId, amount: amountOf(charge), purpose, description, items: [itemOf(charge)],
    ...(paymentMethodId === null ? {} : { paymentMethodId }),
  };
  const payment = await ok(service.clients.payment.POST('/charge', { body, ...keyed(key) }));
  return { captured: true, paymentId: payment.id, billId: payment.billId ?? null, declineCode: null };
}

async function billZero(service: Service, charge: CardCharge): Promise<Outcome> {
  const { key, customerId, subscriptionId, description } = charge;
  const body = { customerId, subscriptionId, description, items: [itemOf(charge)] };
  const bill = await ok(service.clients.payment.POST('/zeroCharge', { body, ...keyed(key) }));
  return { captured: true, paymentId: null, billId: bill.billId, declineCode: null };
}

/** What goes back to whom. */
export interface GivenBack extends Pick<CardCharge, 'key' | 'customerId' | 'amountMinor' | 'currency'> {
  readonly paymentId: string;
  readonly reason: string;
}

/**
 * Gives a captured charge back (DOMAIN §5 F10).
 * @returns id of the refund
 * @throws {Unavailable | RemoteError} payment does not answer now
 */
export async function giveBack(service: Service, { key, customerId, paymentId, reason, ...amount }: GivenBack): Promise<string | null> {
  const body = { payment: { id: paymentId }, totalAmount: amountOf(amount), account: { id: customerId }, paymentMethod: {}, description: reason };
  const answer = await ok(service.clients.TMF676.POST('/refund', { body, ...keyed(key) }));
  return answer.id ?? null;
}

/** The card named, or the default one, is active and the customer's. */
export async function hasCard(service: Service, customerId: string, named?: string): Promise<boolean> {
  const cards = await ok(service.clients.payment.GET('/paymentMethod', { params: { query: { customerId, status: 'active' } } }));
  return cards.some((card) => (named === undefined ? card.isDefault : card.id === named));
}
