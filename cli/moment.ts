import { UsageError } from 'clipanion';
import { isoTime } from '#runtime/clock';

/**
 * A moment from the command line in the form the services take; a bare day is its start in UTC.
 * @throws UsageError when it is none
 */
export function momentOf(text: string, option = '--at'): string {
  const ms = isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(ms)) throw new UsageError(`${option} takes a time such as 2026-12-01 or 2026-12-01T09:00:00Z; it is "${text}".`);
  return isoTime(new Date(ms));
}

/**
 * A day of the calendar from the command line.
 * @throws UsageError when it is none
 */
export function dayOf(text: string, option: string): string {
  if (!isDay(text)) throw new UsageError(`${option} takes a day such as 1990-12-31; it is "${text}".`);
  return text;
}

/** `Date.parse` takes 31 February for 3 March. */
function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(ms) && isoTime(new Date(ms)).startsWith(text);
}

/**
 * How far an operator moves the clock, in the words of `admin.advanceClock`.
 * @throws UsageError when it is no stretch of time
 */
export function stretchOf(text: string): string {
  const trimmed = text.trim();
  if (!/^\d{1,6}[dhms]( ?\d{1,6}[dhms]){0,3}$/.test(trimmed)) throw new UsageError(`Say how far as days, hours, minutes and seconds, such as 31d or "1h 30m"; it is "${text}".`);
  return trimmed;
}
