/** generated/tools.ts: the registry of typed tools (AGENT-AND-CLI.md §1). */
import { Ajv } from 'ajv';
import type { Operation } from '#runtime/operation';
import { argumentSchema, type ArgumentSchema } from './argument-types.ts';
import type { GeneratedFile } from './banner.ts';
import { formats } from './formats.ts';
import type { Inputs } from './inputs.ts';
import { literal, memberName, quoted } from './source.ts';
import { SpecError } from './spec-error.ts';
import type { ToolOverlay } from './tool-overlay.ts';

/** Longest description sent to a model, in characters. */
const descriptionMax = 600;

export interface FullSchema {
  type: 'object';
  properties: Record<string, ArgumentSchema>;
  required: string[];
  additionalProperties: false;
}

/** What a strict function-calling interface takes: every property required, an optional one nullable. */
export interface WireSchema {
  type: 'object';
  properties: Record<string, { type: string | string[]; description: string; enum?: (string | null)[] }>;
  required: string[];
  additionalProperties: false;
}

export interface Tool {
  name: string;
  wireName: string;
  description: string;
  operation: string;
  readonly: boolean;
  idempotent: boolean;
  destructive: boolean;
  money: boolean;
  confirm: string;
  profiles: readonly string[];
  rules: readonly string[];
  example: Readonly<Record<string, unknown>>;
  result: { type: string; capBytes: number };
  full: FullSchema;
  wire: WireSchema;
}

/** The registry in file order. Throws SpecError naming the tool whose description, example or schema is not right (T01–T05). */
export function toolsOf({ tools, sources, specs }: Inputs): Tool[] {
  const rows = new Map(sources.map(({ row }) => [row.key, row]));
  return Object.entries(tools.tools).map(([name, overlay]) => {
    const row = rows.get(overlay.operation);
    if (!row) throw new SpecError(`specs/tools.yaml: ${name} calls ${overlay.operation}, which is no operation`);
    const api = specs.find((spec) => spec.api === row.api);
    assertResult(name, overlay, new Set(Object.keys(api?.document.components.schemas ?? {})));
    const full = fullSchema(name, overlay, row, specs);
    assertExample(name, overlay, full);
    return toolOf(name, overlay, row, full);
  });
}

function toolOf(name: string, overlay: ToolOverlay, row: Operation, full: FullSchema): Tool {
  const { confirm } = overlay;
  const money = row.money || confirm === 'money';
  const destructive = row.destructive || confirm === 'destructive';
  if ((money || destructive) && confirm === 'none') throw new SpecError(`specs/tools.yaml: ${name} charges or destroys and asks for no confirmation`);
  if (row.readonly && confirm !== 'none') throw new SpecError(`specs/tools.yaml: ${name} only reads and asks for a confirmation`);
  return {
    name, wireName: wireName(name), description: description(name, overlay), operation: row.key,
    readonly: row.readonly, idempotent: row.idempotent, destructive, money, confirm,
    profiles: overlay.profiles, rules: overlay.rules, example: overlay.example,
    result: { type: overlay.result.type, capBytes: overlay.result.cap_bytes },
    full, wire: wireSchema(full),
  };
}

/** Reversible: tool names hold no `-`. */
export function wireName(name: string): string {
  const wire = name.replaceAll('.', '-');
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(wire)) throw new SpecError(`specs/tools.yaml: ${name} does not fit on the wire`);
  return wire;
}

function description(name: string, { purpose, not_when, example, rules }: ToolOverlay): string {
  const parts = [purpose, `Not when: ${not_when}`, `Example: ${JSON.stringify(example)}`];
  if (rules.length > 0) parts.push(`May be refused by ${rules.join(', ')}.`);
  const sentence = parts.join(' ');
  if (sentence.length > descriptionMax) throw new SpecError(`specs/tools.yaml: the description of ${name} has ${sentence.length} characters, at most ${descriptionMax} are sent`);
  return sentence;
}

