import { card, lineWidth } from './card.ts';
import { painted, type Look } from './look.ts';
import { displayWidth, fit, padEnd, padStart, wrap } from './text.ts';

export interface Column<T> {
  readonly head: string;
  /** Plain, already cleaned text of the cell. */
  readonly cell: (row: T) => string;
  readonly align?: 'right';
  /** Gives way when a row is longer than the card: names and sentences do, ids and amounts never. */
  readonly flexible?: true;
  /** Left out of every row when one has no room for it, even with the flexible columns at their least. */
  readonly spare?: true;
  /** Breaks between words instead of being cut; for the last column. */
  readonly wraps?: true;
  /** Colours the padded text; must not change it otherwise. */
  readonly paint?: (text: string, row: T, look: Look) => string;
}

const gap = '  ';

/** Rows as aligned columns under dimmed heads, in a card. */
export function tableCard<T>(title: string, marks: readonly string[], columns: readonly Column<T>[], rows: readonly T[], look: Look): string {
  if (rows.length === 0) return card({ title, marks, lines: [painted('none', 'dim', look)] }, look);
  return card({ title, marks, lines: alignedLines(columns, rows, look) }, look);
}

/** The lines of a table: a line of heads, unless no column has one, then a line per row. */
export function alignedLines<T>(all: readonly Column<T>[], rows: readonly T[], look: Look): string[] {
  const columns = columnsWithRoom(all, rows, lineWidth(look));
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const needed = columns.map((column) => neededBy(column, rows));
  const widths = squeezed(needed, columns, lineWidth(look));
  const padded = (text: string, index: number): string => (columns[index]?.align === 'right' ? padStart : padEnd)(fit(text, widths[index] ?? 0), widths[index] ?? 0);
  const head = painted(columns.map((column, index) => padded(column.head, index)).join(gap).trimEnd(), 'dim', look);
  const last = columns.length - 1;
  const indent = ' '.repeat(widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 0));
  const body = rows.flatMap((row, at) => {
    const [said = '', ...more] = columns[last]?.wraps ? wrap(cells[at]?.[last] ?? '', widths[last] ?? 0) : [cells[at]?.[last]];
    const line = columns.map((column, index) => {
      const text = padded((index === last ? said : cells[at]?.[index]) ?? '', index);
      return column.paint ? column.paint(text, row, look) : text;
    }).join(gap).trimEnd();
    return [line, ...more.map((text) => indent + text)];
  });
  return columns.some((column) => column.head !== '') ? [head, ...body] : body;
}

/** Columns the widest cell needs. */
const neededBy = <T>({ head, cell }: Column<T>, rows: readonly T[]): number => Math.max(displayWidth(head), ...rows.map((row) => displayWidth(cell(row))));

/** Where a row has no room, flexible columns that say nothing in any row go first, then the spare ones. */
function columnsWithRoom<T>(columns: readonly Column<T>[], rows: readonly T[], available: number): readonly Column<T>[] {
  const least = (kept: readonly Column<T>[]): number => kept.reduce((sum, column) => {
    const width = neededBy(column, rows);
    return sum + gap.length + (column.flexible ? Math.min(width, flexibleMin) : width);
  }, -gap.length);
  const isEmpty = ({ flexible, cell }: Column<T>): boolean => flexible === true && rows.every((row) => cell(row) === '-');
  const ways = [() => columns, () => columns.filter((column) => !isEmpty(column)), () => columns.filter(({ spare }) => !spare), () => columns.filter((column) => !isEmpty(column) && !column.spare)];
  return ways.map((way) => way()).find((kept, index) => index === ways.length - 1 || least(kept) <= available) ?? columns;
}

/** A flexible column keeps at least this much, so that it still says something. */
const flexibleMin = 8;

/** Widths that fit into the line where the flexible columns can make room, the widest of them first. */
function squeezed<T>(needed: readonly number[], columns: readonly Column<T>[], available: number): number[] {
  const widths = [...needed];
  let excess = widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1) - available;
  for (; excess > 0; excess--) {
    const widest = widths.reduce((best, width, index) => (columns[index]?.flexible && width > (widths[best] ?? 0) ? index : best), -1);
    if ((widths[widest] ?? 0) <= flexibleMin) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
