import type { components } from '#generated/types/subscription';
import { balanceLine } from './balance.ts';
import { card } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean } from './text.ts';
import { dateText, moneyText, untilText } from './values.ts';

export type Subscription = components['schemas']['Subscription'];
export type SubscriptionBalance = components['schemas']['SubscriptionBalance'];

const reasons: Readonly<Record<string, string>> = { payment_failed: 'payment failed' };
const reasonText = (reason: string | null | undefined): string => (reason ? (reasons[reason] ?? reason) : '');

/** One line with what it holds and what is left of it. */
export function renderSubscription(line: Subscription, look: Look): string {
  const facts = [
    `${clean(line.offeringId)}  ${moneyText(line.price.amount)}/month (held price)`, clean(line.msisdn), periodText(line, look),
  ];
  return card({
    title: 'Subscription',
    marks: marksOf(line.id, line, look),
    lines: [facts.filter(Boolean).join('   '), ...line.balances.map((balance) => balanceLine(balance, look)), ...pendingLine(line), ...blockedLine(line)],
  }, look);
}

/** The balances alone. */
export function renderSubscriptionBalance(line: SubscriptionBalance, look: Look): string {
  return card({
    title: 'Balance',
    marks: marksOf(line.id, line, look),
    lines: [
      [clean(line.offeringId), clean(line.msisdn), periodText(line, look)].filter(Boolean).join('   '),
      ...line.balances.map((balance) => balanceLine(balance, look)), ...blockedLine(line),
    ],
  }, look);
}

type Held = Pick<Subscription, 'state' | 'blockReason' | 'periodEnd'> & { readonly terminatedAt?: string | null };

const marksOf = (id: string, line: Held, look: Look): string[] =>
  [clean(id), stateText(line.state, look), reasonText(line.blockReason)];

function periodText(line: Held, look: Look): string {
  if (line.state === 'terminated') return line.terminatedAt ? `ended ${dateText(line.terminatedAt)}` : '';
  return line.periodEnd ? `renews ${dateText(line.periodEnd)} (${untilText(line.periodEnd, look.now)})` : 'not active yet';
}

/** What the next boundary brings: `pending  PLAN_L SGD 45.00 on 2026-12-04`. */
function pendingLine({ pendingChange }: Subscription): string[] {
  if (!pendingChange) return [];
  const { kind, offeringId, price, effectiveAt } = pendingChange;
  return [`pending  ${kind === 'plan' ? clean(offeringId) : 'new price'} ${moneyText(price.amount)} on ${dateText(effectiveAt)}`];
}

/** What brings a blocked line back (DOMAIN P3). */
function blockedLine(line: Held & { readonly id: string; readonly customerId: string }): string[] {
  if (line.state !== 'blocked') return [];
  const way = line.blockReason === 'exhausted' ? `bss subscription vas ${clean(line.id)} VAS_DATA_1GB` : `bss payment add-card ${clean(line.customerId)} --make-default`;
  return [`back on: ${way}`];
}
