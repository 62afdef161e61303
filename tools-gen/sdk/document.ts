/**
 * The documents the SDKs are made from: as the services serve them, with full addresses and with
 * what TMF630 practice adds to every TM Forum operation but no document of theirs declares.
 */
import type { Operation } from '#runtime/operation';
import type { Inputs } from '../inputs.ts';
import type { OpenApiDocument, Parameter, Schema } from '../openapi.ts';
import { servedDocument } from '../reference/documents.ts';
import { filtersOf } from './filter.ts';
import type { SdkModule } from './module.ts';

const idempotencyKey: Parameter = {
  name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'Names this call for 24 hours: a repeat with the same body gets the first answer again, another body is refused.',
};
const ifMatch: Parameter = {
  name: 'If-Match', in: 'header', required: false, schema: { type: 'string', minLength: 1, maxLength: 64 },
  description: 'Weak ETag of the version to change; another version is refused with 412.',
};

/** The document a module is generated from. */
export function sdkDocument({ sources }: Pick<Inputs, 'sources'>, { spec, servers }: SdkModule): OpenApiDocument {
  const document = structuredClone(servedDocument(spec));
  document.servers = servers.map(({ url, service }) => ({ url, description: service }));
  for (const schema of Object.values(document.components.schemas)) withoutTwins(schema);
  if (!spec.api.startsWith('TMF')) return document; // ours declare everything themselves
  for (const { row, operation } of sources.filter((source) => source.spec.api === spec.api)) {
    const own = Object.values(document.paths).flatMap((item) => Object.values(item)).find((one) => 'operationId' in one && one.operationId === operation.operationId);
    if (own && 'operationId' in own) own.parameters = [...(own.parameters ?? []), ...additions(document, row)];
  }
  return document;
}

function additions(document: OpenApiDocument, { kind, method, success }: Operation): Parameter[] {
  if (kind === 'list') return filtersOf(document, document.components.schemas[success[200]?.replace('[]', '') ?? ''] ?? {});
  return [...(method === 'POST' || method === 'PATCH' ? [idempotencyKey] : []), ...(method === 'PATCH' || kind === 'delete' ? [ifMatch] : [])];
}

/** Two spellings of one value (`"aborted "` of TMF622, read and never sent) would be two constants of one name. */
function withoutTwins(schema: Schema): void {
  if (schema.enum) schema.enum = schema.enum.filter((value) => typeof value !== 'string' || value === value.trim() || !schema.enum?.includes(value.trim()));
  for (const inner of [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : []), ...(schema.allOf ?? [])]) withoutTwins(inner);
}
