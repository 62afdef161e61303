import { UsageError } from 'clipanion';
import { operations } from '#generated/operations';
import type { Operation } from '#runtime/operation';
import { nearest } from '../nearest.ts';
import { jsonText, type Output } from '../output.ts';
import { card, lineWidth } from '../renderers/card.ts';
import { painted } from '../renderers/look.ts';
import { alignedLines, tableCard } from '../renderers/table.ts';
import { clean, wrap } from '../renderers/text.ts';
import { ApiDocument, type Parameter, type Schema } from './document.ts';

const table: readonly Operation[] = Object.values(operations);
const apis = [...new Set(table.map(({ api }) => api))];

/** `bss specs show`: the APIs, one of them or one operation. @returns the exit code */
export async function showSpecs(output: Output, name: string | undefined): Promise<number> {
  if (name === undefined) return showApis(output);
  const operation = table.find(({ key }) => key.toLowerCase() === name.toLowerCase());
  if (operation) return showOperation(output, operation);
  const api = apis.find((one) => one.toLowerCase() === name.toLowerCase());
  if (api !== undefined) return showApi(output, api);
  const meant = nearest(name, name.includes('.') ? table.map(({ key }) => key) : apis);
  throw new UsageError(`There is no API or operation "${clean(name)}"${meant ? `; did you mean ${meant}?` : '; bss specs show lists them.'}`);
}

function showApis(output: Output): number {
  const rows = apis.map((api) => {
    const own = table.filter((row) => row.api === api);
    const { title, version } = new ApiDocument(api).info;
    return { id: api, title, version, service: own[0]!.service, operations: own.length }; // an API of the table has a row
  });
  if (output.scripted) output.rows(rows, 'Api');
  else {
    output.raw(tableCard('APIs', [`${rows.length}`], [
      { head: 'api', cell: ({ id }) => id }, { head: 'title', cell: ({ title }) => title, flexible: true }, { head: 'version', cell: ({ version }) => version },
      { head: 'service', cell: ({ service }) => (service === '*' ? 'every' : service) }, { head: 'operations', cell: (row) => String(row.operations), align: 'right' },
    ], rows, output.look));
  }
  return 0;
}

function showApi(output: Output, api: string): number {
  const document = new ApiDocument(api);
  const rows = table.filter((row) => row.api === api).map(({ key, operationId, method, path, aliases, roles }) =>
    ({ id: key, operationId, method, path, aliases, summary: document.operation(operationId).operation.summary ?? '', roles }));
  if (output.scripted) output.rows(rows, 'Operation');
  else {
    output.raw(tableCard(document.info.title, [api, document.info.version], [
      { head: 'operation', cell: ({ operationId }) => operationId }, { head: 'method', cell: ({ method }) => method },
      { head: 'what it does', cell: ({ summary }) => summary, flexible: true },
    ], rows, output.look));
    output.say(`more: bss specs show ${api}.${rows[0]!.operationId}, docs/reference/${api}.md`); // an API of the table has a row
  }
  return 0;
}

interface Line {
  readonly name: string;
  readonly type: string;
  readonly mandatory: boolean;
  readonly text: string;
}

function showOperation(output: Output, row: Operation): number {
  const document = new ApiDocument(row.api);
  const { operation, parameters } = document.operation(row.operationId);
  const body = document.bodyOf(operation);
  const shown = {
    id: row.key, method: row.method, path: row.path, aliases: row.aliases, summary: operation.summary ?? '', description: operation.description ?? '', service: row.service,
    roles: row.roles, parameters: parameters.map((each) => parameterLine(document, each)), body: body ? attributeLines(document, body) : [],
    mediaTypes: row.mediaTypes, success: row.success, events: row.events, rules: operation['x-rules'] ?? [], command: row.cli,
  };
  if (output.options.json) output.data(jsonText(shown));
  else if (output.options.quiet) output.data(row.key);
  else if (output.options.plain) for (const [name, value] of Object.entries(shown)) output.data(`${name}\t${typeof value === 'string' ? clean(value) : jsonText(value)}`);
  else output.raw(card({ title: row.operationId, marks: [row.api, row.method], lines: operationLines(shown, output) }, output.look));
  return 0;
}

type Shown = Pick<Operation, 'method' | 'path' | 'aliases' | 'roles' | 'success' | 'events'>
  & { readonly summary: string; readonly description: string; readonly parameters: readonly Line[]; readonly body: readonly Line[]; readonly rules: readonly string[]; readonly command: string | null };

function operationLines(shown: Shown, { look }: Output): string[] {
  const width = lineWidth(look);
  const told = (head: string, text: string): string[] => (text === '' ? [] : wrap(`${head}: ${text}`, width));
  return [
    ...wrap(`${shown.summary}.${shown.description ? ` ${shown.description}` : ''}`, width),
    ...[shown.path, ...shown.aliases].map((path) => `${shown.method} ${path}`),
    ...lineTable('parameter', shown.parameters, look), ...lineTable('body', shown.body, look), '',
    ...told('answers', Object.entries(shown.success).map(([status, schema]) => (schema ? `${status} ${schema}` : status)).join(', ')),
    ...told('roles', shown.roles.join(', ')), ...told('events', shown.events.join(', ')), ...told('rules', shown.rules.join(', ')),
    ...told('command', shown.command === null ? '' : `bss ${shown.command}`),
  ];
}

const lineTable = (head: string, rows: readonly Line[], look: Output['look']): string[] => (rows.length === 0 ? [] : ['', ...alignedLines([
  { head: `${head} (* mandatory)`, cell: ({ name, mandatory }) => `${name}${mandatory ? ' *' : ''}`, paint: (text, { mandatory }) => (mandatory ? painted(text, 'bold', look) : text) },
  { head: 'type', cell: ({ type }) => clean(type), flexible: true }, { head: 'meaning', cell: ({ text }) => clean(text), flexible: true, wraps: true },
], rows, look)]);

const parameterLine = (document: ApiDocument, { name, in: place, required, schema, description }: Parameter): Line =>
  ({ name, type: document.typeOf(schema), mandatory: required === true || place === 'path', text: description ?? '' });

/** The mandatory attributes first. */
function attributeLines(document: ApiDocument, { properties = {}, required = [] }: Schema): Line[] {
  const lines = Object.entries(properties).map(([name, schema]): Line =>
    ({ name, type: document.typeOf(schema), mandatory: required.includes(name), text: schema.description ?? document.schemaOf(schema).description ?? '' }));
  return [...lines.filter(({ mandatory }) => mandatory), ...lines.filter(({ mandatory }) => !mandatory)];
}
