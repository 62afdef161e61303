import type { Answer } from '#runtime/handler';
import { pageHeaders, pageStatus, type Page } from './resource/page.ts';
import { fieldsOf, withIdentity } from './resource/project.ts';

export interface ListedRow {
  readonly id: string;
  readonly href: string;
}

/**
 * Answer of a list of an own API: paging headers, 206 where the client asked for a part, and
 * only the attributes named in `fields=` besides id and href.
 * @param href absolute address of the collection
 * @param total rows that match, on this page or not
 */
export function listed<Row extends ListedRow>(query: Readonly<Record<string, unknown>>, page: Page, href: string, rows: readonly Row[], total: number): Answer<Row[]> {
  const fields = withIdentity(fieldsOf(query));
  const shown = fields ? rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => fields.has(name))) as Row) : [...rows]; // fields= leaves attributes out on purpose
  return { status: pageStatus(page, rows.length, total), body: shown, headers: pageHeaders(page, query, href, rows.length, total) };
}
