/**
 * What TMF630 lets a client ask of every operation and the documents of the TM Forum leave out: the order of a
 * list, versions and keys. Only in what a service hands out, so that clients made from it can ask, too; filters
 * have no form in OpenAPI that names no attribute.
 */
import type { Method, OpenApiDocument, Parameter, PathItem, Schema, SpecOperation } from '../openapi.ts';

const header = (name: string, description: string, limits: Schema = {}): Parameter =>
  ({ name, in: 'header', description, required: false, schema: { type: 'string', ...limits } });

const sort: Parameter = { name: 'sort', in: 'query', description: 'Attributes to order by, separated by commas, each with - for descending: -orderDate,id.', required: false, schema: { type: 'string' } };
const ifMatch = header('If-Match', 'ETag of the version to change; another version is refused with 412.');
const ifNoneMatch = header('If-None-Match', 'ETag of the version that is known; 304 when there is no other.');
const idempotencyKey = header('Idempotency-Key', 'Names this call for 24 hours: a repeat with the same body gets the first answer again.', { maxLength: 255 });

export const asked = (document: OpenApiDocument): OpenApiDocument =>
  ({ ...document, paths: Object.fromEntries(Object.entries(document.paths).map(([path, item]) => [path, askedItem(path, item)])) });

function askedItem(path: string, item: PathItem): PathItem {
  // Those the client serves.
  if (path.startsWith('/listener/')) return item;
  const operations = Object.entries(item) as [Method, SpecOperation][]; // a path of the TM Forum has no parameters of its own
  return Object.fromEntries(operations.map(([method, operation]) => [method, { ...operation, parameters: [...(operation.parameters ?? []), ...further(path, method)] }]));
}

function further(path: string, method: Method): Parameter[] {
  const one = path.endsWith('/{id}');
  const versioned = one && !path.startsWith('/hub');
  if (method === 'get') return one ? [ifNoneMatch] : [sort];
  return [...(versioned ? [ifMatch] : []), ...(method === 'delete' ? [] : [idempotencyKey])];
}
