/** Paging of lists (TMF630 §4.3), also for our own APIs. */
import { BadRequest } from '#runtime/errors';
import type { Config } from '#runtime/config';

export interface Page {
  readonly limit: number;
  readonly offset: number;
  /** The client itself named one of the two. */
  readonly asked: boolean;
}

type Query = Readonly<Record<string, unknown>>;

/** @throws {BadRequest} a limit or offset that is no whole number from 0 */
export function pageOf(query: Query, config: Pick<Config, 'listDefaultLimit' | 'listMaxLimit'>): Page {
  const limit = wholeNumber('limit', query['limit']);
  const offset = wholeNumber('offset', query['offset']);
  return { limit: Math.min(limit ?? config.listDefaultLimit, config.listMaxLimit), offset: offset ?? 0, asked: limit !== null || offset !== null };
}

function wholeNumber(name: string, value: unknown): number | null {
  if (value === undefined || value === '') return null;
  const number = /^\d{1,15}$/.test(String(value)) ? Number(value) : NaN;
  if (Number.isNaN(number)) throw new BadRequest(`${name} must be a whole number from 0, not ${JSON.stringify(value)}`);
  return number;
}

/** 206 only for a client that asked for a part and has not got the last row (TMF.md §2). */
export const pageStatus = ({ offset, asked }: Page, count: number, total: number): 200 | 206 => (asked && offset + count < total ? 206 : 200);

/** The links repeat the query up to five times, and many clients refuse an answer with more than 16 KiB of headers. */
const linkCharsMax = 12_000;

/**
 * Headers of a page; without links where the query is too long to be repeated.
 * @param href absolute address of the collection
 */
export function pageHeaders(page: Page, query: Query, href: string, count: number, total: number): Record<string, string> {
  const link = links(page, query, href, total);
  return { 'X-Total-Count': String(total), 'X-Result-Count': String(count), ...(link.length > linkCharsMax ? {} : { Link: link }) };
}

/** RFC 8288: this part, the first, the ones beside it and the last. */
function links({ limit, offset }: Page, query: Query, href: string, total: number): string {
  const step = Math.max(limit, 1);
  const at = (start: number, rel: string): string => `<${href}?${queryText(query, limit, start)}>; rel="${rel}"`;
  const parts = [at(offset, 'self'), at(0, 'first')];
  if (offset > 0) parts.push(at(Math.max(0, offset - step), 'prev'));
  if (offset + limit < total) parts.push(at(offset + step, 'next'));
  parts.push(at(Math.max(0, Math.ceil(total / step) - 1) * step, 'last'));
  return parts.join(', ');
}

/** The query as it came, with another limit and offset. */
function queryText(query: Query, limit: number, offset: number): string {
  const pairs = Object.entries(query).filter(([name]) => name !== 'limit' && name !== 'offset')
    .flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)] as const));
  const text = [...pairs, ['limit', String(limit)], ['offset', String(offset)]] as const;
  return text.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}
