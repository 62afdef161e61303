/** OpenAPI 3.0 schemas as JSON Schema for Ajv: only what decides whether a value is legal. */
import { formats, undemandingFormats } from './formats.ts';
import { refName, type Schema } from './openapi.ts';
import { SpecError } from './spec-error.ts';

export type JsonSchema = boolean | { [keyword: string]: unknown };

/** Keywords that mean the same in both dialects. */
const copied = [
  'pattern', 'enum', 'multipleOf', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'required',
  'minProperties', 'maxProperties',
] as const;

/** The schema of a value. A named component is referred to by its name, which is its `$id`. */
export function jsonSchema(schema: Schema): JsonSchema {
  const name = refName(schema);
  const nullable = schema.nullable === true;
  if (name) return nullable ? { anyOf: [{ $ref: name }, { type: 'null' }] } : { $ref: name };
  const result: { [keyword: string]: unknown } = { ...bounds(schema), ...structure(schema) };
  for (const keyword of copied) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  const format = formatOf(schema);
  if (format) result['format'] = format;
  return nullable ? withNull(result, schema) : result;
}

function withNull(result: { [keyword: string]: unknown }, schema: Schema): JsonSchema {
  if (!schema.type) return { anyOf: [result, { type: 'null' }] };
  const values = schema.enum ? { enum: [...new Set([...schema.enum, null])] } : {};
  return { ...result, ...values, type: [schema.type, 'null'] };
}

function structure(schema: Schema): { [keyword: string]: unknown } {
  return {
    ...(schema.type ? { type: schema.type } : {}),
    ...(schema.properties ? { properties: mapped(schema.properties) } : {}),
    ...(schema.items ? { items: jsonSchema(schema.items) } : {}),
    ...(schema.additionalProperties !== undefined ? { additionalProperties: openness(schema.additionalProperties) } : {}),
    ...(schema.allOf ? { allOf: schema.allOf.map(jsonSchema) } : {}),
    ...(schema.anyOf ? { anyOf: schema.anyOf.map(jsonSchema) } : {}),
    ...(schema.oneOf ? { oneOf: schema.oneOf.map(jsonSchema) } : {}),
  };
}

function mapped(properties: Record<string, Schema>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, jsonSchema(schema)]));
}

function openness(value: boolean | Schema): JsonSchema {
  return typeof value === 'boolean' ? value : jsonSchema(value);
}

/** OpenAPI 3.0 has boolean exclusive bounds, JSON Schema numbers. */
function bounds(schema: Schema): { [keyword: string]: unknown } {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return {
    ...(minimum === undefined ? {} : { [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum === undefined ? {} : { [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum }),
  };
}

function formatOf({ type, format }: Schema): string | undefined {
  if (!format || undemandingFormats.has(format)) return undefined;
  if (!formats[format]) throw new SpecError(`the format ${format} is not in tools-gen/formats.ts`);
  return type === undefined || type === 'string' ? format : undefined;
}
