/** Stored row → what goes over the wire. */
import { camel } from '#db/names';
import { resources } from '#generated/resources';
import { isoTime } from '#runtime/clock';
import type { Service } from '../service.ts';
import { firstLevelColumns } from './document.ts';
import { put, type JsonObject } from './json.ts';
import type { Document, ResourceDefinition, ResourceRow } from './resource.ts';

/** First-level attributes asked for with `fields=`, or null for all of them. */
export type Fields = ReadonlySet<string> | null;

/** Absolute address of a stored resource. */
export const hrefOf = (service: Pick<Service, 'href'>, definition: Pick<ResourceDefinition, 'key'>, id: string): string =>
  service.href(`${resources[definition.key].path}/${encodeURIComponent(id)}`);

/** The whole representation: id and href first, `@type` always, instants as text. */
export function project<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, row: Row, fields: Fields = null): JsonObject {
  const { schema } = resources[definition.key];
  const all: JsonObject = { id: row.id, href: hrefOf(service, definition, row.id) };
  for (const [name, value] of Object.entries(row.document)) put(all, name, value);
  const values = row as unknown as Document; // rows have a property per column
  for (const [name, column] of firstLevelColumns(definition)) show(all, name, values[camel(column)]);
  for (const [name, value] of Object.entries(definition.project?.(row, service) ?? {})) show(all, name, value);
  all['@type'] ??= schema;
  return fields ? reduced(all, fields) : all;
}

/** Columns and the definition's own view win over the document; what they leave empty is absent. */
function show(all: JsonObject, name: string, value: unknown): void {
  if (value === null || value === undefined) delete all[name];
  else put(all, name, value instanceof Date ? isoTime(value) : value);
}

function reduced(all: JsonObject, fields: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(all).filter(([name]) => fields.has(name)));
}

/**
 * Reads `fields=` (TMF630 §4.2): comma-separated or repeated; only the first level of a path
 * counts; `none` stands for id and href.
 */
export function fieldsOf(query: Readonly<Record<string, unknown>>): Fields {
  const asked = [query['fields']].flat().filter((one) => one !== undefined);
  const names = asked.flatMap((one) => String(one).split(',')).map((name) => (name.trim().split('.')[0] ?? ''));
  const known = names.filter((name) => name !== '');
  if (known.length === 0) return null;
  return new Set(known.flatMap((name) => (name === 'none' ? ['id', 'href'] : [name])));
}

/** A list shows id and href besides the named attributes. */
export const withIdentity = (fields: Fields): Fields => fields && new Set(['id', 'href', ...fields]);
