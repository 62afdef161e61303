import test from 'ava';
import { lookOf, stackCard, type Look } from '#cli/run/card';
import { readLogLine, sinceMs } from '#cli/run/log-line';
import { type Stack } from '#cli/run/stack';

const stack: Stack = {
  '@type': 'Stack', state: 'healthy', problem: null, memoryBytes: { server: 209_715_200, database: 41_943_040 },
  services: [
    { name: 'catalog', address: 'http://localhost:8001', state: 'healthy', ms: 3 },
    { name: 'database', address: '127.0.0.1:54329', state: 'healthy', ms: null },
  ],
};
const extras = { note: 'up in 2.9 s', timings: [['database', 610], ['seed', 1250]] as const, places: [['pages', 'http://localhost:8001/docs']] as const, next: [['./bss status', 'how everything is']] as const };
const ascii: Look = { width: 80, unicode: false, color: false };

test('the card has a top rule, a left gutter and an open right side', (t) => {
  t.is(stackCard('BSS-CLI Mobile', stack, extras, ascii), [
    '+- BSS-CLI Mobile ------------------------------------------------ up in 2.9 s -',
    '| catalog     http://localhost:8001  healthy    3 ms',
    '| database    127.0.0.1:54329        healthy',
    '|',
    '| time    database 610 ms, seed 1.3 s',
    '| pages   http://localhost:8001/docs',
    '| memory  240 MiB - services 200 MiB, database 40 MiB',
    '|',
    '| Next',
    '|   ./bss status  how everything is',
    '',
  ].join('\n'));
});

test('colour only repeats what the text says', (t) => {
  const painted = stackCard('x', stack, extras, { ...ascii, color: true });
  t.regex(painted, /\x1b\[32mhealthy/);
  t.is(painted.replaceAll(/\x1b\[\d+m/g, ''), stackCard('x', stack, extras, ascii));
});

test('below 60 columns there are plain lines, above 100 the card grows no further', (t) => {
  t.false(stackCard('x', stack, extras, { ...ascii, width: 59 }).includes('|'));
  t.is(stackCard('x', stack, extras, { ...ascii, width: 300 }).split('\n')[0]?.length, 100);
});

test('the look of a terminal follows its environment', (t) => {
  t.deepEqual(lookOf({ isTTY: true, columns: 120 }, { LANG: 'en_SG.UTF-8' }), { width: 120, unicode: true, color: true });
  t.deepEqual(lookOf({ isTTY: true, columns: 120 }, { LANG: 'en_SG.UTF-8', TERM: 'dumb' }), { width: 120, unicode: false, color: false });
  t.deepEqual(lookOf({}, { LC_ALL: 'C', LANG: 'en_SG.UTF-8', COLUMNS: '66' }), { width: 66, unicode: false, color: false });
  t.false(lookOf({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }).color === true && !lookOf({ isTTY: true }, {}).color);
  t.false(lookOf({ isTTY: true }, { NO_COLOR: '1' }).color);
});

test('a log line is shown with time, service, level and what else it holds', (t) => {
  const line = JSON.stringify({ level: 40, time: Date.UTC(2026, 3, 11, 9, 15, 2, 114), service: 'rating', msg: 'late usage', usageId: 'USG-014', n: 2, pid: 7 });
  t.is(readLogLine(line).text, '09:15:02.114 rating           warn  late usage usageId=USG-014 n=2');
});

test('a line that is not JSON stays, without what would steer the terminal', (t) => {
  t.deepEqual(readLogLine('plain \x1b[2Jtext'), { timeMs: null, service: null, text: 'plain \\u001b[2Jtext' });
  t.is(readLogLine('{"cut off').text, '{"cut off');
});

const now = Date.UTC(2026, 3, 11);
const times = [
  { given: '15m', want: now - 900_000 },
  { given: '1h30m', want: now - 5_400_000 },
  { given: '2d', want: now - 172_800_000 },
  { given: '2026-04-10T00:00Z', want: now - 86_400_000 },
  { given: 'yesterday', want: undefined },
  { given: '15', want: undefined },
];

for (const { given, want } of times) {
  test(`--since ${given} is ${want === undefined ? 'refused' : 'understood'}`, (t) => {
    t.is(sinceMs(given, now), want);
  });
}
