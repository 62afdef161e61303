import type { components as Tmf622 } from '#generated/types/TMF622';
import { shortBalance } from './balance.ts';
import { card } from './card.ts';
import { contacts, kycText, sinceText, type Customer } from './customer.ts';
import { painted, stateText, type Look } from './look.ts';
import type { Subscription } from './subscription.ts';
import { clean, displayWidth, padEnd } from './text.ts';
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
    lines: [`${padEnd(person, 44)}${since ? `  ${since}` : ''}`.trimEnd(), ...lineRows(view.subscriptions, look), lastLine(view)],
  }, look);
}

function lineRows(lines: readonly Subscription[], look: Look): string[] {
  if (lines.length === 0) return [painted('no line yet', 'dim', look)];
  const cells = lines.map((line) => [clean(line.id), clean(line.msisdn), clean(line.offeringId), stateWord(line.state)]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))));
  return lines.map((line, at) => {
    const [id = '', msisdn = '', plan = '', state = ''] = cells[at]?.map((cell, column) => padEnd(cell, widths[column] ?? 0)) ?? [];
    return [id, msisdn, plan, stateText(line.state, look, state), balanceText(line, look)].join('  ').trimEnd();
  });
}

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
