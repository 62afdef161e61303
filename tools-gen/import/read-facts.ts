/** Reads a fact file, a Swagger 2.0 or an OpenAPI 3.0 document as `Facts`. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { methods, type Method } from '../openapi.ts';
import {
  barePath, bareSchema, FactsError, fullVersion, isObject, mapValues,
  type FactOperation, type FactParameter, type FactResponse, type Facts,
} from './facts.ts';

type Loose = Record<string, unknown>;

/**
 * The documents among `inputs`: files, and folders whose .json and .yaml files are taken.
 * Throws FactsError when a named file is no such document or nothing was found;
 * other files of a folder are passed over.
 */
export async function readInputs(inputs: string[]): Promise<Facts[]> {
  const found: Facts[] = [];
  for (const input of inputs) found.push(...await readInput(input));
  if (found.length === 0) throw new FactsError(`no TMF document in ${inputs.join(', ') || 'nothing'}`);
  return found;
}

async function readInput(input: string): Promise<Facts[]> {
  if (!(await stat(input)).isDirectory()) return [await readFacts(input)];
  const names = (await readdir(input)).filter((name) => /\.(json|ya?ml)$/.test(name)).sort();
  const read = names.map((name) => readFacts(join(input, name)).catch(undefinedWhenForeign));
  return (await Promise.all(read)).filter((facts) => facts !== undefined);
}

function undefinedWhenForeign(error: unknown): undefined {
  if (error instanceof FactsError) return undefined;
  throw error;
}

/** One document. Throws FactsError when the file is none. */
async function readFacts(file: string): Promise<Facts> {
  const text = await readFile(file, 'utf8');
  return factsOf(file.endsWith('.json') ? parseJson(file, text) : parse(text), basename(file));
}

/** Throws FactsError naming the file when the text is no JSON. */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new FactsError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

/** The facts of a parsed document. Throws FactsError when it has no operations or no schemas. */
export function factsOf(source: unknown, file: string): Facts {
  if (!isObject(source)) throw new FactsError(`${file} is no TMF document`);
  if (Array.isArray(source.operations) && isObject(source.schemas)) return fromFactFile(source, file);
  if (source.swagger === '2.0' && isObject(source.paths)) return fromSwagger(source, file);
  if (typeof source.openapi === 'string' && isObject(source.paths)) return fromOpenApi(source, file);
  throw new FactsError(`${file} is neither a fact file nor a Swagger 2.0 or OpenAPI 3.0 document`);
}

function headOf(source: Loose, file: string): Pick<Facts, 'api' | 'source' | 'title' | 'version'> {
  const info = objectOf(source.info);
  const named = text(source.source) || text(info['x-source']) || file;
  const api = /TMF\d{3}/.exec(`${named} ${file} ${text(info.title)}`)?.[0] ?? '';
  return { api, source: named, title: text(info.title), version: fullVersion(text(info.version)) };
}

function fromFactFile(source: Loose, file: string): Facts {
  const operations = listOf(source.operations).map(factOperation);
  return { ...headOf(source, file), basePaths: [barePath(text(source.basePath))], operations, schemas: mapValues(objectOf(source.schemas), bareSchema) };
}

