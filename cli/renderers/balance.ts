import type { components } from '#generated/types/subscription';
import { bar } from './bar.ts';
import { painted, type Look } from './look.ts';
import { padEnd, padStart } from './text.ts';
import { grouped } from './values.ts';

export type Balance = components['schemas']['Balance'];

const shown = {
  byte: { perUnit: 1_048_576, name: 'MB' },
  second: { perUnit: 60, name: 'min' },
  message: { perUnit: 1, name: '' },
} as const;

/** Names as people say them; the bar of data used abroad is called roaming. */
const names: Readonly<Record<string, string>> = { data_roaming: 'roaming' };
const allowanceName = (allowance: string): string => names[allowance] ?? allowance;

/** Never shows more than there is; only below ten a tenth matters. */
function amount(quantity: number, perUnit: number): string {
  const value = quantity / perUnit;
  return grouped(value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value));
}

/** Share left, 0 to 1; an unlimited balance is always whole. */
function shareLeft(balance: Balance): number {
  if (balance.unlimited || balance.total === null) return 1;
  return balance.total === 0 ? 0 : (balance.remaining ?? 0) / balance.total;
}

const nameWidth = 9;
const numberWidth = 9;

/** `data     ######..............    9 830 /   30 720 MB     32 %`: what is left of what was granted. */
export function balanceLine(balance: Balance, look: Look): string {
  const name = padEnd(allowanceName(balance.allowance), nameWidth);
  if (balance.unlimited || balance.total === null) return `${name}${padEnd('unlimited', 20)}${unlimitedUse(balance)}`;
  const { perUnit, name: unit } = shown[balance.unit];
  const left = padStart(amount(balance.remaining ?? 0, perUnit), numberWidth);
  const total = padStart(amount(balance.total, perUnit), numberWidth - 2);
  const percent = padStart(String(percentOf(shareLeft(balance))), 3);
  return `${name}${bar(shareLeft(balance), look)}${left} / ${total} ${padEnd(unit, 3)}  ${percent} %${emptyNote(balance, look)}`;
}

/** Whole percent; only nothing is 0 and only the whole is 100. */
const percentOf = (share: number): number =>
  (share <= 0 || share >= 1 ? Math.round(share) * 100 : Math.min(99, Math.max(1, Math.round(share * 100))));

const emptyNote = (balance: Balance, look: Look): string =>
  balance.blocking && shareLeft(balance) === 0 ? `  ${painted('used up', 'red', look)}` : '';

function unlimitedUse(balance: Balance): string {
  const { perUnit, name } = shown[balance.unit];
  return balance.consumed === 0 ? '' : `${padStart(amount(balance.consumed, perUnit), numberWidth)} ${name} used`.trimEnd();
}

const gigabyte = 1_073_741_824;

/** `data  ######..............   9.6/30.0 GB`: one balance in the row of a line. */
export function shortBalance(balance: Balance, look: Look): string {
  const name = allowanceName(balance.allowance);
  if (balance.unlimited || balance.total === null) return `${name}  unlimited`;
  const gauge = `${name}  ${bar(shareLeft(balance), look)}`;
  if (balance.unit === 'byte') return `${gauge} ${padStart(tenths(balance.remaining ?? 0), 5)}/${padStart(tenths(balance.total), 4)} GB`;
  const { perUnit, name: unit } = shown[balance.unit];
  return `${gauge} ${amount(balance.remaining ?? 0, perUnit)}/${amount(balance.total, perUnit)} ${unit}`.trimEnd();
}

/** Only nothing is 0.0. */
const tenths = (bytes: number): string => (bytes > 0 ? Math.max(0.1, bytes / gigabyte) : 0).toFixed(1);
