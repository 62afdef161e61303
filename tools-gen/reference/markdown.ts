/** docs/reference/<api>.md: one page per API. */
import type { GeneratedFile } from '../banner.ts';
import type { Example, RuleText } from '../recordings.ts';
import type { ApiText, Attribute, OperationText } from './model.ts';
import { conventions } from './conventions.ts';
import { isGeneral } from './rules.ts';

const generator = 'tools-gen/reference/markdown.ts';

export function markdownFile(api: ApiText): GeneratedFile {
  const body = [
    `# ${titleOf(api)}`, '', ...(api.description ? [api.description, ''] : []),
    `Version ${api.version}, served by ${serviceText(api.service)} below ${api.basePaths.map(code).join(' and ')}.`,
    `The OpenAPI document is at \`/openapi.json?api=${api.api}\` of the service, this page at \`/docs/${api.api}\`.`, '',
    ...table(['operation', 'request', 'what it does'], api.operations.map(({ row, summary }) =>
      [`[${row.operationId}](#${row.operationId.toLowerCase()})`, `${row.method} \`${row.path}\``, summary])), '',
    ...api.operations.flatMap((each) => operationLines(each)),
    ...section('Schemas', api.schemas.flatMap(({ name, text, attributes }) => [`### ${name}`, '', ...(text ? [text, ''] : []), ...attributeTable(attributes)])),
    ...section('Notifications', api.notifications.length === 0 ? [] : ['What subscribers of `/hub` can get:', '', ...api.notifications.map((name) => `- ${name}`), '']),
    ...section('Rules', api.rules.length === 0 ? [] : [
      'A refusal names its rule as `reason` and tells ways out as `fix`; `/policies/<rule>` of any service explains it.',
      'Those of every operation stand in [README.md](README.md).', '',
      ...ruleTable(api.rules), '',
    ]),
  ].join('\n');
  return { path: `docs/reference/${api.api}.md`, generator, inputs: api.inputs, body };
}

/** docs/reference/README.md: what there is to read. */
export function indexFile(apis: readonly ApiText[], rules: readonly RuleText[]): GeneratedFile {
  const listed = (own: boolean): string[][] => apis.filter(({ api }) => api.startsWith('TMF') !== own)
    .map((api) => [`[${api.api}](${api.api}.md)`, api.title, api.version, serviceText(api.service), String(api.operations.length)]);
  const head = ['API', 'title', 'version', 'service', 'operations'];
  const body = [
    '# Reference', '',
    'One page per API, made from `specs/`. The requests and answers on them were really made: `npm run examples` plays them to a stack',
    'and a test plays them again. [operations.md](operations.md) lists every operation of every API, [settings.md](settings.md)',
    'every setting.', '',
    '## TM Forum Open APIs', '', ...table(head, listed(false)), '', '## Own APIs', '', ...table(head, listed(true)), '',
    ...section('How to ask', [...table(['topic', 'how'], conventions.map(({ topic, text }) => [topic, text])), '']),
    ...section('Rules of every operation', [...ruleTable(rules.filter(isGeneral)), '']),
  ].join('\n');
  return { path: 'docs/reference/README.md', generator, inputs: ['specs/tmf', 'specs/bss', 'specs/apis.yaml', 'docs/reference/examples'], body };
}

export const titleOf = ({ api, title }: ApiText): string => (api.startsWith('TMF') ? `${api} ${title}` : title);

export const serviceText = (service: string): string => (service === '*' ? 'every service' : service);

function operationLines({ row, summary, description, parameters, body, answers, events, rules, examples }: OperationText): string[] {
  return [
    `## ${row.operationId}`, '', `${summary}.${description ? ` ${description}` : ''}`, '',
    `    ${row.method} ${row.path}`, ...row.aliases.map((path) => `    ${row.method} ${path}`), '',
    ...factLines(row), '',
    ...(parameters.length === 0 ? [] : [...table(['parameter', 'in', 'type', 'meaning'], parameters.map(({ name, place, type, mandatory, text }) =>
      [`\`${name}\`${mandatory ? ' (mandatory)' : ''}`, place, type, text])), '']),
    ...(body ? [`Body${body.schema ? ` ${code(body.schema)}` : ''}, ${body.mediaTypes.map(code).join(', ')}:`, '', ...attributeTable(body.attributes)] : []),
    ...table(['answer', 'body', 'meaning'], answers.map(({ status, schema, text }) => [status, schema ? code(schema) : '', text])), '',
    ...(events.length === 0 ? [] : [...table(['event', 'notification'], events.map(({ type, notifications }) => [code(type), notifications.join(', ')])), '']),
    ...(rules.length === 0 ? [] : [`Can be refused by ${rules.map(code).join(', ')}.`, '']),
    ...examples.flatMap(exampleLines),
  ];
}

function factLines({ roles, tool, cli }: OperationText['row']): string[] {
  return [
    `Roles: ${roles.join(', ')}.${tool ? ` Tool: \`${tool}\`.` : ''}${cli ? ` Command: \`bss ${cli}\`.` : ''}`,
  ];
}

function exampleLines({ title, request, answer }: Example): string[] {
  return [
    `Example: ${title}`, '', '```http', `${request.method} ${request.path}`, ...headerLines(request.headers), ...jsonLines(request.body), '```', '',
    '```http', `HTTP/1.1 ${answer.status}`, ...headerLines(answer.headers), ...jsonLines(answer.body), '```', '',
  ];
}

export const headerLines = (headers: Readonly<Record<string, string>>): string[] => Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

export const jsonLines = (body: unknown): string[] => (body === undefined ? [] : ['', ...JSON.stringify(body, null, 2).split('\n')]);

const attributeTable = (attributes: readonly Attribute[]): string[] => (attributes.length === 0 ? [] : [
  ...table(['attribute', 'type', 'meaning'], attributes.map(({ name, type, mandatory, text }) => [`\`${name}\`${mandatory ? ' (mandatory)' : ''}`, type, text])), '',
]);

const ruleTable = (rules: readonly RuleText[]): string[] => table(['rule', 'status', 'refused when', 'what it says', 'way out'],
  rules.map(({ code: rule, status, when, title, fix }) => [code(rule), String(status), when, title, fix.join(' ')]));

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [`## ${title}`, '', ...lines]);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`, `|${head.map(() => '-|').join('')}`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');

const code = (text: string): string => `\`${text}\``;
