/** Follows the references inside one OpenAPI document. */
import type { MediaType, OpenApiDocument, Parameter, RequestBody, Response, Schema, SpecOperation } from './openapi.ts';
import { SpecError } from './spec-error.ts';

/** What a local reference points at. Throws SpecError when nothing is there. */
function follow(document: OpenApiDocument, ref: string): unknown {
  const parts = ref.replace(/^#\//, '').split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value: unknown = document;
  for (const part of parts) value = (value as Record<string, unknown> | undefined)?.[part];
  if (value === undefined) throw new SpecError(`${document.info.title}: ${ref} points at nothing`);
  return value;
}

/** The parameters of an operation, those of its path first. */
export function parametersOf(document: OpenApiDocument, path: string, operation: SpecOperation): Parameter[] {
  const all = [...(document.paths[path]?.parameters ?? []), ...(operation.parameters ?? [])];
  // A reference among parameters points at a parameter.
  return all.map((each) => (each.$ref ? (follow(document, each.$ref) as Parameter) : each));
}

export function requestBodyOf(document: OpenApiDocument, operation: SpecOperation): RequestBody | undefined {
  const body = operation.requestBody;
  // A reference in the place of a request body points at one.
  return body?.$ref ? (follow(document, body.$ref) as RequestBody) : body;
}

/** The answer of one status. Throws SpecError when the operation declares none. */
export function responseOf(document: OpenApiDocument, operation: SpecOperation, status: string): Response {
  const response = operation.responses[status];
  if (!response) throw new SpecError(`${operation.operationId} declares no ${status}`);
  // A reference in the place of a response points at one.
  return response.$ref ? (follow(document, response.$ref) as Response) : response;
}

/** A schema with its references followed until it says something itself. */
export function schemaOf(document: OpenApiDocument, schema: Schema): Schema {
  const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined;
  const ref = schema.$ref ?? only?.$ref;
  // A reference in the place of a schema points at one.
  return ref ? schemaOf(document, follow(document, ref) as Schema) : schema;
}

/** The JSON body of a request or answer; plain JSON before its variants. */
export function mediaOf(content: Record<string, MediaType> | undefined): MediaType | undefined {
  if (!content) return undefined;
  return content['application/json'] ?? Object.entries(content).find(([type]) => type.includes('json'))?.[1] ?? Object.values(content)[0];
}
