/** generated/clients.ts: one typed openapi-fetch client per API around `#runtime/client`. */
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';
import { literal, memberName, pascalCase } from './source.ts';

export function clientsFile({ specs, overlay }: Inputs): GeneratedFile {
  const names = specs.map(({ api }) => ({ api, paths: `${pascalCase(api)}Paths` }));
  const addresses = specs.map(({ api, basePath }) => `  ${memberName(api)}: ${literal({ service: overlay.apis[api]?.service, basePath })},`);
  const members = names.map(({ api, paths }) => {
    const type = overlay.apis[api]?.service === '*' ? `(service: ServiceName) => Client<${paths}>` : `Client<${paths}>`;
    return `  readonly ${memberName(api)}: ${type};`;
  });
  const body = [
    "import type { Client } from 'openapi-fetch';",
    ...names.map(({ api, paths }) => `import type { paths as ${paths} } from '#generated/types/${api}';`),
    "import { lazyClients, type ApiAddress, type ClientOptions } from '#runtime/client';",
    "import type { ServiceName } from '#runtime/services';", '',
    '/** A client per API; audit and admin answer on every service, so the service is named. */',
    'export interface Clients {', ...members, '}', '',
    '/** Where each API answers. */',
    'export const addresses = {', ...addresses, '} as const satisfies Record<string, ApiAddress>;', '',
    '/** Clients that are made at their first use. */',
    'export const createClients = (options: ClientOptions): Clients =>',
    '  lazyClients(addresses, options) as Clients; // one getter per member of `addresses`, typed by its document', '',
  ].join('\n');
  return { path: 'generated/clients.ts', generator: 'tools-gen/clients.ts', inputs: ['specs/tmf', 'specs/bss', 'specs/apis.yaml'], body };
}
