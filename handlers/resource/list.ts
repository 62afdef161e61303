/** A page of a stored resource, and how many rows there are in all. */
import type { Database } from '#db/database';
import { Binder } from './filter.ts';
import type { ResourceDefinition, ResourceRow } from './resource.ts';
import { shownSql, whereSql } from './rows.ts';
import { snapshotSql, totalOf } from './total.ts';

export interface ListRequest {
  /** Every one must hold. */
  readonly conditions: readonly string[];
  /** What the marks of the conditions stand for. */
  readonly values: readonly unknown[];
  /** ORDER BY, or its exact opposite; its marks count on from those of the conditions. */
  order(binder: Binder, backwards: boolean): string;
  readonly limit: number;
  readonly offset: number;
  /** Some condition names a value inside the document, which an index finds: most often few rows match. */
  readonly isSearch?: boolean;
}

export interface ListResult<Row> {
  /** They hold what the definition `reads`. */
  readonly rows: Row[];
  /** Rows that match, on this page or not. */
  readonly total: number;
}

/** From here on a page is found by ids alone, and from the nearer end. As many matching rows are few. */
const farOffset = 1000;

/** One page and the number of all matching rows; the count is skipped where the page tells it. */
export async function listResources<Row extends ResourceRow>(db: Database, definition: ResourceDefinition<Row>, request: ListRequest): Promise<ListResult<Row>> {
  const { values, limit, offset } = request;
  const where = whereSql(definition, request.conditions);
  const count = (snapshot?: string): Promise<number> => totalOf(db, `SELECT count(*) AS total FROM ${definition.table} r ${where}`, values, snapshot);
  if (offset >= farOffset) return farPage(db, definition, request, where, await count());
  const found = request.isSearch ? await pageOfFew(db, definition, request, where) : null;
  if (found) return found;
  const binder = new Binder(values);
  const order = request.order(binder, false);
  const rows = await db.read<Row & Seen>(pageSql(definition, where, `ORDER BY ${order}`, windowSql(binder, limit, offset)), binder.values, false);
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  return { rows, total: await count(rows[0]?.snapshot) };
}

/** What a page was read in; its total is known when the rows were counted in the same. */
interface Seen {
  readonly snapshot: string;
}

/** What is selected besides is read for the rows of the page alone, neither for those skipped nor for those sorted. */
function pageSql<Row extends ResourceRow>(definition: ResourceDefinition<Row>, where: string, order: string, window: string): string {
  const { table, select, joins = '' } = definition;
  const snapshot = `(SELECT ${snapshotSql}) AS snapshot`;
  if (!select) return `SELECT ${shownSql(definition)}, ${snapshot} FROM ${table} r ${where} ${order} ${window}`;
  return `SELECT ${shownSql(definition)}, ${snapshot} FROM (SELECT r.* FROM ${table} r ${where} ${order} ${window}) r ${joins} ${order}`;
}

/** Skips ids in the index only, at most half of them, and reads whole rows of the page alone. */
async function farPage<Row extends ResourceRow>(db: Database, definition: ResourceDefinition<Row>, request: ListRequest, where: string, total: number): Promise<ListResult<Row>> {
  const behind = total - request.offset;
  if (behind <= 0) return { rows: [], total };
  const size = Math.min(request.limit, behind);
  const backwards = request.offset > total / 2;
  const binder = new Binder(request.values);
  const order = request.order(binder, backwards);
  const ids = `SELECT r.id FROM ${definition.table} r ${where} ORDER BY ${order} ${windowSql(binder, size, backwards ? behind - size : request.offset)}`;
  const rows = await db.read<Row>(`SELECT ${shownSql(definition)} FROM ${definition.table} r JOIN (${ids}) page USING (id) ${definition.joins ?? ''} ORDER BY ${order}`, binder.values, false);
  return { rows: backwards ? rows.reverse() : rows, total };
}

/** What `pageOfFew` reads besides a row; without a row on the page it is alone. */
interface Found {
  readonly id: string | null;
  readonly matching: number;
}

/**
 * Finds all that match before it sorts them, unless they are many. Left alone, PostgreSQL takes a value
 * that its sample of the documents happens to hold for a hundred times as frequent as it is, and
 * walks through the whole table in the list's order (40 to 80 ms of 100,000 rows) to find ten rows.
 * @returns null when they are many: then the list's order is the quicker way
 */
async function pageOfFew<Row extends ResourceRow>(db: Database, definition: ResourceDefinition<Row>, request: ListRequest, where: string): Promise<ListResult<Row> | null> {
  const { table, joins = '' } = definition;
  const binder = new Binder(request.values);
  const order = request.order(binder, false);
  const window = windowSql(binder, request.limit, request.offset);
  const found = await db.read<Row & Found>(
    `WITH few AS MATERIALIZED (SELECT r.* FROM ${table} r ${where} LIMIT ${farOffset + 1}), counted AS MATERIALIZED (SELECT count(*) AS matching FROM few)
     SELECT counted.matching, page.* FROM counted LEFT JOIN LATERAL (
       SELECT ${shownSql(definition)}, row_number() OVER (ORDER BY ${order}) AS place
       FROM (SELECT r.* FROM few r WHERE counted.matching <= ${farOffset} ORDER BY ${order} ${window}) r ${joins}
     ) page ON true ORDER BY page.place`,
    binder.values, false,
  );
  const { matching } = found[0]!; // counted has a row
  return matching > farOffset ? null : { rows: found.filter(({ id }) => id !== null), total: matching };
}

const windowSql = (binder: Binder, limit: number, offset: number): string => `LIMIT ${binder.bind(limit, 'bigint')} OFFSET ${binder.bind(offset, 'bigint')}`;
