/**
 * generated/attributes.ts: the attributes of every schema a stored TM Forum resource is made of, so
 * that a list filter can be told from a misspelling and compared as what it is (TMF630 §4.4).
 */
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';
import type { Spec } from './load-spec.ts';
import { refName, type Schema } from './openapi.ts';
import { resourcesOf } from './operations.ts';
import { schemaOf } from './resolve.ts';
import { literal, memberName } from './source.ts';

const kindOfFormat: Readonly<Record<string, string>> = { 'date-time': 'time', date: 'date' };
const kindOfType: Readonly<Record<string, string>> = { string: 'text', integer: 'number', number: 'number', boolean: 'boolean' };

export function attributesFile(inputs: Inputs): GeneratedFile {
  const stored = resourcesOf(inputs);
  const apis = inputs.specs.filter(({ api }) => stored.some((resource) => resource.api === api));
  const body = [
    '/**', ' * What an attribute holds: `text`, `number`, `boolean`, `time` (an instant), `date`, `any`, or `#Schema`;',
    ' * followed by `[]` where it is a list.', ' */', 'export type Attribute = string;', '',
    '/** By schema and attribute name. */', 'export type Attributes = Readonly<Record<string, Readonly<Record<string, Attribute>>>>;', '',
    '/** By API: the schemas of its stored resources and all they refer to. */',
    'export const attributes: Readonly<Record<string, Attributes>> = {',
    ...apis.flatMap((spec) => apiLines(spec, stored.filter(({ api }) => api === spec.api).map(({ schema }) => schema))), '};', '',
  ].join('\n');
  return { path: 'generated/attributes.ts', generator: 'tools-gen/attributes.ts', inputs: ['specs/tmf', 'specs/patches', 'specs/apis.yaml'], body };
}

function apiLines(spec: Spec, roots: readonly string[]): string[] {
  const found = new Map<string, Record<string, string>>();
  for (const root of roots) collect(spec, root, found);
  const rows = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return [`  ${memberName(spec.api)}: {`, ...rows.map(([name, members]) => `    ${memberName(name)}: ${literal(members)},`), '  },'];
}

/** Adds a schema and those it refers to; schemas refer to each other in circles. */
function collect(spec: Spec, name: string, found: Map<string, Record<string, string>>): void {
  if (found.has(name)) return;
  const members: Record<string, string> = {};
  found.set(name, members);
  for (const [attribute, schema] of Object.entries(spec.document.components.schemas[name]?.properties ?? {})) {
    members[attribute] = attributeOf(spec, schema);
    const next = /^#([^[]+)/.exec(members[attribute])?.[1];
    if (next) collect(spec, next, found);
  }
}

function attributeOf(spec: Spec, schema: Schema): string {
  const meant = schemaOf(spec.document, schema);
  if (meant.type === 'array') return `${attributeOf(spec, meant.items ?? {})}[]`;
  const name = refName(schema);
  if (name && meant.properties) return `#${name}`;
  return kindOfFormat[meant.format ?? ''] ?? kindOfType[meant.type ?? ''] ?? 'any';
}
