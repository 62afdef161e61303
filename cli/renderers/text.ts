import { stripVTControlCharacters } from 'node:util';

/** Control, format (bidirectional, zero-width, tags), line and paragraph separators, lone surrogates. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufe0f]/gu;
/** A stack of combining marks grows over the lines above; four are more than any language needs. */
const stacked = /(\p{M}{4})\p{M}+/gu;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const zero = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const flagHalf = /\p{Regional_Indicator}/u;
const ascii = /^[\x20-\x7e]*$/;
/** The only escape sequences a renderer writes itself: colours (ECMA-48 SGR). */
const paint = /\x1b\[\d+m/;

/** Longest text a renderer takes from data, in UTF-16 units (AGENT-AND-CLI §1 "Fields marked"). */
const lengthMax = 500;

/**
 * Text from data, made safe for a terminal: composed (NFC), one line, without escape sequences,
 * control, bidirectional, zero-width and tag characters (AGENT-AND-CLI §8 "sanitised").
 */
export function clean(text: string): string {
  const short = text.slice(0, lengthMax);
  if (ascii.test(short)) return short;
  return stripVTControlCharacters(short.replace(/[\t\r\n]+/g, ' ')).normalize('NFC').replace(unsafe, '').replace(stacked, '$1');
}

/** Columns a terminal needs for the text: wide East Asian glyphs and emoji take two, marks none. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const sign of text.replaceAll(new RegExp(paint, 'g'), '')) width += widthOf(sign);
  return width;
}

function widthOf(sign: string): number {
  if (ascii.test(sign) || flagHalf.test(sign)) return 1;
  if (zero.test(sign)) return 0;
  return wide.test(sign) ? 2 : 1;
}

/** Cuts to `width` columns; what was cut off shows as `~`. Colours stay closed. */
export function fit(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const parts = text.split(new RegExp(`(${paint.source})`));
  let left = width - 1;
  let kept = '';
  for (const part of parts) {
    if (paint.test(part)) {
      kept += part;
      continue;
    }
    const { head, width: taken, whole } = cut(part, left);
    kept += head;
    left -= taken;
    if (!whole) return `${kept}~${kept.includes('\x1b') ? '\x1b[0m' : ''}`;
  }
  return kept;
}

function cut(text: string, columns: number): { head: string; width: number; whole: boolean } {
  let width = 0;
  let head = '';
  for (const sign of text) {
    if (width + widthOf(sign) > columns) return { head, width, whole: false };
    head += sign;
    width += widthOf(sign);
  }
  return { head, width, whole: true };
}

/** Fills with blanks on the right to `width` columns. */
export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/** Fills with blanks on the left to `width` columns. */
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - displayWidth(text))) + text;

/** Breaks between words, for what must be read to its end; a single word that is too long stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
