import fc from 'fast-check';
import test from 'ava';
import { anchorOf, boundariesUntil, boundaryFrom, nextBoundary } from '#handlers/subscription/period';

/** DOMAIN §1 "boundary, anchor": same local day and time next month, clamped to its end. */
const singapore = 'Asia/Singapore';
const boundary = (at: string, zone = singapore): string => {
  const start = new Date(at);
  return nextBoundary(start, anchorOf(start, zone), zone).toISOString();
};

test('a period ends at the same local day and time of the next month', (t) => {
  t.is(boundary('2026-02-15T09:00:00.000Z'), '2026-03-15T09:00:00.000Z');
  t.is(boundary('2026-12-15T09:00:00.123Z'), '2027-01-15T09:00:00.123Z');
});

test('the local day counts, not the day in UTC', (t) => {
  // 30 April 17:00Z is 1 May 01:00 in Singapore.
  t.is(anchorOf(new Date('2026-04-30T17:00:00Z'), singapore), '01 01:00:00.000');
  t.is(boundary('2026-04-30T17:00:00.000Z'), '2026-05-31T17:00:00.000Z');
});

test('an anchor on day 31 walks a year along the ends of the months and comes back to 31', (t) => {
  let start = new Date('2027-10-31T10:00:00Z');
  const anchor = anchorOf(start, singapore);
  const days: string[] = [];
  for (let i = 0; i < 12; i += 1) {
    start = nextBoundary(start, anchor, singapore);
    days.push(start.toISOString());
  }
  t.deepEqual(days.map((day) => day.slice(0, 10)), [
    '2027-11-30', '2027-12-31', '2028-01-31', '2028-02-29', '2028-03-31', '2028-04-30', '2028-05-31', '2028-06-30', '2028-07-31', '2028-08-31',
    '2028-09-30', '2028-10-31',
  ]);
  t.true(days.every((day) => day.endsWith('T10:00:00.000Z')));
});

test('summer time keeps the local time of the boundary', (t) => {
  t.is(boundary('2026-03-01T12:00:00.000Z', 'America/New_York'), '2026-04-01T11:00:00.000Z');
  t.is(boundary('2026-10-15T12:00:00.000Z', 'America/New_York'), '2026-11-15T13:00:00.000Z');
});

test('a local time that summer time skips is taken an hour later', (t) => {
  // 8 March 2026 02:30 does not exist in New York: 03:30 EDT.
  t.is(boundary('2026-02-08T07:30:00.000Z', 'America/New_York'), '2026-03-08T07:30:00.000Z');
});

test('every boundary lies 28 to 31 days and an hour at most after its start, on the anchor or the last of the month', (t) => {
  const zones = fc.constantFrom(singapore, 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
  const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(fc.property(instants, zones, (start, zone) => {
    const anchor = anchorOf(start, zone);
    const end = nextBoundary(start, anchor, zone);
    const hours = (end.getTime() - start.getTime()) / 3_600_000;
    if (hours < 28 * 24 - 1 || hours > 31 * 24 + 1) return false;
    const endDay = anchorOf(end, zone).slice(0, 2);
    const lastOfMonth = anchorOf(new Date(end.getTime() + 25 * 3_600_000), zone).slice(0, 2) <= '02';
    return endDay === anchor.slice(0, 2) || lastOfMonth;
  }), { numRuns: 2000 });
  t.pass();
});

test('something that is no anchor is refused', (t) => {
  t.throws(() => nextBoundary(new Date('2026-01-01'), '31', singapore), { message: /no anchor/ });
});

const days = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(0, 10));

test('what a line has met is every boundary up to now, the first always among them', (t) => {
  const end = new Date('2026-01-31T02:00:00Z');
  const met = (until: string): string[] => days(boundariesUntil(end, new Date(until), '31 10:00:00.000', singapore));
  t.deepEqual(met('2026-01-31T02:00:00Z'), ['2026-01-31']);
  t.deepEqual(met('2026-02-28T01:59:59Z'), ['2026-01-31']);
  t.deepEqual(met('2026-04-29T23:00:00Z'), ['2026-01-31', '2026-02-28', '2026-03-31']);
});

test('the first boundary after a notice is the end of the period, or one further on', (t) => {
  const end = new Date('2026-01-31T02:00:00Z');
  const from = (earliest: string): string => boundaryFrom(end, new Date(earliest), '31 10:00:00.000', singapore).toISOString();
  t.is(from('2025-12-01T00:00:00Z'), '2026-01-31T02:00:00.000Z');
  t.is(from('2026-01-31T02:00:00Z'), '2026-01-31T02:00:00.000Z');
  t.is(from('2026-01-31T02:00:00.001Z'), '2026-02-28T02:00:00.000Z');
  t.is(from('2026-03-01T00:00:00Z'), '2026-03-31T02:00:00.000Z');
});
