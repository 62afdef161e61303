/**
 * What a TMF document states, without its prose: the common form of a fact file,
 * a Swagger 2.0 and an OpenAPI 3.0 document. The importer writes from it, the
 * verifier compares two of it.
 */
import type { Json, Method, Schema } from '../openapi.ts';

export interface FactParameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required: boolean;
  schema: Schema;
}

export interface FactResponse {
  /** Undefined for an answer without a body. */
  schema?: Schema;
  headers: Record<string, Schema>;
}

export interface FactOperation {
  method: Method;
  /** Below the base path, `{id}` form. */
  path: string;
  operationId: string;
  tags: string[];
  parameters: FactParameter[];
  request?: { schema: Schema; required: boolean };
  /** 2xx answers by status. */
  success: Record<string, FactResponse>;
  /** Statuses answered with the Error schema. */
  errors: string[];
}

export interface Facts {
  /** `TMF622`; empty when the document does not say. */
  api: string;
  /** File the document came from. */
  source: string;
  title: string;
  version: string;
  /** Every path prefix the document serves, the first one preferred, no trailing slash. */
  basePaths: string[];
  operations: FactOperation[];
  schemas: Record<string, Schema>;
}

/** A file that is neither a fact file nor a Swagger 2.0 / OpenAPI 3.0 document, or lacks a part of one. */
export class FactsError extends Error {
  override name = 'FactsError';
}

const structural = [
  'type', 'format', 'pattern', 'enum', 'default', 'nullable', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum',
  'multipleOf', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems',
] as const;

type Loose = Record<string, unknown>;

/**
 * The structure of a schema in OpenAPI 3.0 form: prose and examples dropped, members
 * in one order, references pointing into `components`, `type: object` written out
 * where there are properties. A discriminator is dropped: it checks nothing. An open schema (no type, no properties) stays `{}`.
 */
export function bareSchema(source: unknown): Schema {
  // Fact files list the parts of an allOf by name.
  if (typeof source === 'string') return { $ref: componentRef(source) };
  if (!isObject(source)) return {};
  const described = describedReference(source);
  if (described) return bareSchema(described);
  if (typeof source.$ref === 'string') return { $ref: componentRef(source.$ref) };
  return { ...scalarsOf(source), ...nestedOf(source) };
}

/** What an allOf of one stands for when it adds nothing but prose. */
function describedReference(source: Loose): unknown {
  const { allOf, description: _description, title: _title, ...rest } = source;
  return Array.isArray(allOf) && allOf.length === 1 && Object.keys(rest).length === 0 ? allOf[0] : undefined;
}

function componentRef(ref: string): string {
  return `#/components/schemas/${ref.slice(ref.lastIndexOf('/') + 1)}`;
}

function scalarsOf(source: Loose): Schema {
  const kept = structural.filter((key) => source[key] !== undefined).map((key) => [key, source[key]]);
  // The keys are those of Schema, the values those of a parsed document.
  const schema = Object.fromEntries(kept) as Schema;
  return hasMembers(source.properties) ? { type: 'object', ...schema } : schema;
}

function nestedOf(source: Loose): Schema {
  const schema: Schema = {};
  if (source.items) schema.items = bareSchema(source.items);
  if (isObject(source.properties) && hasMembers(source.properties)) schema.properties = mapValues(source.properties, bareSchema);
  if (Array.isArray(source.required) && source.required.length > 0) schema.required = source.required.map(String);
  for (const key of ['allOf', 'oneOf', 'anyOf'] as const) {
    const members = source[key];
    if (Array.isArray(members)) schema[key] = members.map(bareSchema);
  }
  const extra = source.additionalProperties;
  if (extra !== undefined) schema.additionalProperties = typeof extra === 'boolean' ? extra : bareSchema(extra);
  return schema;
}

export function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasMembers(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}

export function mapValues<A, B>(source: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, change(value)]));
}

/** `/tmf-api/x/v4/` → `/tmf-api/x/v4`, scheme and host removed. */
export function barePath(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/, '').replace(/\/+$/, '');
}

/** `4.0` → `4.0.0`. */
export function fullVersion(version: string): string {
  const parts = version.split('.');
  return [...parts, '0', '0'].slice(0, Math.max(3, parts.length)).join('.');
}

/** Equality of two JSON values, member order aside. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: Json | undefined): string | undefined {
  return JSON.stringify(value, (_key, each: unknown) => (isObject(each) ? Object.fromEntries(Object.entries(each).sort()) : each));
}
