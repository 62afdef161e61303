/** The SQL of a stored resource. Writes take a Writer, which only a permit opens. */
import { json, type Database, type Tx, type Writer } from '#db/database';
import { snake } from '#db/names';
import { resources } from '#generated/resources';
import { formatId, type IdPrefix } from '#runtime/ids';
import { storable } from '#runtime/storable';
import { firstLevelColumns } from './document.ts';
import type { Document, ResourceDefinition, ResourceRow, ResourceValues } from './resource.ts';

type Reader = Pick<Database, 'read' | 'one'> | Pick<Tx, 'read' | 'one'>;

/** The row with this id, or null. */
export async function findResource<Row extends ResourceRow>(reader: Reader, definition: ResourceDefinition<Row>, id: string): Promise<Row | null> {
  return storable(id) ? reader.one<Row>(`${selectSql(definition)} ${whereSql(definition, ['r.id = $1'])}`, [id]) : null;
}

/** The row with this id, locked until the transaction ends, or null. */
export async function lockResource<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, id: string): Promise<Row | null> {
  return storable(id) ? tx.one<Row>(`${selectSql(definition)} ${whereSql(definition, ['r.id = $1'])} FOR UPDATE OF r`, [id]) : null;
}

export interface NewResource extends ResourceValues {
  readonly id: string;
  readonly at: Date;
  readonly document: Document;
}

/** Inserts version 1 of a row. */
export function insertResource<Row extends ResourceRow>(writer: Writer, definition: ResourceDefinition<Row>, values: NewResource): Promise<Row> {
  const { id, at, columns, document } = values;
  return writer.insert<Row>(definition.table, { ...columns, id, document: json(document), createdAt: at, updatedAt: at });
}

export interface ResourceChange extends ResourceValues {
  readonly at: Date;
}

/**
 * Writes some columns, the document, or both, and counts the version up.
 * @returns the row as stored, without the definition's `select`
 * @throws {Error} when the row is gone: lock it first
 */
export async function updateResource<Row extends ResourceRow>(writer: Writer, definition: ResourceDefinition<Row>, id: string, change: ResourceChange): Promise<Row> {
  const { at, columns = {}, document } = change;
  const values = { ...columns, ...(document ? { document: json(document) } : {}), updatedAt: at };
  const sets = Object.keys(values).map((name, i) => `"${snake(name)}" = $${i + 2}`);
  const rows = await writer.sql<Row>(`UPDATE ${definition.table} SET ${sets.join(', ')}, rev = rev + 1 WHERE id = $1 RETURNING *`, [id, ...Object.values(values)]);
  if (!rows[0]) throw new Error(`${definition.table} has no row ${id} to update`);
  return rows[0];
}

export async function removeResource<Row extends ResourceRow>(writer: Writer, definition: ResourceDefinition<Row>, id: string): Promise<void> {
  await writer.remove(definition.table, { id });
}

/** The next id of a resource's sequence (DOMAIN §9): `ORD-014`, or `PO_001` where clients may choose. */
export async function nextId<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>): Promise<string> {
  const prefix = definition.chosenIds ?? (resources[definition.key].idPrefix as IdPrefix | null); // specs/apis.yaml names only prefixes of runtime/ids.ts
  if (!prefix) throw new Error(`${definition.key} has no id prefix: give its definition chosenIds`);
  const sequence = definition.sequence ?? `${definition.table.split('.')[0]}.seq_${prefix.toLowerCase()}`;
  const row = await tx.one<{ number: number }>('SELECT nextval($1::regclass) AS number', [sequence]);
  const id = formatId(prefix, row!.number);
  return definition.chosenIds ? id.replace('-', '_') : id;
}

/** Holds off others who want to create the same id until the transaction ends. */
export async function lockId<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, id: string): Promise<void> {
  await tx.read('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${definition.table} ${id}`]);
}

const selectSql = <Row extends ResourceRow>(definition: ResourceDefinition<Row>): string =>
  `SELECT r.*${furtherSql(definition)} FROM ${definition.table} r ${definition.joins ?? ''}`;

/** What a row of a list needs to be shown. */
export function shownSql<Row extends ResourceRow>(definition: ResourceDefinition<Row>): string {
  const { select = {}, reads } = definition;
  if (!reads) return `r.*${furtherSql(definition)}`;
  const columns = [...firstLevelColumns(definition).map(([, column]) => column), ...reads.filter((name) => !Object.hasOwn(select, name)).map(snake)];
  const further = Object.fromEntries(Object.entries(select).filter(([name]) => (reads as readonly string[]).includes(name)));
  return [...new Set(['id', 'document', ...columns])].map((column) => `r."${column}"`).join(', ') + furtherSql({ select: further });
}

const furtherSql = ({ select = {} }: Pick<ResourceDefinition, 'select'>): string =>
  Object.entries(select).map(([name, sql]) => `, ${sql} AS "${snake(name)}"`).join('');

export function whereSql<Row extends ResourceRow>({ only }: ResourceDefinition<Row>, conditions: readonly string[]): string {
  const all = [...(only ? [`(${only})`] : []), ...conditions];
  return all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`;
}
