import { formatMoney, fromWireMoney } from '#runtime/money';
import { clean } from './text.ts';

/** `SGD 25.00`; an amount that is not whole minor units is shown as it came. */
export function moneyText(wire: { readonly unit?: string | undefined; readonly value?: number | undefined } | null | undefined): string {
  if (wire?.value === undefined) return '-';
  const known = fromWireMoney({ value: wire.value, ...(wire.unit === undefined ? {} : { unit: wire.unit }) }, '');
  return known ? formatMoney(known).trim() : clean(`${wire.unit ?? ''} ${wire.value}`).trim();
}

/** `Visa **4242`; no more of a card is ever known here. */
export function cardText(brand: string | null | undefined, last4: string | null | undefined): string {
  if (!last4) return 'no card';
  const name = clean(brand || 'card');
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)} **${clean(last4)}`;
}

/** `2026-11-22`, UTC as every time of the system; `-` without one. */
export const dateText = (time: string | null | undefined): string => (time ? clean(time).slice(0, 10) : '-');

/** `2026-11-22 09:15`. */
export const minuteText = (time: string | null | undefined): string => (time ? clean(time).slice(0, 16).replace('T', ' ') : '-');

/** `09:15:02`. */
export const clockText = (time: string | null | undefined): string => (time ? clean(time).slice(11, 19) : '-');

/** `2026-11-22 09:15:02.114`. */
export const momentText = (time: string | null | undefined): string => (time ? clean(time).slice(0, 23).replace('T', ' ') : '-');

/** `09:15:02.114`. */
export const preciseText = (time: string | null | undefined): string => (time ? clean(time).slice(11, 23) : '-');

const dayMs = 86_400_000;

/** `12 d`, `5 h`, `3 min` until a time; `due` when it has passed. */
export function untilText(time: string, now: Date): string {
  const ms = Date.parse(time) - now.getTime();
  if (ms <= 0) return 'due';
  if (ms >= dayMs) return `${Math.floor(ms / dayMs)} d`;
  return ms >= 3_600_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.max(1, Math.floor(ms / 60_000))} min`;
}

/** `9 830`: thousands apart. */
export const grouped = (value: number): string => {
  const [whole = '', fraction] = String(value).split('.');
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction === undefined ? apart : `${apart}.${fraction}`;
};

/** Text of anything a document holds: strings cleaned, the rest as JSON. */
export function anyText(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return clean(typeof value === 'string' ? value : JSON.stringify(value));
}
