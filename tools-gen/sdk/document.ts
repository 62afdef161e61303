/**
 * The documents the SDKs are made from: as the services serve them, with full addresses and with a
 * parameter for each filter of a list, which a served document leaves open.
 */
import type { Inputs } from '../inputs.ts';
import type { OpenApiDocument, Schema } from '../openapi.ts';
import { servedDocument } from '../reference/documents.ts';
import { filtersOf } from './filter.ts';
import type { SdkModule } from './module.ts';

/** The document a module is generated from. */
export function sdkDocument({ sources }: Pick<Inputs, 'sources'>, { spec, servers }: SdkModule): OpenApiDocument {
  const document = structuredClone(servedDocument(spec));
  document.servers = servers.map(({ url, service }) => ({ url, description: service }));
  for (const schema of Object.values(document.components.schemas)) withoutTwins(schema);
  if (!spec.api.startsWith('TMF')) return document; // ours declare their filters themselves
  for (const { row, operation } of sources.filter((source) => source.spec.api === spec.api && source.row.kind === 'list')) {
    const own = Object.values(document.paths).flatMap((item) => Object.values(item)).find((one) => 'operationId' in one && one.operationId === operation.operationId);
    const rows = document.components.schemas[row.success[200]?.replace('[]', '') ?? ''];
    if (own && 'operationId' in own) own.parameters = [...(own.parameters ?? []), ...filtersOf(document, rows ?? {})];
  }
  return document;
}

/** Two spellings of one value (`"aborted "` of TMF622, read and never sent) would be two constants of one name. */
function withoutTwins(schema: Schema): void {
  if (schema.enum) schema.enum = schema.enum.filter((value) => typeof value !== 'string' || value === value.trim() || !schema.enum?.includes(value.trim()));
  for (const inner of [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : []), ...(schema.allOf ?? [])]) withoutTwins(inner);
}
