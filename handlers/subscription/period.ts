/**
 * Periods run from boundary to boundary: the same local day of month and time in the operator's
 * zone, clamped to the end of shorter months (DOMAIN §1 "boundary, anchor", §5 F3; SCENARIOS N7).
 */

/** Local day of month and time of the boundaries: `31 17:00:00.000`. */
export type Anchor = string;

interface LocalTime {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  /** Milliseconds since local midnight. */
  readonly timeMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** An installation has one zone, so the map stays at one entry. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}

function localTime(at: Date, timeZone: string): LocalTime {
  const parts = Object.fromEntries(formatOf(timeZone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, timeMs: ((hour * 60 + minute) * 60 + second) * 1000 + at.getUTCMilliseconds() };
}

const asUtcMs = ({ year, month, day, timeMs }: LocalTime): number => Date.UTC(year, month - 1, day) + timeMs;

/** The instant at which clocks in the zone show `local`; a time that a summer time change skips is taken an hour later. */
function instantOf(local: LocalTime, timeZone: string): Date {
  const wanted = asUtcMs(local);
  const offsetAt = (ms: number): number => asUtcMs(localTime(new Date(ms), timeZone)) - ms;
  const guess = wanted - offsetAt(wanted);
  const exact = wanted - offsetAt(guess);
  return new Date(offsetAt(exact) === wanted - exact ? exact : Math.max(guess, exact));
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Anchor of a period that starts at `at`. */
export function anchorOf(at: Date, timeZone: string): Anchor {
  const { day, timeMs } = localTime(at, timeZone);
  const clock = new Date(timeMs).toISOString().slice(11, 23);
  return `${two(day)} ${clock}`;
}

function parseAnchor(anchor: Anchor): { day: number; timeMs: number } {
  const match = /^(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(anchor);
  if (!match) throw new Error(`${anchor} is no anchor: DD hh:mm:ss.mmm`);
  const [day, hour, minute, second, ms] = match.slice(1).map(Number) as [number, number, number, number, number]; // five groups of digits
  return { day, timeMs: ((hour * 60 + minute) * 60 + second) * 1000 + ms };
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/**
 * End of the period that starts at `start`: the anchor in the next local month. A period that
 * started on a clamped day (February) ends on the anchor's own day again.
 * @throws {Error} the anchor is malformed
 */
export function nextBoundary(start: Date, anchor: Anchor, timeZone: string): Date {
  const { day, timeMs } = parseAnchor(anchor);
  const local = localTime(start, timeZone);
  const year = local.month === 12 ? local.year + 1 : local.year;
  const month = local.month === 12 ? 1 : local.month + 1;
  return instantOf({ year, month, day: Math.min(day, daysIn(year, month)), timeMs }, timeZone);
}

/** Boundaries from `first`, itself one, up to `until`: what a line has met. `first` is always among them. */
export function boundariesUntil(first: Date, until: Date, anchor: Anchor, timeZone: string): Date[] {
  const met = [first];
  for (let next = nextBoundary(first, anchor, timeZone); next <= until; next = nextBoundary(next, anchor, timeZone)) met.push(next);
  return met;
}

/** The first boundary from `end`, itself one, that is not before `earliest`. */
export function boundaryFrom(end: Date, earliest: Date, anchor: Anchor, timeZone: string): Date {
  let boundary = end;
  while (boundary < earliest) boundary = nextBoundary(boundary, anchor, timeZone);
  return boundary;
}
