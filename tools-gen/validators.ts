/**
 * generated/validators/<API>.js: the schemas of one API compiled by Ajv into one module, so that
 * shared schemas compile once; generated/validators.ts loads such a module at its first use.
 */
import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import type { GeneratedFile } from './banner.ts';
import { errorsMax } from '#runtime/validator';
import { formats } from './formats.ts';
import type { Inputs } from './inputs.ts';
import { jsonSchema, type JsonSchema } from './json-schema.ts';
import type { Spec } from './load-spec.ts';
import type { OperationSource } from './operation-rows.ts';
import { mediaOf, requestBodyOf, responseOf } from './resolve.ts';
import { memberName, quoted } from './source.ts';
import { SpecError } from './spec-error.ts';

// The package is CommonJS: its default export is a member of the imported one.
const standaloneCode = standaloneModule.default;

/** Names of compiled functions by the JSON text of their schema: equal schemas share one. */
type Compiled = Map<string, string>;

export function validatorFiles({ specs, sources }: Inputs): GeneratedFile[] {
  return specs.flatMap((spec) => apiFiles(spec, sources.filter((source) => source.spec === spec)));
}

function apiFiles(spec: Spec, sources: readonly OperationSource[]): GeneratedFile[] {
  const made = { generator: 'tools-gen/validators.ts', inputs: [spec.file, ...spec.patches] };
  const declaration = "import type { CompiledOperation } from '#runtime/validator';\n\nexport declare const operations: Readonly<Record<string, CompiledOperation>>;\n";
  return [
    { ...made, path: `generated/validators/${spec.api}.js`, body: moduleText(spec, sources) },
    { ...made, path: `generated/validators/${spec.api}.d.ts`, body: declaration },
  ];
}

function moduleText(spec: Spec, sources: readonly OperationSource[]): string {
  const compiled: Compiled = new Map();
  const table = sources.map((source) => `  ${memberName(source.row.operationId)}: ${entryText(source, compiled)},`);
  return [
    bounded(withoutUnused(esModule(compile(spec, compiled)))), '',
    'export const operations = {', ...table, '};', '',
  ].join('\n');
}

/** Ajv without messages: `#runtime/validator` words them from keyword and parameters. */
function compile(spec: Spec, compiled: Compiled): string {
  const ajv = new Ajv({
    strict: false, allErrors: true, messages: false, validateFormats: true, formats: { ...formats }, inlineRefs: false,
    code: { source: true, esm: true, lines: true, optimize: 1 },
  });
  for (const [name, schema] of Object.entries(spec.document.components.schemas)) ajv.addSchema(asObject(jsonSchema(schema)), name);
  for (const [text, name] of compiled) ajv.addSchema(asObject(JSON.parse(text) as JsonSchema), name); // written by functionOf
  return standaloneCode(ajv, Object.fromEntries([...compiled.values()].map((name) => [name, name])));
}

/** `true` as a schema has no place for the identifier that Ajv gives it. */
function asObject(schema: JsonSchema): { [keyword: string]: unknown } {
  return typeof schema === 'boolean' ? (schema ? {} : { not: {} }) : schema;
}

function entryText(source: OperationSource, compiled: Compiled): string {
  const { row, spec, operation } = source;
  const request = requestBodyOf(spec.document, operation);
  const plain = mediaOf(request?.content)?.schema;
  const steps = request?.content['application/json-patch+json']?.schema;
  const statuses = Object.keys(operation.responses).sort();
  const responses = statuses.map((status) => {
    const schema = mediaOf(responseOf(spec.document, operation, status).content)?.schema;
    return `${memberName(status)}: ${schema ? functionOf(jsonSchema(schema), compiled) : 'null'}`;
  });
  const members = [
    `request: ${plain ? functionOf(jsonSchema(plain), compiled) : 'null'}`,
    `requestRequired: ${request?.required ?? false}`,
    `merges: ${row.kind === 'patch'}`,
    `steps: ${steps ? functionOf(jsonSchema(steps), compiled) : 'null'}`,
    `params: ${parametersFunction(source, 'path', compiled)}`,
    `query: ${parametersFunction(source, 'query', compiled)}`,
    `responses: { ${responses.join(', ')} }`,
  ];
  return `{ ${members.join(', ')} }`;
}

