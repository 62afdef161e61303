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
  const ways = fixes.map((fix) => `${painted('fix:', 'green', look)} ${clean(fix)}`);
  const [first] = ways;
  const blank = first === undefined ? 0 : lineWidth(look) - displayWidth(said) - displayWidth(first);
  const oneLine = ways.length === 1 && blank >= 2 && look.width >= 60;
  const lines = oneLine ? [`${said}${' '.repeat(blank)}${first}`] : [...wrap(said, lineWidth(look)), ...ways];
  return card({ title: 'Refused', marks: [clean(rule)], lines }, look);
}