function factOperation(source: Loose): FactOperation {
  const request = isObject(source.request) ? source.request : undefined;
  const named = (place: 'query' | 'header', list: unknown) => listOf(list).map((each) => parameterOf({ ...each, in: place }));
  const path = texts(source.pathParams).map((name): FactParameter => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  return {
    method: methodOf(source.method), path: text(source.path), operationId: text(source.operationId), tags: texts(source.tags),
    parameters: [...path, ...named('query', source.query), ...named('header', source.headers)],
    ...(request && { request: { schema: bareSchema(request.schema), required: request.required === true } }),
    success: mapValues(objectOf(source.success), factResponse),
    errors: texts(source.errors),
  };
}

function factResponse(source: unknown): FactResponse {
  const response = objectOf(source);
  return { ...(isObject(response.schema) && { schema: bareSchema(response.schema) }), headers: headersOf(response.headers) };
}

function fromSwagger(source: Loose, file: string): Facts {
  const shared = objectOf(source.parameters);
  const operations = operationsIn(source).map(({ item, ...place }) => swaggerOperation(place, item, shared, objectOf(source.responses)));
  return { ...headOf(source, file), basePaths: [barePath(text(source.basePath))], operations, schemas: mapValues(objectOf(source.definitions), bareSchema) };
}

function swaggerOperation(place: Place, item: Loose, shared: Loose, responses: Loose): FactOperation {
  const parameters = [...listOf(item.shared), ...listOf(item.parameters)].map((each) => resolved(each, shared));
  const body = parameters.find((each) => each.in === 'body');
  return {
    ...place, ...namesOf(item),
    parameters: parameters.filter((each) => each.in !== 'body').map(parameterOf),
    ...(body && { request: { schema: bareSchema(body.schema), required: body.required === true } }),
    ...answersOf(mapValues(objectOf(item.responses), (each) => resolved(each, responses))),
  };
}

function fromOpenApi(source: Loose, file: string): Facts {
  const components = objectOf(source.components);
  const operations = operationsIn(source).map(({ item, ...place }) => openApiOperation(place, item, components));
  const servers = listOf(source.servers).map((server) => barePath(text(server.url)));
  return { ...headOf(source, file), basePaths: servers, operations, schemas: mapValues(objectOf(components.schemas), bareSchema) };
}

function openApiOperation(place: Place, item: Loose, components: Loose): FactOperation {
  const parameters = [...listOf(item.shared), ...listOf(item.parameters)].map((each) => resolved(each, objectOf(components.parameters)));
  const body = isObject(item.requestBody) ? resolved(item.requestBody, objectOf(components.requestBodies)) : undefined;
  const responses = mapValues(objectOf(item.responses), (each) => resolved(each, objectOf(components.responses)));
  return {
    ...place, ...namesOf(item), parameters: parameters.map(parameterOf),
    ...(body && { request: { schema: bareSchema(contentOf(body)), required: body.required === true } }),
    ...answersOf(responses),
  };
}

interface Place { method: Method; path: string }

function operationsIn(source: Loose): (Place & { item: Loose })[] {
  return Object.entries(objectOf(source.paths)).flatMap(([path, value]) => {
    const item = objectOf(value);
    const present = Object.keys(item).filter((key): key is Method => (methods as readonly string[]).includes(key));
    return present.map((method) => ({ method, path, item: { shared: item.parameters, ...objectOf(item[method]) } }));
  });
}

function namesOf(item: Loose): Pick<FactOperation, 'operationId' | 'tags'> {
  return { operationId: text(item.operationId), tags: texts(item.tags) };
}

function answersOf(responses: Record<string, Loose>): Pick<FactOperation, 'success' | 'errors'> {
  const entries = Object.entries(responses);
  const success = entries.filter(([status]) => status.startsWith('2'));
  return {
    success: Object.fromEntries(success.map(([status, response]) => [status, answerOf(response)])),
    errors: entries.map(([status]) => status).filter((status) => !status.startsWith('2')),
  };
}

function answerOf(response: Loose): FactResponse {
  const schema = response.schema ?? contentOf(response);
  return { ...(isObject(schema) && { schema: bareSchema(schema) }), headers: headersOf(response.headers) };
}

/** The schema of the JSON media type, `application/json` before any other. */
function contentOf(holder: Loose): unknown {
  const content = objectOf(holder.content);
  const types = Object.keys(content);
  const type = types.find((each) => each.startsWith('application/json')) ?? types[0];
  return type === undefined ? undefined : objectOf(content[type]).schema;
}

function headersOf(source: unknown): FactResponse['headers'] {
  return mapValues(objectOf(source), (header) => bareSchema(objectOf(header).schema ?? header));
}

function parameterOf(source: Loose): FactParameter {
  const place = source.in;
  if (place !== 'path' && place !== 'query' && place !== 'header' && place !== 'cookie') throw new FactsError(`parameter ${text(source.name)} is in ${text(place)}`);
  const { type, format, items, enum: values, default: initial } = source;
  return { name: text(source.name), in: place, required: source.required === true || place === 'path', schema: bareSchema(source.schema ?? { type, format, items, enum: values, default: initial }) };
}

function resolved(source: unknown, components: Loose): Loose {
  const holder = objectOf(source);
  if (typeof holder.$ref !== 'string') return holder;
  return objectOf(components[holder.$ref.slice(holder.$ref.lastIndexOf('/') + 1)]);
}

function methodOf(value: unknown): Method {
  const method = methods.find((each) => each === text(value).toLowerCase());
  if (!method) throw new FactsError(`unknown method ${text(value)}`);
  return method;
}

function objectOf(value: unknown): Loose {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
