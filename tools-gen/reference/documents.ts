/** generated/openapi/<api>.json: each document with its overlays, as its service hands it out. */
import type { GeneratedFile } from '../banner.ts';
import type { Inputs } from '../inputs.ts';
import type { Spec } from '../load-spec.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { asked } from './asked.ts';

/** How every operation is called; the TM Forum leaves it open. */
const tokenScheme = { type: 'apiKey', in: 'header', name: 'X-BSS-API-Token', description: 'Gives the caller its identity and role.' };

export function documentFiles({ specs }: Inputs): GeneratedFile[] {
  return specs.map(({ api, file, patches, document }) => ({
    path: `generated/openapi/${api}.json`, generator: 'tools-gen/reference/documents.ts', inputs: [file, ...patches],
    // The banner is the object's first member and brings its opening brace.
    body: `${JSON.stringify(servedDocument({ api, document }), null, 1).slice(2)}
`,
  }));
}

/** A document as its service hands it out: with the token every operation asks for, and what TMF630 lets a client ask. */
export function servedDocument({ api, document }: Pick<Spec, 'api' | 'document'>): OpenApiDocument {
  const whole = api.startsWith('TMF') ? asked(document) : document;
  const secured = { ...whole, security: [{ ApiToken: [] }], components: { ...whole.components, securitySchemes: { ApiToken: tokenScheme } } };
  return secured; // what it says beyond the type is for others to read
}
