/** A time as a filter names it: an instant, or the beginning of one (`2026-11`) that stands for a period. */

export interface TimeRange {
  readonly from: Date;
  /** First instant after the period; null for an exact instant. */
  readonly before: Date | null;
}

const shape = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?(Z|[+\- ]\d\d:?\d\d)?$/i;

/**
 * @param text RFC 3339 instant, or a prefix of one in UTC; a blank stands for a `+` lost in the query
 * @returns null when the text is no time
 */
export function timeRange(text: string): TimeRange | null {
  const match = shape.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const parts = [year, month, day, hour, minute, second, fraction];
  const given = parts.filter((part) => part !== undefined).length;
  const offset = zone ? offsetMs(zone) : 0;
  const from = instant(parts, 0);
  if (from === null || offset === null || (zone && given < 5)) return null;
  const exact = zone !== undefined && given >= 6;
  const before = exact ? null : periodEnd(parts, given, from);
  return { from: new Date(from - offset), before: before === null ? null : new Date(before - offset) };
}

/** Epoch milliseconds of the first instant, counting missing parts from their start; null for no such day or time. */
function instant(parts: readonly (string | undefined)[], monthsAhead: number): number | null {
  const [year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = ''] = parts;
  const at = Date.UTC(Number(year), Number(month) - 1 + monthsAhead, Number(day), Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const legal = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59;
  // An illegal day rolls over into the next month, which gives it away.
  return legal && (monthsAhead > 0 || new Date(at).getUTCDate() === Number(day)) ? at : null;
}

const unitMs = { 3: 86_400_000, 4: 3_600_000, 5: 60_000, 6: 1000 } as const;

function periodEnd(parts: readonly (string | undefined)[], given: number, from: number): number | null {
  if (given === 1) return instant(parts, 12);
  if (given === 2) return instant(parts, 1);
  if (given === 7) return from + 10 ** Math.max(0, 3 - (parts[6] ?? '').length);
  return from + unitMs[given as 3 | 4 | 5 | 6]; // the other counts are handled above
}

function offsetMs(zone: string): number | null {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
