/** What the reference of one API says, before it is Markdown or HTML. */
import type { Operation } from '#runtime/operation';
import type { Inputs } from '../inputs.ts';
import type { Spec } from '../load-spec.ts';
import { operationsOf, refName, type Schema } from '../openapi.ts';
import { isListener, type OperationSource } from '../operation-rows.ts';
import type { Example, RuleText } from '../recordings.ts';
import { requestBodyOf, responseOf, schemaOf } from '../resolve.ts';
import { rulesOf } from './rules.ts';

export interface Attribute {
  readonly name: string;
  /** `text`, `time`, `RelatedParty[]`. */
  readonly type: string;
  readonly mandatory: boolean;
  readonly text: string;
}

export interface ParameterText {
  readonly name: string;
  readonly place: string;
  readonly type: string;
  readonly mandatory: boolean;
  readonly text: string;
}

export interface OperationText {
  readonly row: Operation;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly ParameterText[];
  /** Null where it takes no body. */
  readonly body: { readonly mediaTypes: readonly string[]; readonly schema: string | null; readonly attributes: readonly Attribute[] } | null;
  readonly answers: readonly { readonly status: string; readonly text: string; readonly schema: string | null }[];
  /** Types a success may record, with the notification each becomes. */
  readonly events: readonly { readonly type: string; readonly notifications: readonly string[] }[];
  /** Codes of the rules that can refuse it. */
  readonly rules: readonly string[];
  readonly examples: readonly Example[];
}

export interface ApiText {
  readonly api: string;
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** `*` for every service. */
  readonly service: string;
  /** Base paths, the first is the usual one. */
  readonly basePaths: readonly string[];
  readonly operations: readonly OperationText[];
  /** Schemas its answers show, by name. */
  readonly schemas: readonly { readonly name: string; readonly text: string; readonly attributes: readonly Attribute[] }[];
  /** Notifications the document defines. */
  readonly notifications: readonly string[];
  /** Texts of the rules its operations name. */
  readonly rules: readonly RuleText[];
  /** Files it was made from. */
  readonly inputs: readonly string[];
}

/** The reference of every API, in the order of the documents. */
export function referenceOf(inputs: Inputs): ApiText[] {
  return inputs.specs.map((spec) => apiText(spec, inputs.sources.filter((source) => source.spec === spec), inputs));
}

function apiText(spec: Spec, sources: readonly OperationSource[], inputs: Inputs): ApiText {
  const { document, api } = spec;
  const operations = sources.map((source) => operationText(source, inputs));
  const named = new Set(operations.flatMap(({ rules }) => rules));
  return {
    api, title: document.info.title, version: document.info.version, description: document.info.description ?? '',
    service: sources[0]?.row.service ?? '*', basePaths: document.servers.map(({ url }) => url.replace(/\/$/, '')),
    operations, schemas: schemasOf(spec, sources),
    notifications: [...operationsOf(document)].filter(({ path }) => isListener(path)).map(({ path }) => path.split('/')[2] ?? ''),
    rules: inputs.recordings.rules.filter(({ code }) => named.has(code)),
    inputs: [spec.file, ...spec.patches, 'specs/apis.yaml', 'specs/events.yaml', 'docs/reference/examples'],
  };
}

function operationText(source: OperationSource, inputs: Inputs): OperationText {
  const { row, spec, operation, parameters } = source;
  const request = requestBodyOf(spec.document, operation);
  const media = request && Object.values(request.content)[0];
  return {
    row, summary: operation.summary ?? operation.operationId, description: operation.description ?? '',
    parameters: parameters.map(({ name, in: place, schema, required, description }) =>
      ({ name, place, type: typeOf(spec, schema), mandatory: required === true || place === 'path', text: description ?? '' })),
    body: media?.schema ? { mediaTypes: row.mediaTypes, schema: row.requestSchema, attributes: attributesOf(spec, media.schema) } : null,
    answers: Object.keys(operation.responses).map((status) => ({
      status, text: responseOf(spec.document, operation, status).description, schema: row.success[Number(status)] ?? null,
    })),
    events: row.events.map((type) => ({ type, notifications: notificationsOf(type, row, inputs) })),
    rules: rulesOf(row, operation, inputs.recordings.rules),
    examples: (inputs.recordings.examples[row.api] ?? []).filter(({ key }) => key === row.key),
  };
}

function notificationsOf(type: string, row: Operation, { events }: Inputs): string[] {
  const found = events.find((one) => one.type === type);
  return (found?.hub ?? []).map(({ api, event }) => (api === row.api ? event : `${event} (${api})`));
}

/** The schemas of all success answers, and what they and the bodies that are sent refer to. */
function schemasOf(spec: Spec, sources: readonly OperationSource[]): ApiText['schemas'] {
  const all = spec.document.components.schemas;
  const wanted = new Set<string>();
  const take = (name: string | undefined, deep: boolean): void => {
    // Words to choose from are shown where they are used.
    if (!name || wanted.has(name) || !all[name] || schemaOf(spec.document, all[name]).enum) return;
    wanted.add(name);
    if (!deep) return;
    for (const each of Object.values(schemaOf(spec.document, all[name]).properties ?? {})) take(refName(each) ?? refName(each.items), true);
  };
  for (const { row } of sources) for (const name of Object.values(row.success)) take(name?.replace(/\[\]$/, ''), true);
  for (const { operation } of sources) {
    const media = Object.values(requestBodyOf(spec.document, operation)?.content ?? {})[0];
    for (const each of Object.values(media?.schema ? schemaOf(spec.document, media.schema).properties ?? {} : {})) take(refName(each) ?? refName(each.items), true);
  }
  return [...wanted].sort().map((name) => ({ name, text: all[name]?.description ?? '', attributes: attributesOf(spec, { $ref: `#/components/schemas/${name}` }) }));
}

/** First-level attributes, the mandatory ones first, each group in the order of the document. */
function attributesOf(spec: Spec, schema: Schema): Attribute[] {
  const { properties = {}, required = [] } = schemaOf(spec.document, schema);
  const rows = Object.entries(properties).map(([name, each]): Attribute =>
    ({ name, type: typeOf(spec, each), mandatory: required.includes(name), text: each.description ?? schemaOf(spec.document, each).description ?? '' }));
  return [...rows.filter(({ mandatory }) => mandatory), ...rows.filter(({ mandatory }) => !mandatory)];
}

const words: Readonly<Record<string, string>> = { string: 'text', 'string date-time': 'time', 'string date': 'date', 'string uri': 'URI' };

function typeOf(spec: Spec, schema: Schema): string {
  const name = refName(schema);
  const target = schemaOf(spec.document, schema);
  if (target.type === 'array') return `${target.items ? typeOf(spec, target.items) : 'any'}[]`;
  if (target.enum) return target.enum.map((value) => String(value)).join(' / ');
  if (name && (target.properties || target.type === 'object')) return name;
  const basic = target.format ? `${target.type} ${target.format}` : target.type ?? 'any';
  return words[basic] ?? words[target.type ?? ''] ?? target.type ?? 'any';
}
