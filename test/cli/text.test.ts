import test from 'ava';
import { clean, displayWidth, fit, padEnd, padStart } from '#cli/renderers/text';
import { grouped, moneyText, untilText } from '#cli/renderers/values';
import { bar } from '#cli/renderers/bar';
import { balanceLine, shortBalance } from '#cli/renderers/balance';
import { anyText } from '#cli/renderers/values';
import { balance, now, plain } from './fixtures.ts';

const widths: readonly (readonly [text: string, columns: number])[] = [
  ['', 0], ['Ada', 3], ['陳大文', 6], ['さくら', 6], ['김철수', 6], ['e\u0301', 1], ['👍', 2], ['ａ', 2], ['│', 1], ['█▌', 2], ['\x1b[31mred\x1b[0m', 3],
];
for (const [text, columns] of widths) {
  test(`${JSON.stringify(text)} takes ${columns} columns`, (t) => t.is(displayWidth(text), columns));
}

const dirty: readonly (readonly [what: string, text: string, cleaned: string])[] = [
  ['colour', '\x1b[31mred\x1b[0m', 'red'], ['a link', '\x1b]8;;http://evil\x07name', 'name'], ['the clipboard', '\x1b]52;c;aGk=\x07x', 'x'], ['an 8 bit escape', '\x9b31mx', 'x'],
  ['a line break', 'one\r\ntwo', 'one two'], ['a backspace', 'a\bb', 'ab'], ['right to left', 'a\u202eb\u2066c', 'abc'], ['nothing wide', 'a\u200bb\ufeffc', 'abc'],
  ['tag signs', 'a\u{e0041}\u{e0042}b', 'ab'], ['half a sign', 'a\ud800b', 'ab'], ['a tower of marks', `a${'\u0301'.repeat(30)}`, `\u00e1${'\u0301'.repeat(4)}`],
  ['decomposed letters', 'e\u0301', '\u00e9'],
];
for (const [what, text, cleaned] of dirty) {
  test(`${what} does not reach the terminal`, (t) => t.is(clean(text), cleaned));
}

test('five hundred signs of a text are enough', (t) => t.is(clean('x'.repeat(10_000)).length, 500));

test('what is cut off shows as a tilde, and no wide glyph is halved', (t) => {
  t.is(fit('Ada Lim', 7), 'Ada Lim');
  t.is(fit('Ada Lim', 6), 'Ada L~');
  t.is(fit('陳大文', 4), '陳~');
  t.is(fit('\x1b[31mlong red\x1b[0m', 5), '\x1b[31mlong~\x1b[0m');
});

test('columns are counted when text is filled', (t) => {
  t.is(padEnd('陳', 4), '陳  ');
  t.is(padStart('陳', 4), '  陳');
  t.is(padEnd('long', 2), 'long');
});

test('only nothing looks like nothing, and only the whole looks whole', (t) => {
  t.is(bar(0, plain), '.'.repeat(20));
  t.is(bar(0.0001, plain), `#${'.'.repeat(19)}`);
  t.is(bar(0.9999, plain), `${'#'.repeat(19)}.`);
  t.is(bar(1, plain), '#'.repeat(20));
  t.is(bar(7, plain), '#'.repeat(20));
  t.is(bar(0.5, { ...plain, unicode: true }, 3), '█▌·');
});

test('a share never rounds to what it is not', (t) => {
  const percent = (left: number, total: number): string | undefined => /(\d+) %/.exec(balanceLine(balance('sms', 'message', total, left), plain))?.[1];
  t.is(percent(0, 1000), '0');
  t.is(percent(1, 1000), '1');
  t.is(percent(999, 1000), '99');
  t.is(percent(1000, 1000), '100');
  t.is(percent(0, 0), '0');
});

test('a byte left is not nothing', (t) => {
  t.true(shortBalance(balance('data', 'byte', 5 * 1_073_741_824, 1), plain).endsWith('  0.1/ 5.0 GB'));
  t.true(shortBalance(balance('data', 'byte', 5 * 1_073_741_824, 0), plain).endsWith('  0.0/ 5.0 GB'));
});

test('money keeps the digits of its currency; a stranger is shown as it came', (t) => {
  t.is(moneyText({ unit: 'SGD', value: 25 }), 'SGD 25.00');
  t.is(moneyText({ unit: 'SGD', value: 0.1 }), 'SGD 0.10');
  t.is(moneyText({ unit: 'SGD', value: 0.001 }), 'SGD 0.001');
  t.is(moneyText(undefined), '-');
});

test('thousands are kept apart', (t) => {
  t.deepEqual([0, 999, 1000, 1_234_567, 1234.5].map(grouped), ['0', '999', '1 000', '1 234 567', '1 234.5']);
});

test('time ahead is told in its largest unit, time gone by is due', (t) => {
  const ahead = (ms: number): string => untilText(new Date(now.getTime() + ms).toISOString(), now);
  t.deepEqual([12 * 86_400_000, 5 * 3_600_000, 180_000, 1, 0, -1].map(ahead), ['12 d', '5 h', '3 min', '1 min', 'due', 'due']);
});

test('a member of any kind becomes one line of text', (t) => {
  t.deepEqual([null, undefined, 3, true, { a: '\x1b[2J' }, ['x']].map(anyText), ['-', '-', '3', 'true', '{"a":"\\u001b[2J"}', '["x"]']);
});
