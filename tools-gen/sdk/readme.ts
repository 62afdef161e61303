/** README.md of an SDK: where it comes from, how it is used, what is in it. */
import { packageName, type Sdk } from './language.ts';

export interface ReadmeParts {
  readonly title: string;
  /** How the package is added to a program. */
  readonly install: string;
  /** Language of the code blocks. */
  readonly fence: string;
  readonly quickStart: string;
  /** How a module is named in this language. */
  readonly moduleName: (name: string) => string;
  /** What is particular to this language, a sentence a line. */
  readonly notes: readonly string[];
}

export function readmeText({ version, modules }: Sdk, { title, install, fence, quickStart, moduleName, notes }: ReadmeParts): string {
  const rows = modules.map(({ name, spec, servers }) => {
    const url = servers.length === 1 ? servers[0]?.url : `${servers[0]?.url ?? ''}, and on every other service`;
    return `| \`${moduleName(name)}\` | ${spec.document.info.title} ${spec.document.info.version} | ${url ?? ''} |`;
  });
  return [
    `# ${packageName} for ${title}`, '',
    `Version ${version}, Apache-2.0. Written by \`npm run sdks\` of BSS-CLI from the OpenAPI documents its services serve; one module per API.`, '',
    install, '',
    'Every call carries a token in `X-BSS-API-Token`; that of your own installation is `BSS_CLI_API_TOKEN` in `.bss/secrets.json`.', '',
    `\`\`\`${fence}`, quickStart.trim(), '```', '',
    ...notes.map((note) => `- ${note}`), '',
    '## Modules', '', '| module | API | base address of a stack on this machine |', '|---|---|---|', ...rows, '',
    'Elsewhere give each module the base address of its service. What every operation does and which rules it asks is at `/docs` of each service.', '',
  ].join('\n');
}
