/** Turns the documents and their overlays into the rows of the operation table. */
import { roles, type Role } from '#runtime/context';
import type { Operation, OperationKind, QueryParameter } from '#runtime/operation';
import type { ApiOverlay, Overlay, ResourceOverlay } from './api-overlay.ts';
import type { Spec } from './load-spec.ts';
import { operationsOf, refName, type MediaType, type Parameter, type SpecOperation } from './openapi.ts';
import { mediaOf, parametersOf, requestBodyOf, responseOf, schemaOf } from './resolve.ts';
import { SpecError } from './spec-error.ts';
import { toolByOperation, type ToolFile } from './tool-overlay.ts';

/** A row with the place in the document it came from. */
export interface OperationSource {
  row: Operation;
  spec: Spec;
  operation: SpecOperation;
  parameters: Parameter[];
}

/** Everything that tells a row's domain facts apart from its shape. */
type Facts = Pick<Operation, 'kind' | 'resource' | 'area' | 'aggregate' | 'events' | 'roles' | 'readonly' | 'idempotent' | 'destructive' | 'money' | 'admin'>;

interface Place {
  spec: Spec;
  path: string;
  method: string;
  operation: SpecOperation;
}

const ownKinds: readonly string[] = ['list', 'retrieve', 'create', 'patch', 'delete', 'action', 'read'] satisfies OperationKind[];

/** Whether the client serves it: it receives notifications there (TMF.md §1). */
export const isListener = (path: string): boolean => path.startsWith('/listener/');

/** One row per served operation, in document order. Throws SpecError naming the operation that lacks a fact. */
export function operationSources(specs: readonly Spec[], overlay: Overlay, file: ToolFile): OperationSource[] {
  const tools = toolByOperation(file.tools);
  const sources = specs.flatMap((spec) => {
    const api = overlay.apis[spec.api];
    if (!api) throw new SpecError(`specs/apis.yaml does not say which service answers ${spec.api}`);
    const places = [...operationsOf(spec.document)].filter(({ path }) => !isListener(path));
    return places.map((place) => sourceOf({ ...place, spec }, api, overlay, tools));
  });
  assertUnique(sources);
  return sources;
}

function sourceOf(place: Place, api: ApiOverlay, overlay: Overlay, tools: ReturnType<typeof toolByOperation>): OperationSource {
  const { spec, operation } = place;
  const key = `${spec.api}.${operation.operationId}`;
  const parameters = parametersOf(spec.document, place.path, operation);
  const facts = spec.api.startsWith('TMF') ? (place.path.startsWith('/hub') ? hubFacts(place, overlay) : resourceFacts(place, api)) : ownFacts(place);
  const tool = tools.get(key);
  const row: Operation = {
    key, api: spec.api, service: api.service, ...addresses(place), operationId: operation.operationId, ...facts,
    pathParams: parameters.filter((each) => each.in === 'path').map((each) => each.name),
    query: parameters.filter((each) => each.in === 'query').map((each) => queryOf(spec, each)),
    ...bodies(place),
    tool: tool?.name ?? null,
    cli: asText(operation['x-cli']) ?? tool?.tool.cli ?? null,
  };
  return { row, spec, operation, parameters };
}

function addresses({ spec, path, method }: Place): Pick<Operation, 'method' | 'path' | 'aliases'> {
  const upper = method.toUpperCase();
  if (upper !== 'GET' && upper !== 'POST' && upper !== 'PATCH' && upper !== 'DELETE') {
    throw new SpecError(`${spec.file}: ${upper} ${path}: only GET, POST, PATCH and DELETE are served`);
  }
  const others = spec.document.servers.slice(1).map((server) => server.url.replace(/\/$/, ''));
  return { method: upper, path: spec.basePath + path, aliases: others.map((base) => base + path) };
}

function bodies({ spec, operation }: Place): Pick<Operation, 'requestSchema' | 'mediaTypes' | 'success' | 'successStatus'> {
  const content = requestBodyOf(spec.document, operation)?.content ?? {};
  const success: Record<number, string | null> = {};
  for (const status of Object.keys(operation.responses).filter((code) => code.startsWith('2')).sort()) {
    success[Number(status)] = bodyName(mediaOf(responseOf(spec.document, operation, status).content));
  }
  const statuses = Object.keys(success).map(Number);
  if (statuses.length === 0) throw new SpecError(`${spec.file}: ${operation.operationId} has no success answer`);
  return {
    requestSchema: bodyName(mediaOf(content)),
    mediaTypes: Object.keys(content).map((type) => type.split(';')[0] ?? type),
    success,
    successStatus: statuses.includes(201) ? 201 : Math.min(...statuses),
  };
}

