/** Writes the OpenAPI 3.0.3 document of one TMF API from its facts. */
import { schemaRef, type OpenApiDocument, type Parameter, type PathItem, type Response, type Schema, type SpecOperation } from '../openapi.ts';
import { describeHeader, describeOperation, describeParameter, describeProperty, describeSchema, describeStatus, describeTag } from './descriptions.ts';
import { FactsError, type FactOperation, type FactResponse, type Facts } from './facts.ts';

const mediaType = 'application/json';

/**
 * Base paths where conformance practice is not what the document says (TMF.md §1):
 * payment lacks the prefix all others have; its own path stays as the second server.
 */
const preferredPaths: Record<string, string> = { TMF676: '/tmf-api/payment/v4' };

/** Name of the vendored file: API, subject of the base path, version. Throws FactsError for a document that names neither. */
export function fileNameOf(facts: Facts): string {
  const subject = /([^/]+)\/v\d+$/.exec(serversOf(facts)[0] ?? '')?.[1];
  if (!facts.api || !subject) throw new FactsError(`${facts.source} names no API or no base path`);
  const name = (subject.charAt(0).toUpperCase() + subject.slice(1)).replace(/Management$/, '');
  return `${facts.api}-${name}-v${facts.version}.json`;
}

/** The document, every member in a fixed order: schemas by name, the rest as in the source. */
export function buildDocument(facts: Facts): OpenApiDocument {
  const tags = [...new Set(facts.operations.flatMap((operation) => operation.tags))];
  const statuses = [...new Set(facts.operations.flatMap((operation) => operation.errors))].sort();
  return {
    openapi: '3.0.3',
    info: {
      title: facts.title,
      version: facts.version,
      description: `Interface of TM Forum Open API ${facts.api}, with descriptions by the authors of this project.`,
      license: { name: 'Apache-2.0' },
      'x-source': facts.source,
    },
    servers: serversOf(facts).map((url) => ({ url })),
    tags: tags.map((name) => ({ name, description: describeTag(name) })),
    paths: pathsOf(facts),
    components: { schemas: schemasOf(facts), responses: errorsOf(statuses, facts) },
  };
}

function serversOf(facts: Facts): string[] {
  const preferred = preferredPaths[facts.api];
  return [...new Set(preferred ? [preferred, ...facts.basePaths] : facts.basePaths)];
}

function pathsOf(facts: Facts): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const operation of facts.operations) {
    const item = (paths[operation.path] ??= {});
    item[operation.method] = operationOf(operation);
  }
  return paths;
}

function operationOf(operation: FactOperation): SpecOperation {
  const { operationId, tags, request } = operation;
  const success = Object.entries(operation.success).map(([status, response]) => [status, successOf(status, response)] as const);
  const errors = operation.errors.map((status) => [status, { $ref: `#/components/responses/${errorName(status)}` } as Response] as const);
  return {
    tags,
    summary: describeOperation(operation),
    operationId,
    ...(operation.parameters.length > 0 && { parameters: parametersOf(operation) }),
    ...(request && { requestBody: { required: request.required, content: { [mediaType]: { schema: request.schema } } } }),
    responses: Object.fromEntries([...success, ...errors]),
  };
}

function parametersOf(operation: FactOperation): Parameter[] {
  return operation.parameters.map((parameter) => ({
    name: parameter.name,
    in: parameter.in,
    description: describeParameter(parameter, operation.path),
    required: parameter.required,
    schema: parameter.schema,
  }));
}

function successOf(status: string, response: FactResponse): Response {
  const headers = Object.entries(response.headers).map(([name, schema]) => [name, { description: describeHeader(name), schema }] as const);
  return {
    description: describeStatus(status),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    ...(response.schema && { content: { [mediaType]: { schema: response.schema } } }),
  };
}

function errorName(status: string): string {
  return `Error${status}`;
}

function errorsOf(statuses: string[], facts: Facts): Record<string, Response> {
  const content = facts.schemas.Error ? { content: { [mediaType]: { schema: { $ref: schemaRef('Error') } } } } : {};
  return Object.fromEntries(statuses.map((status) => [errorName(status), { description: describeStatus(status), ...content }]));
}

function schemasOf(facts: Facts): Record<string, Schema> {
  // By code unit, not by locale: the same bytes on every machine.
  const names = Object.keys(facts.schemas).sort();
  return Object.fromEntries(names.map((name) => [name, describedSchema(name, facts.schemas[name] ?? {})]));
}

function describedSchema(name: string, schema: Schema): Schema {
  const described: Schema = { description: describeSchema(name, schema), ...schema };
  if (!schema.properties) return described;
  const entries = Object.entries(schema.properties).map(([key, value]) => [key, withDescription(value, describeProperty(name, key, value))] as const);
  return { ...described, properties: Object.fromEntries(entries) };
}

/** OpenAPI 3.0 ignores siblings of `$ref`, so a described reference is an `allOf` of one. */
function withDescription(schema: Schema, description: string): Schema {
  return schema.$ref ? { description, allOf: [schema] } : { description, ...schema };
}

/** The document as it is stored: two spaces, newline at the end. */
export function documentText(document: OpenApiDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
