/** generated/types/<API>.ts by openapi-typescript: types are per API, as shared names differ between APIs. */
import openapiTS, { astToString } from 'openapi-typescript';
import type { GeneratedFile } from './banner.ts';
import type { Spec } from './load-spec.ts';

/** Types of one document. */
export async function typesFile(spec: Spec): Promise<GeneratedFile> {
  // The library takes the document as JSON text; a copy also keeps ours unchanged.
  const nodes = await openapiTS(JSON.stringify(spec.document), { defaultNonNullable: false, silent: true });
  return {
    path: `generated/types/${spec.api}.ts`,
    generator: 'tools-gen/types.ts',
    inputs: [spec.file, ...spec.patches],
    body: astToString(nodes),
  };
}
