/** The listable resources of the eleven APIs, as the operation table has them. */
import { fileURLToPath } from 'node:url';
import { operations } from '#generated/operations';
import { resources, type ResourceKey } from '#generated/resources';
import type { Operation, OperationKind, Resource } from '#runtime/operation';
import { loadSpecs } from '#tools-gen/load-spec';
import type { OpenApiDocument, SpecOperation } from '#tools-gen/openapi';
import { mediaOf, requestBodyOf } from '#tools-gen/resolve';
import { type Random } from './random.ts';
import { sample } from './sample-body.ts';

export interface Listed {
  readonly key: ResourceKey;
  readonly resource: Resource;
  readonly list: Operation;
  readonly retrieve: Operation;
  readonly create: Operation | null;
  readonly patch: Operation | null;
  readonly remove: Operation | null;
}

const table = Object.values<Operation>(operations);

function listedOf(key: ResourceKey): Listed {
  const resource = resources[key];
  const of = (kind: OperationKind): Operation | null =>
    table.find((row) => row.kind === kind && row.path.replace(/\/\{\w+\}$/, '') === resource.path) ?? null;
  return { key, resource, list: of('list')!, retrieve: of('retrieve')!, create: of('create'), patch: of('patch'), remove: of('delete') };
}

/** Every stored resource has a list and a retrieve operation: `resources` comes from the same table. */
export const listed: readonly Listed[] = (Object.keys(resources) as ResourceKey[]).map(listedOf); // the keys of the record

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Source {
  readonly document: OpenApiDocument;
  readonly operation: SpecOperation;
}

/** The documents behind the operations, by operation key, read once per file of tests. */
export async function sources(): Promise<ReadonlyMap<string, Source>> {
  const specs = await loadSpecs(root);
  return new Map(specs.flatMap(({ api, document }) => operationsOf(document).map((operation) => [`${api}.${operation.operationId}`, { document, operation }] as const)));
}

const operationsOf = ({ paths }: OpenApiDocument): SpecOperation[] =>
  Object.values(paths).flatMap(({ get, post, patch, delete: remove }) => [get, post, patch, remove].filter((one) => one !== undefined));

/** A legal body of an operation; undefined where it takes none. */
export function bodyOf({ document, operation }: Source, random: Random, fullness: number): unknown {
  const schema = mediaOf(requestBodyOf(document, operation)?.content)?.schema;
  // An order for an offering is carried out, and refused where it cannot be; one for none is recorded.
  const absent = /ProductOrder/.test(operation.operationId) ? ['ProductOfferingRef'] : [];
  return schema && sample(schema, { document, random, fullness, levelsMax: 3, absent });
}