function fullSchema(name: string, overlay: ToolOverlay, row: Operation, specs: Inputs['specs']): FullSchema {
  const written = row.kind === 'list' ? { ...overlay.arguments, 'limit?': 'limit', 'offset?': 'offset' } : overlay.arguments;
  const properties: Record<string, ArgumentSchema> = {};
  const required: string[] = [];
  for (const [key, type] of Object.entries(written)) {
    const argument = key.replace(/\?$/, '');
    if (!/^[a-z][a-z0-9_]*$/.test(argument)) throw new SpecError(`specs/tools.yaml: ${name} has the argument ${key}, which is not in snake case`);
    properties[argument] = argumentSchema(name, type, specs);
    if (argument === key) required.push(argument);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

/** The strict form of a full schema; null stands for an absent argument. */
export function wireSchema(full: FullSchema): WireSchema {
  const properties = Object.entries(full.properties).map(([name, schema]) => [name, wireProperty(schema, full.required.includes(name))] as const);
  return { type: 'object', properties: Object.fromEntries(properties), required: Object.keys(full.properties), additionalProperties: false };
}

function wireProperty(schema: ArgumentSchema, required: boolean): WireSchema['properties'][string] {
  const type = required ? schema.type : [schema.type, 'null'];
  if (!schema.enum) return { type, description: schema.description };
  return { type, description: schema.description, enum: required ? schema.enum : [...schema.enum, null] };
}

function assertResult(name: string, { result }: ToolOverlay, schemas: ReadonlySet<string>): void {
  const type = result.type.replace(/\[\]$/, '');
  if (type === 'none' || schemas.has(type)) return;
  throw new SpecError(`specs/tools.yaml: ${name} has the result ${result.type}, which its API does not define`);
}

function assertExample(name: string, { example }: ToolOverlay, full: FullSchema): void {
  const ajv = new Ajv({ strict: false, formats: { ...formats } });
  if (ajv.validate(full, example)) return;
  throw new SpecError(`specs/tools.yaml: the example of ${name} is not legal: ${ajv.errorsText(ajv.errors, { dataVar: 'example' })}`);
}

const declarations = `import type { OperationKey } from '#generated/operations';

/** One argument, with everything that is checked before a call. */
export interface ArgumentSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly description: string;
  readonly pattern?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface FullSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ArgumentSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** What a model is sent: every property required, null stands for an absent one. */
export interface WireSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, { readonly type: string | readonly string[]; readonly description: string; readonly enum?: readonly (string | null)[] }>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

export interface ToolDescription {
  readonly name: ToolName;
  /** Dots as hyphens; reversible. */
  readonly wireName: string;
  readonly description: string;
  readonly operation: OperationKey;
  readonly readonly: boolean;
  readonly idempotent: boolean;
  readonly destructive: boolean;
  readonly money: boolean;
  readonly confirm: 'none' | 'money' | 'destructive';
  readonly profiles: readonly string[];
  readonly rules: readonly string[];
  readonly example: Readonly<Record<string, unknown>>;
  readonly result: { readonly type: string; readonly capBytes: number };
  readonly full: FullSchema;
  readonly wire: WireSchema;
}
`;

export function toolsFile(inputs: Inputs): GeneratedFile {
  const tools = toolsOf(inputs);
  const body = [
    declarations, 'export type ToolName =', `${tools.map(({ name }) => `  | ${quoted(name)}`).join('\n') || '  never'};`, '',
    '/** The typed tools that are one operation; the others are in agent/tools. */',
    'export const tools: Readonly<Record<ToolName, ToolDescription>> = {', ...tools.map(toolText), '};', '',
  ].join('\n');
  return { path: 'generated/tools.ts', generator: 'tools-gen/tools.ts', inputs: ['specs/tools.yaml', 'specs/tmf', 'specs/bss', 'specs/patches'], body };
}

function toolText(tool: Tool): string {
  const lines = Object.entries(tool).map(([member, value]) => `    ${member}: ${literal(value)},`);
  return [`  ${memberName(tool.name)}: {`, ...lines, '  },'].join('\n');
}
