import { UsageError } from 'clipanion';
import { ok } from '#runtime/client';
import { wholeNumber } from './duration.ts';
import type { Row } from './renderers/list-columns.ts';
import type { Session } from './session.ts';

/** Window of a list. */
export interface Window {
  readonly limit: number;
  readonly offset: number;
}

interface Answer {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

export interface ListRequest {
  readonly title: string;
  /** `@type` of the rows: chooses the columns. */
  readonly type: string;
  readonly marks?: readonly string[];
  readonly fetch: (window: Window) => Promise<Answer>;
}

export interface Paging {
  readonly limit: string | undefined;
  readonly offset: string | undefined;
  readonly all: boolean;
}

const limitDefault = 100;
const limitMax = 1000;
const pageSize = 500;
/** A million rows; who wants more of them asks the database. */
const pagesMax = 2000;

/** Fetches and prints a list: a table, or line by line for scripts. @returns the exit code */
export async function printList(session: Session, paging: Paging, request: ListRequest): Promise<number> {
  const { output } = session;
  const rows: Row[] = [];
  let total: number | null = null;
  let shown = 0;
  for await (const page of pages(request.fetch, windowOf(paging), paging.all)) {
    ({ total } = page);
    shown += page.rows.length;
    if (output.scripted) output.rows(page.rows, request.type);
    else rows.push(...page.rows);
  }
  if (!output.scripted) {
    const { renderList } = await import('./renderers/render.ts');
    const count = total !== null && total > shown ? `${shown} of ${total}` : String(shown);
    output.raw(renderList(rows, { title: request.title, type: request.type, marks: [...(request.marks ?? []), count], fields: output.options.fields }, output.look));
  }
  if (total !== null && total > shown + windowOf(paging).offset) output.say(`${shown} of ${total} shown; --offset goes on, --all takes every row`);
  return 0;
}

/** Prints the rows of a list that came whole: as `--fields` and the scripting options say. */
export async function printRows({ output }: Session, rows: readonly object[], { title, type, marks = [] }: Omit<ListRequest, 'fetch'>): Promise<void> {
  if (output.scripted) return output.rows(rows, type);
  const { renderList } = await import('./renderers/render.ts');
  output.raw(renderList(rows as readonly Row[], { title, type, marks: [...marks, String(rows.length)], fields: output.options.fields }, output.look)); // rows of a list are JSON objects
}

/** The rows asked for of a list that came whole. */
export function pageOf<T>(rows: readonly T[], paging: Paging): readonly T[] {
  const { limit, offset } = windowOf(paging);
  return paging.all ? rows : rows.slice(offset, offset + limit);
}

function windowOf({ limit, offset, all }: Paging): Window {
  if (all && (limit !== undefined || offset !== undefined)) throw new UsageError('--all takes every row; leave --limit and --offset out.');
  return {
    limit: limit === undefined ? (all ? pageSize : limitDefault) : wholeNumber(limit, '--limit', 1, limitMax),
    offset: offset === undefined ? 0 : wholeNumber(offset, '--offset', 0, 999_999_999),
  };
}

async function* pages(fetch: ListRequest['fetch'], first: Window, all: boolean): AsyncGenerator<{ rows: Row[]; total: number | null }> {
  let { offset } = first;
  for (let page = 0; page < pagesMax; page++) {
    const answer = await fetch({ limit: first.limit, offset });
    const rows = (await ok<Answer & { data: Row[] }>(Promise.resolve(answer as Answer & { data: Row[] }))) as Row[]; // lists answer arrays of objects
    const counted = answer.response.headers.get('x-total-count');
    const total = counted === null ? null : Number(counted);
    yield { rows, total };
    offset += rows.length;
    if (!all || rows.length < first.limit || (total !== null && offset >= total)) return;
  }
}
