import { card, lineWidth } from './card.ts';
import { painted, type Look } from './look.ts';
import { clean, displayWidth, wrap } from './text.ts';

/** A refusal by a rule, ready to show: fixes are commands or sentences already. */
export interface Refusal {
  readonly rule: string;
  readonly message: string;
  readonly fixes: readonly string[];
}

/** What was refused and the way out: on one line where both fit, else below each other. */
export function renderRefused({ rule, message, fixes }: Refusal, look: Look): string {
  const said = clean(message);
  const [only, ...more] = fixes.map((fix) => clean(fix));
  const blank = lineWidth(look) - displayWidth(`${said}${mark}${only ?? ''}`);
  const oneLine = only !== undefined && more.length === 0 && blank >= 2 && look.width >= 60;
  const ways = fixes.flatMap((fix) => wayLines(clean(fix), look));
  const lines = oneLine ? [`${said}${' '.repeat(blank)}${ways.join('')}`] : [...wrap(said, lineWidth(look)), ...ways];
  return card({ title: 'Refused', marks: [clean(rule)], lines }, look);
}

const mark = 'fix: ';

/** A way out, read to its end: further lines stand under its first word. */
function wayLines(fix: string, look: Look): string[] {
  const [first = '', ...more] = wrap(fix, lineWidth(look) - mark.length);
  return [`${painted('fix:', 'green', look)} ${first}`, ...more.map((line) => ' '.repeat(mark.length) + line)];
}