/** `ProductOrder`, `ProductOrder[]`, or null for none and for an inline schema. */
function bodyName(media: MediaType | undefined): string | null {
  const schema = media?.schema;
  if (schema?.type === 'array') {
    const item = refName(schema.items);
    return item ? `${item}[]` : null;
  }
  return refName(schema) ?? null;
}

function queryOf(spec: Spec, { name, schema, required }: Parameter): QueryParameter {
  const type = schemaOf(spec.document, schema).type ?? 'string';
  if (type === 'object') throw new SpecError(`${spec.file}: query parameter ${name} is an object`);
  return { name, type, required: required ?? false };
}

function hubFacts({ method }: Place, { hub }: Overlay): Facts {
  const creates = method === 'post';
  return {
    kind: creates ? 'hub-create' : 'hub-delete', resource: null, area: hub.area, aggregate: hub.aggregate,
    events: creates ? hub.create : hub.delete, roles: hub.roles,
    readonly: false, idempotent: !creates, destructive: !creates, money: false, admin: false,
  };
}

function resourceFacts(place: Place, api: ApiOverlay): Facts {
  const resource = place.path.split('/')[1] ?? '';
  const overlay = api.resources?.[resource];
  if (!overlay) throw new SpecError(`specs/apis.yaml: ${place.spec.api} does not describe the resource ${resource}`);
  const kind = resourceKind(place);
  return {
    kind, resource, area: overlay.area, aggregate: overlay.aggregate, events: eventsOf(kind, overlay), roles: rolesOf(kind, overlay),
    readonly: place.method === 'get', idempotent: place.method === 'get' || place.method === 'delete',
    destructive: kind === 'delete' || (kind === 'create' && overlay.destructive === true),
    money: kind === 'create' && overlay.money === true, admin: false,
  };
}

function resourceKind({ method, path }: Place): OperationKind {
  if (method === 'get') return path.endsWith('}') ? 'retrieve' : 'list';
  if (method === 'post') return 'create';
  return method === 'patch' ? 'patch' : 'delete';
}

function eventsOf(kind: OperationKind, overlay: ResourceOverlay): string[] {
  if (kind !== 'create' && kind !== 'patch' && kind !== 'delete') return [];
  return overlay[kind] ?? [];
}

function rolesOf(kind: OperationKind, overlay: ResourceOverlay): Role[] {
  if (kind === 'list' || kind === 'retrieve') return overlay.read;
  if (kind === 'patch') return overlay.patch_by ?? overlay.write;
  return kind === 'delete' ? (overlay.delete_by ?? overlay.write) : overlay.write;
}

function ownFacts(place: Place): Facts {
  const { spec, path, method, operation } = place;
  const say = (name: `x-${string}`): string => {
    const value = asText(operation[name]);
    if (value === null) throw new SpecError(`${spec.file}: ${operation.operationId} has no ${name}`);
    return value;
  };
  const kind = say('x-kind');
  if (!ownKinds.includes(kind)) throw new SpecError(`${spec.file}: ${operation.operationId} has the unknown x-kind ${kind}`);
  const is = (name: `x-${string}`): boolean => operation[name] === true;
  return {
    kind: kind as OperationKind, // one of ownKinds
    resource: path.split('/')[1] ?? null, area: say('x-area'), aggregate: say('x-aggregate'),
    events: asTexts(operation['x-events']), roles: rolesIn(place),
    readonly: method === 'get' || is('x-readonly'), idempotent: method === 'get' || method === 'delete' || is('x-idempotent'),
    destructive: is('x-destructive') || (method === 'delete' && operation['x-destructive'] !== false), money: is('x-money'), admin: is('x-admin'),
  };
}

function rolesIn({ spec, operation }: Place): Role[] {
  const named = asTexts(operation['x-roles']);
  const known = roles.filter((role) => named.includes(role));
  if (known.length === 0 || known.length !== named.length) throw new SpecError(`${spec.file}: ${operation.operationId} has no x-roles, or unknown ones`);
  return known;
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function assertUnique(sources: readonly OperationSource[]): void {
  const seen = new Set<string>();
  for (const { row, spec } of sources) {
    if (seen.has(row.key)) throw new SpecError(`${spec.file}: the operationId ${row.operationId} occurs twice`);
    seen.add(row.key);
  }
}