/** Undeclared query names stay legal: a list takes any attribute as a filter (TMF630 §4.4). */
function parametersFunction({ parameters }: OperationSource, place: 'path' | 'query', compiled: Compiled): string {
  const declared = parameters.filter((each) => each.in === place);
  if (declared.length === 0) return 'null';
  const properties = Object.fromEntries(declared.map(({ name, schema }) => [name, jsonSchema(schema)]));
  const required = declared.filter((each) => each.required).map(({ name }) => name);
  return functionOf({ type: 'object', properties, ...(required.length > 0 ? { required } : {}) }, compiled);
}

/** The exported function of a schema, `check1`, `check2`, … in order of first use. */
function functionOf(schema: JsonSchema, compiled: Compiled): string {
  const text = JSON.stringify(schema);
  const name = compiled.get(text) ?? `check${compiled.size + 1}`;
  compiled.set(text, name);
  return name;
}

/** Ajv still writes `require` for its two run-time functions, also into an ES module. */
function esModule(code: string): string {
  const imports = new Set<string>();
  const text = code.replace(/require\("(ajv\/dist\/runtime\/(\w+))"\)\.default/g, (_call, file: string, name: string) => {
    imports.add(`import ${name}Module from ${quoted(`${file}.js`)};`);
    return `${name}Module.default`;
  });
  if (text.includes('require(')) throw new SpecError(`Ajv wrote an unknown require: ${/require\([^)]*\)/.exec(text)?.[0]}`);
  return [...imports, text.replace(/^"use strict";\n?/, '')].join('\n');
}

/** Drops the schemas that no check looks at: Ajv writes every one, the code reads few. */
function withoutUnused(code: string): string {
  return code.replace(/^const (schema\d+) = .*;\n/gm, (line, name: string) => (code.split(new RegExp(`\\b${name}\\b`)).length > 2 ? line : ''));
}

/**
 * Ends the loops over items and members once `errorsMax` errors are found: collecting all errors
 * of a hostile body would otherwise cost memory in proportion to its length. A value that has
 * fewer errors is checked whole, so this never turns a refusal into an acceptance.
 */
function bounded(code: string): string {
  const loops = code.match(/for\s*\((?:let|const) \w+/g)?.length ?? 0;
  let bounds = 0;
  const text = code
    .replace(/for\s*\(let (\w+)=0; \1<(\w+); \1\+\+\)\s*\{/g, (_loop, index: string, length: string) => {
      bounds += 1;
      return `for(let ${index}=0; ${index}<${length} && errors<${errorsMax}; ${index}++){`;
    })
    .replace(/for\s*\(const (\w+) in (\w+)\)\s*\{/g, (loop) => {
      bounds += 1;
      return `${loop}if(errors>=${errorsMax})break;`;
    });
  if (bounds !== loops) throw new Error(`${loops - bounds} of ${loops} loops of a validator were not recognised`);
  return text;
}

/** generated/validators.ts: one lazily imported module per API behind a typed index. */
export function validatorIndexFile({ specs }: Inputs): GeneratedFile {
  const loaders = specs.map(({ api }) => `  ${memberName(api)}: () => import(${quoted(`./validators/${api}.js`)}),`);
  const body = [
    "import type { OperationKey } from '#generated/operations';",
    "import { lazyValidators, type OperationValidators } from '#runtime/validator';", '',
    "export type { OperationValidators } from '#runtime/validator';", '',
    'const load = lazyValidators({', ...loaders, '});', '',
    '/** The validators of one operation; the module of its API is loaded at the first call. */',
    'export const validatorsFor = (key: OperationKey): Promise<OperationValidators> => load(key);', '',
  ].join('\n');
  return { path: 'generated/validators.ts', generator: 'tools-gen/validators.ts', inputs: ['specs/tmf', 'specs/bss'], body };
}
