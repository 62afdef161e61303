import { UsageError } from 'clipanion';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const longestMs = 3_600_000;

/**
 * `500ms`, `30s`, `2m`; a bare number is seconds.
 * @returns milliseconds
 * @throws UsageError for anything else, zero and more than an hour
 */
export function durationMs(text: string, option: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,7})(ms|s|m)?$/.exec(text) ?? [];
  const ms = Number(digits) * (units[unit] ?? 0);
  if (ms <= 0 || ms > longestMs) throw new UsageError(`${option} takes a duration such as 500ms, 30s or 2m, at most an hour; it is "${text}".`);
  return ms;
}

/**
 * A whole number within bounds from an option.
 * @throws UsageError naming option and bounds
 */
export function wholeNumber(text: string, option: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new UsageError(`${option} takes a whole number from ${min} to ${max}; it is "${text}".`);
  return value;
}
