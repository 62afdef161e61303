import { separator, type Look } from './look.ts';
import { displayWidth, fit } from './text.ts';

export interface Card {
  readonly title: string;
  /** Shown at the right end of the top rule: id, state. Empty parts are left out. */
  readonly marks: readonly string[];
  /** Cleaned already; may carry colours. */
  readonly lines: readonly string[];
}

/** Below this many columns a frame costs more than it gives. */
const narrow = 60;
const widest = 120;
const titleMax = 40;

/** Columns a line of a card may take. */
export const lineWidth = (look: Look): number => (look.width < narrow ? look.width : Math.min(look.width, widest) - 2);

/** Top rule, left gutter, open right side, so that wide glyphs and copying never break a card (AGENT-AND-CLI §8). */
export function card({ title, marks, lines }: Card, look: Look): string {
  const shown = marks.filter((mark) => mark !== '').join(separator(look));
  if (look.width < narrow) return `${[[title, shown].filter(Boolean).join(': '), ...lines].join('\n')}\n`;
  const width = lineWidth(look);
  const gutter = look.unicode ? '│' : '|';
  return `${[topRule(title, shown, look), ...lines.map((line) => `${gutter} ${fit(line, width)}`.trimEnd())].join('\n')}\n`;
}

function topRule(title: string, marks: string, look: Look): string {
  const [corner, rule] = look.unicode ? ['┌', '─'] : ['+', '-'];
  const width = Math.min(look.width, widest);
  const left = `${corner}${rule} ${fit(title, titleMax)} `;
  const right = marks === '' ? rule : ` ${fit(marks, width - displayWidth(left) - 4)} ${rule}`;
  return left + rule.repeat(Math.max(1, width - displayWidth(left) - displayWidth(right))) + right;
}
