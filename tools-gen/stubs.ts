/** generated/stubs/<service>.ts: per service a typed map of handlers, so that a missing or misspelt one does not compile. */
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';
import type { Schema } from './openapi.ts';
import { refName } from './openapi.ts';
import type { OperationSource } from './operation-rows.ts';
import { mediaOf, requestBodyOf, responseOf } from './resolve.ts';
import { memberName, pascalCase, quoted } from './source.ts';

/** Operations of this pseudo-service are mounted on every service: audit, admin. */
const platform = 'platform';

export function stubFiles(all: Inputs): GeneratedFile[] {
  const services = new Map<string, OperationSource[]>();
  for (const source of all.sources) {
    const service = source.row.service === '*' ? platform : source.row.service;
    // Hubs of all APIs are alike; one handler per kind answers them all, see hubSource.
    if (source.row.kind.startsWith('hub-')) continue;
    services.set(service, [...(services.get(service) ?? []), source]);
  }
  return [...services].map(([service, sources]) => stubFile(service, sources));
}

function stubFile(service: string, sources: readonly OperationSource[]): GeneratedFile {
  const specs = [...new Set(sources.map(({ spec }) => spec))];
  const entries = sources.map(entryText);
  const text = entries.join('\n');
  const body = [
    importLine(text), ...specs.map((spec) => typesImport(spec.api, text)), '',
    `/** Handlers of ${service === platform ? 'the operations every service answers' : `service ${service}`}, by operation key. */`,
    `export interface ${pascalCase(service)}Handlers {`, text, '}', '',
    ...(service === platform ? [hubSource] : []),
  ].join('\n');
  const patches = [...new Set(specs.flatMap((spec) => spec.patches))].sort();
  return {
    path: `generated/stubs/${service}.ts`, generator: 'tools-gen/stubs.ts',
    inputs: [...specs.map((spec) => spec.file), ...patches, 'specs/apis.yaml'], body,
  };
}

const hubSource = `/** What every hub takes; the documents agree on it. */
export interface HubRequest {
  callback: string;
  query?: string;
}

export interface HubRegistration extends HubRequest {
  id: string;
}

/** Handlers of \`POST /hub\` and \`DELETE /hub/{id}\` of every API, by operation kind. */
export interface HubHandlers {
  'hub-create': Handler<{ params: object; query: object; body: HubRequest; answer: HubRegistration }>;
  'hub-delete': Handler<{ params: { id: string }; query: object; body: undefined; answer: undefined }>;
}
`;

/** Imports of the request and answer forms the stub uses. */
function importLine(text: string): string {
  const names = ['Handler', 'MergePatch', 'Patch'].filter((name) => new RegExp(`\\b${name}<`).test(text));
  return `import type { ${names.join(', ')} } from '#runtime/handler';`;
}

/** An API may be called like a word of the language, `case`; its types may not. */
const local = (api: string): string => (api === 'case' ? 'cases' : api);

/** Imports of one API, only the names the stub uses. */
function typesImport(api: string, text: string): string {
  const names = [
    ...(text.includes(`${local(api)}['schemas']`) ? [`components as ${local(api)}`] : []),
    ...(text.includes(`${api}Operations[`) ? [`operations as ${api}Operations`] : []),
  ];
  return names.length === 0 ? `// ${api} needs no types.` : `import type { ${names.join(', ')} } from '#generated/types/${api}';`;
}

function entryText(source: OperationSource): string {
  const { row, operation } = source;
  const members = [
    `params: ${paramsType(source)}`, `query: ${queryType(source)}`, `body: ${bodyType(source)}`, `answer: ${answerType(source)}`,
  ];
  const summary = (operation.summary ?? row.operationId).replaceAll('*/', '* /');
  return [
    `  /** ${row.method} ${row.path}: ${summary} */`,
    `  ${memberName(row.key)}: Handler<{`, ...members.map((member) => `    ${member};`), '  }>;',
  ].join('\n');
}

function paramsType({ row }: OperationSource): string {
  return row.pathParams.length === 0 ? 'object' : `{ ${row.pathParams.map((name) => `${memberName(name)}: string`).join('; ')} }`;
}

function queryType({ row, spec, parameters }: OperationSource): string {
  const members = row.query.map(({ name, type, required }) => {
    const schema = parameters.find((each) => each.name === name && each.in === 'query')?.schema;
    return `${memberName(name)}${required ? '' : '?'}: ${scalarType(spec.api, type, schema)}`;
  });
  return members.length === 0 ? 'object' : `{ ${members.join('; ')} }`;
}

function scalarType(api: string, type: string, schema: Schema | undefined): string {
  const name = refName(schema);
  if (name) return `${local(api)}['schemas'][${quoted(name)}]`;
  if (schema?.enum) return schema.enum.map((value) => (typeof value === 'string' ? quoted(value) : JSON.stringify(value))).join(' | ');
  if (type === 'array') return 'string[]';
  return type === 'integer' ? 'number' : type;
}

function bodyType({ row, spec, operation }: OperationSource): string {
  const request = requestBodyOf(spec.document, operation);
  if (!request) return 'undefined';
  const named = schemaType(spec.api, mediaOf(request.content)?.schema)
    ?? `NonNullable<${spec.api}Operations[${quoted(row.operationId)}]['requestBody']>['content']['application/json']`;
  const patch = row.mediaTypes.includes('application/json-patch+json') ? 'Patch' : 'MergePatch';
  const type = row.kind === 'patch' ? `${patch}<${named}>` : named;
  return request.required ? type : `${type} | undefined`;
}

function answerType({ row, spec, operation }: OperationSource): string {
  const types = Object.keys(row.success).map((status) => {
    const media = mediaOf(responseOf(spec.document, operation, status).content);
    if (!media) return 'undefined';
    return schemaType(spec.api, media.schema)
      ?? `${spec.api}Operations[${quoted(row.operationId)}]['responses'][${status}]['content']['application/json']`;
  });
  return [...new Set(types)].join(' | ');
}

/** The generated type of a named schema or a list of one; undefined for an inline schema. */
function schemaType(api: string, schema: Schema | undefined): string | undefined {
  const list = schema?.type === 'array';
  const name = refName(list ? schema.items : schema);
  return name ? `${local(api)}['schemas'][${quoted(name)}]${list ? '[]' : ''}` : undefined;
}
