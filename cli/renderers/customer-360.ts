import type { components as Tmf622 } from '#generated/types/TMF622';
import { shortBalance } from './balance.ts';
import { card, lineWidth } from './card.ts';
import { contacts, kycText, sinceText, type Customer } from './customer.ts';
import { painted, stateText, type Look } from './look.ts';
import type { Subscription } from './subscription.ts';
import { alignedLines, type Column } from './table.ts';
import { clean, displayWidth, fit, padEnd } from './text.ts';
import { moneyText } from './values.ts';

/** Everything at a glance; composed by `bss customer 360`. */
export interface Customer360 {
  readonly '@type': 'Customer360';
  readonly id: string;
  readonly customer: Customer;
  readonly subscriptions: readonly Subscription[];
  /** Newest first. */
  readonly orders: readonly Tmf622['schemas']['ProductOrder'][];
  /** Sum of the bills of the last 30 days; null without bills. */
  readonly charged30d: { readonly unit: string; readonly value: number } | null;
}

export function renderCustomer360(view: Customer360, look: Look): string {
  const { customer } = view;
  const person = [clean(customer.name ?? '-'), ...contacts(customer)].join('   ');
  const since = [kycText(customer, look), sinceText(customer)].filter(Boolean).join('   ');
  return card({
    title: 'Customer 360',
    marks: [clean(view.id), stateText(customer.status ?? '', look, clean(customer.status ?? ''))],
    lines: [beside(person, since, look), ...lineRows(view.subscriptions, look), lastLine(view)],
  }, look);
}

/** Two facts on one line; a long first one is cut, so that the second stays in sight. */
function beside(left: string, right: string, look: Look): string {
  if (right === '') return left;
  const room = Math.max(columnMin, lineWidth(look) - displayWidth(right) - 2);
  return `${padEnd(fit(left, room), columnMin)}  ${right}`;
}

const columnMin = 44;

function lineRows(lines: readonly Subscription[], look: Look): string[] {
  return lines.length === 0 ? [painted('no line yet', 'dim', look)] : alignedLines(lineColumns(look), lines, look);
}

const lineColumns = (look: Look): readonly Column<Subscription>[] => [
  { head: '', cell: ({ id }) => clean(id) }, { head: '', cell: ({ msisdn }) => clean(msisdn) }, { head: '', cell: ({ offeringId }) => clean(offeringId) },
  { head: '', cell: ({ state }) => stateWord(state), paint: (text, { state }) => stateText(state, look, text) },
  { head: '', cell: (line) => balanceText(line, look) },
];

/** A state that needs somebody is written large. */
const stateWord = (state: string): string => (state === 'blocked' ? 'BLOCKED' : state);

/** The balance a line lives or stops by. */
function balanceText(line: Subscription, look: Look): string {
  const balance = line.balances.find(({ blocking }) => blocking) ?? line.balances[0];
  return balance ? shortBalance(balance, look) : '';
}

function lastLine({ orders, charged30d }: Customer360): string {
  const [last] = orders;
  const order = last ? `last order ${clean(last.id ?? '')} ${clean(last.state ?? '')}`.trimEnd() : 'no order yet';
  return `${order}   charged 30 d ${charged30d ? moneyText(charged30d) : '-'}`;
}
