/**
 * The part of OpenAPI 3.0.3 that our documents use, as types. Everything that
 * reads specs/ speaks in these.
 */

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** Schema Object, OpenAPI 3.0.3 §4.7.24. */
export interface Schema {
  $ref?: string;
  /** One member when a reference carries a description of its own: 3.0 ignores siblings of `$ref`. */
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  description?: string;
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  format?: string;
  pattern?: string;
  enum?: Json[];
  default?: Json;
  example?: Json;
  nullable?: boolean;
  readOnly?: boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
}

export interface Header {
  $ref?: string;
  description?: string;
  required?: boolean;
  schema?: Schema;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  description?: string;
  required?: boolean;
  schema: Schema;
}

export interface MediaType {
  schema?: Schema;
}

export interface RequestBody {
  $ref?: string;
  description?: string;
  required?: boolean;
  content: Record<string, MediaType>;
}

export interface Response {
  $ref?: string;
  description: string;
  headers?: Record<string, Header>;
  content?: Record<string, MediaType>;
}

/** Operation Object; `x-…` members are ours (specs/bss) and read by the generators. */
export interface SpecOperation {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: RequestBody;
  responses: Record<string, Response>;
  [extension: `x-${string}`]: Json | undefined;
}

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
export type Method = (typeof methods)[number];

export type PathItem = Partial<Record<Method, SpecOperation>> & { parameters?: Parameter[] };

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string; license?: { name: string }; [extension: `x-${string}`]: Json | undefined };
  servers: { url: string; description?: string }[];
  tags?: { name: string; description?: string }[];
  paths: Record<string, PathItem>;
  components: {
    schemas: Record<string, Schema>;
    parameters?: Record<string, Parameter>;
    responses?: Record<string, Response>;
    requestBodies?: Record<string, RequestBody>;
    headers?: Record<string, Header>;
  };
}

const schemaPointer = '#/components/schemas/';

/** Pointer of a named schema of the same document. */
export function schemaRef(name: string): string {
  return schemaPointer + name;
}

/**
 * Name of the component a schema stands for: a plain `$ref`, or the one-member
 * `allOf` that lets a reference carry its own description. Undefined for an
 * inline schema.
 */
export function refName(schema: Schema | undefined): string | undefined {
  const only = schema?.allOf?.length === 1 ? schema.allOf[0] : undefined;
  const ref = schema?.$ref ?? only?.$ref;
  return ref?.startsWith(schemaPointer) ? ref.slice(schemaPointer.length) : undefined;
}

/** The operations of a document in document order. */
export function* operationsOf(document: OpenApiDocument): Generator<{ path: string; method: Method; operation: SpecOperation }> {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of Object.keys(item)) {
      if (!isMethod(method)) continue;
      const operation = item[method];
      if (operation) yield { path, method, operation };
    }
  }
}

function isMethod(name: string): name is Method {
  return (methods as readonly string[]).includes(name);
}
