/**
 * TMF630 lets any attribute filter a list and the documents name none of them, so a generated client
 * could not say `state=completed`. For the SDKs the usual ones are declared: what a row holds itself,
 * the ids it refers to, and ranges of instants.
 */
import type { OpenApiDocument, Parameter, Schema } from '../openapi.ts';
import { schemaOf } from '../resolve.ts';

const plain = new Set(['string', 'integer', 'number', 'boolean']);

/** Query parameters that choose rows of this schema. */
export function filtersOf(document: OpenApiDocument, row: Schema): Parameter[] {
  const properties = Object.entries(schemaOf(document, row).properties ?? {}).filter(([name]) => !name.startsWith('@'));
  return properties.flatMap(([name, schema]) => filtersOfAttribute(document, name, schemaOf(document, schema)));
}

function filtersOfAttribute(document: OpenApiDocument, name: string, schema: Schema): Parameter[] {
  if (schema.format === 'date-time') {
    return [
      query(name, `Only rows with this \`${name}\`: an instant, or its beginning such as 2026-11.`),
      query(`${name}.gte`, `Only rows with \`${name}\` at this instant or later.`),
      query(`${name}.lt`, `Only rows with \`${name}\` before this instant.`),
    ];
  }
  if (plain.has(schema.type ?? '')) return [query(name, `Only rows with this \`${name}\`; several values are separated by commas.`)];
  const one = schema.type === 'array' ? schemaOf(document, schema.items ?? {}) : schema;
  return one.properties?.['id'] ? [query(`${name}.id`, `Only rows whose \`${name}\` has this id.`)] : [];
}

/** A text whatever the attribute is, since a comma joins several values. */
const query = (name: string, description: string): Parameter => ({ name, in: 'query', description, required: false, schema: { type: 'string' } });
