import { card } from './card.ts';
import { painted, type Look } from './look.ts';
import { displayWidth, padEnd, padStart } from './text.ts';

export interface Column<T> {
  readonly head: string;
  /** Plain, already cleaned text of the cell. */
  readonly cell: (row: T) => string;
  readonly align?: 'right';
  /** Colours the padded text; must not change it otherwise. */
  readonly paint?: (text: string, row: T, look: Look) => string;
}

const gap = '  ';

/** Rows as aligned columns under dimmed heads, in a card. */
export function tableCard<T>(title: string, marks: readonly string[], columns: readonly Column<T>[], rows: readonly T[], look: Look): string {
  if (rows.length === 0) return card({ title, marks, lines: [painted('none', 'dim', look)] }, look);
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map((column, index) => Math.max(displayWidth(column.head), ...cells.map((line) => displayWidth(line[index] ?? ''))));
  const padded = (text: string, index: number): string => (columns[index]?.align === 'right' ? padStart : padEnd)(text, widths[index] ?? 0);
  const head = painted(columns.map((column, index) => padded(column.head, index)).join(gap).trimEnd(), 'dim', look);
  const body = rows.map((row, at) => columns.map((column, index) => {
    const text = padded(cells[at]?.[index] ?? '', index);
    return column.paint ? column.paint(text, row, look) : text;
  }).join(gap).trimEnd());
  return card({ title, marks, lines: [head, ...body] }, look);
}
