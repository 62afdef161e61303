/** bss-cli-sdk for TypeScript and JavaScript: fetch only, no dependency. */
import { camelMeta, lowerFirst, packageName, type Language, type Sdk } from './language.ts';
import type { SdkModule } from './module.ts';
import { readmeText } from './readme.ts';

export const typescript: Language = {
  title: 'TypeScript',
  generator: 'typescript-fetch',
  options: () => ({ importFileExtension: '.js', useSingleRequestParameter: true }),
  from: () => '.',
  to: ({ name }) => `src/${name}`,
  metaName: camelMeta,
  leaves: ['docs'],
  files: (sdk) => ({
    'package.json': packageText(sdk),
    'tsconfig.json': configText,
    'src/index.ts': indexText(sdk),
    ...Object.fromEntries(sdk.modules.filter(hasNotifications).map((module) => [`src/${module.name}/listener.ts`, listenerText(module)])),
    'README.md': readmeText(sdk, { title: 'TypeScript', install, fence: 'ts', quickStart, moduleName: (name) => `${packageName}/${name}`, notes }),
  }),
};

const hasNotifications = ({ notifications }: SdkModule): boolean => notifications.length > 0;

const packageText = ({ version, modules }: Sdk): string => `${JSON.stringify({
  name: packageName, version, description: 'Clients of the APIs of BSS-CLI: eleven TM Forum Open APIs and its own.',
  license: 'Apache-2.0', type: 'module', sideEffects: false, engines: { node: '>=20' }, files: ['lib', 'src', 'LICENSE'],
  exports: {
    '.': { types: './lib/index.d.ts', default: './lib/index.js' },
    './*/listener': { types: './lib/*/listener.d.ts', default: './lib/*/listener.js' },
    './*': { types: './lib/*/index.d.ts', default: './lib/*/index.js' },
  },
  keywords: ['tmforum', 'bss', ...modules.map(({ name }) => name).filter((name) => name.startsWith('tmf'))],
  scripts: { build: 'tsc' },
}, null, 2)}\n`;

const configText = `${JSON.stringify({
  compilerOptions: {
    target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: [], module: 'nodenext', moduleResolution: 'nodenext',
    strict: true, declaration: true, sourceMap: true, rootDir: 'src', outDir: 'lib',
  },
  include: ['src'],
}, null, 2)}\n`;

const indexText = ({ modules }: Sdk): string =>
  `/** All modules; each is smaller to load alone: \`${packageName}/tmf622\`. */\n${modules.map(({ name }) => `export * as ${name} from './${name}/index.js';\n`).join('')}`;

function listenerText({ spec, notifications }: SdkModule): string {
  const schemas = notifications.map(({ schema }) => schema);
  return [
    `/** The subscriber's side of ${spec.document.info.title}: what the hub posts to a callback. */`,
    'import {', ...schemas.flatMap((schema) => [`  ${schema}FromJSON,`, `  type ${schema},`]), "} from './models/index.js';", '',
    '/** What is done with each notification; one without a member here is not handled. */',
    'export interface Listener {',
    ...notifications.flatMap(({ schema, summary }) => [`  /** ${summary}. */`, `  ${lowerFirst(schema)}?(event: ${schema}): void | Promise<void>;`]),
    '}', '',
    '/**',
    ' * Hands one notification to its member of the listener.',
    ' * @param body the parsed JSON of the request, whose `eventType` tells what it is',
    ' * @returns whether the listener has such a member',
    ' */',
    'export async function receive(listener: Listener, body: unknown): Promise<boolean> {',
    '  switch ((body as { eventType?: string } | null)?.eventType) {',
    ...schemas.flatMap((schema) => [
      `    case '${schema}':`,
      `      await listener.${lowerFirst(schema)}?.(${schema}FromJSON(body));`,
      `      return listener.${lowerFirst(schema)} !== undefined;`,
    ]),
    '    default:', '      return false;', '  }', '}', '',
  ].join('\n');
}

const install = 'It runs on Node 20 or newer and in browsers and has no dependencies: `npm install <this folder>`, or publish it to your own registry.';

const quickStart = `
import { Configuration, ProductOrderApi, ResponseError, ModelErrorFromJSON } from 'bss-cli-sdk/tmf622';

const apiKey = process.env.BSS_TOKEN ?? '';
const orders = new ProductOrderApi(new Configuration({ apiKey })); // basePath: 'https://…' for another address
const mine = await orders.listProductOrder({ relatedPartyId: 'CUST-001', state: 'completed', limit: 10 });
try {
  await orders.retrieveProductOrder({ id: mine[0]?.id ?? 'ORD-000' });
} catch (error) {
  if (error instanceof ResponseError) console.log(ModelErrorFromJSON(await error.response.json()).reason);
}
`;

const notes = [
  'A member `@type` of the wire is `atType` here, `@baseType` is `atBaseType`.',
  'Every method has a twin that ends in `Raw` and gives the answer with its headers (`X-Total-Count`).',
  'What a schema does not name, such as the `context` and `fix` of a refusal, stands in the raw answer only.',
  '`bss-cli-sdk/tmf622/listener` has the types of what a hub posts to you, and `receive` that tells them apart.',
];
