/** generated/operations.ts, the operation table; generated/listeners.ts; generated/resources.ts. */
import type { Operation, Resource } from '#runtime/operation';
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';
import { operationsOf, refName } from './openapi.ts';
import { isListener } from './operation-rows.ts';
import { mediaOf, requestBodyOf } from './resolve.ts';
import { literal, memberName, quoted } from './source.ts';

const inputs = ['specs/tmf', 'specs/bss', 'specs/patches', 'specs/apis.yaml', 'specs/tools.yaml'];

/** Members of a row by line, so that a change of one fact is a change of one short line. */
const lines: readonly (readonly (keyof Operation)[])[] = [
  ['key', 'api', 'service', 'operationId'],
  ['method', 'path', 'aliases'],
  ['resource', 'kind', 'pathParams'],
  ['query'],
  ['requestSchema', 'mediaTypes'],
  ['success', 'successStatus'],
  ['area', 'aggregate', 'events'],
  ['roles'],
  ['tool', 'cli'],
  ['readonly', 'idempotent', 'destructive', 'money', 'admin'],
];

export function operationsFile({ sources }: Inputs): GeneratedFile {
  const rows = sources.map(({ row }) => row);
  const keys = rows.map((row) => `  | ${quoted(row.key)}`);
  const body = [
    "import type { Operation } from '#runtime/operation';", '',
    '/** Every operation served, `<api>.<operationId>`. */', 'export type OperationKey =', `${keys.join('\n')};`, '',
    '/** The operation table, in the order of the documents. */',
    'export const operations: Readonly<Record<OperationKey, Operation>> = {', ...rows.map(rowText), '};', '',
  ].join('\n');
  return { path: 'generated/operations.ts', generator: 'tools-gen/operations.ts', inputs, body };
}

function rowText(row: Operation): string {
  const members = lines.map((names) => `    ${names.map((name) => `${name}: ${literal(row[name])},`).join(' ')}`);
  return [`  ${memberName(row.key)}: {`, ...members, '  },'].join('\n');
}

/** What a subscriber serves: TMF listener operations are the client's side of a hub. */
export function listenersFile({ specs }: Inputs): GeneratedFile {
  const rows = specs.flatMap((spec) =>
    [...operationsOf(spec.document)].filter(({ path }) => isListener(path)).map(({ path, operation }) => {
      const schema = refName(mediaOf(requestBodyOf(spec.document, operation)?.content)?.schema) ?? null;
      const key = `${spec.api}.${operation.operationId}`;
      return `  ${memberName(key)}: ${literal({ api: spec.api, path, schema })},`;
    }));
  const body = [
    '/** Where a subscriber receives one notification. */', 'export interface Listener {',
    '  readonly api: string;', '  /** Path below the callback. */', '  readonly path: string;',
    '  /** Component name of the notification. */', '  readonly schema: string | null;', '}', '',
    'export const listeners = {', ...rows, '} as const satisfies Record<string, Listener>;', '',
  ].join('\n');
  return { path: 'generated/listeners.ts', generator: 'tools-gen/operations.ts', inputs: ['specs/tmf', 'specs/patches'], body };
}

export function resourcesFile(all: Inputs): GeneratedFile {
  const rows = resourcesOf(all);
  const body = [
    "import type { Resource } from '#runtime/operation';", '',
    '/** `<api>.<resource>` of every stored TM Forum resource. */', 'export type ResourceKey =',
    `${rows.map((row) => `  | ${quoted(row.key)}`).join('\n')};`, '',
    'export const resources: Readonly<Record<ResourceKey, Resource>> = {',
    ...rows.map((row) => `  ${memberName(row.key)}: ${literal(row)},`), '};', '',
  ].join('\n');
  return { path: 'generated/resources.ts', generator: 'tools-gen/operations.ts', inputs, body };
}

/** One row per stored TM Forum resource. */
export function resourcesOf({ sources, overlay }: Inputs): Resource[] {
  return sources.map(({ row }) => row).filter((row) => row.kind === 'list' && row.api.startsWith('TMF')).map((row) => {
    const resource = row.path.split('/').at(-1) ?? '';
    const named = overlay.apis[row.api]?.resources?.[resource];
    if (!named || row.service === '*') throw new Error(`${row.key} passed operationSources without its resource`);
    return {
      key: `${row.api}.${resource}`, api: row.api, service: row.service, resource, path: row.path,
      schema: row.success[200]?.replace('[]', '') ?? '', aggregate: named.aggregate, area: named.area, idPrefix: named.id,
    };
  });
}
