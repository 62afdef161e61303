/** Body → stored attributes → columns and document. */
import type { RowValues } from '#db/database';
import { camel } from '#db/names';
import { attributes as schemasByApi } from '#generated/attributes';
import { resources } from '#generated/resources';
import { isoTime } from '#runtime/clock';
import { BadRequest, type Problem } from '#runtime/errors';
import { pointerToken } from '#runtime/pointer';
import { storable } from '#runtime/storable';
import { errorsMax } from '#runtime/validator';
import { isObject, put, type JsonObject } from './json.ts';
import type { Document, ResourceDefinition, ResourceRow } from './resource.ts';
import { spelled } from './spelling.ts';
import { verdictAttribute } from './verdict.ts';

/** Deeper than any TM Forum document nests, shallow enough for every recursion over a body. */
export const depthMax = 64;

type Described = Pick<ResourceDefinition, 'key'>;

/**
 * The attributes a client may bring: everything but id, href and a verdict, which only we pass;
 * instants as UTC with `Z`.
 * @throws {BadRequest} text that PostgreSQL cannot store, or a body nested deeper than `depthMax`
 */
export function accept(definition: Described & Pick<ResourceDefinition, 'extensions'>, body: unknown): Document {
  const { id: _id, href: _href, ...rest } = normal(definition, body);
  if (!definition.extensions?.includes(verdictAttribute)) return rest;
  const { [verdictAttribute]: _verdict, ...attributes } = rest;
  return attributes;
}

/** A whole representation in our form, id and href included; see `accept`. */
export function normal(definition: Described, value: unknown): JsonObject {
  const { api, schema } = resources[definition.key];
  const walk = new Walk(api);
  const copy = walk.copy(value, `#${schema}`, '', 0);
  if (walk.problems.length > 0) throw new BadRequest('The body cannot be stored', walk.problems);
  return isObject(copy) ? copy : {};
}

/** Copies a JSON value along the attributes of its schema. */
class Walk {
  readonly problems: Problem[] = [];
  readonly #api: string;
  readonly #schemas: Readonly<Record<string, Readonly<Record<string, string>>>>;

  constructor(api: string) {
    this.#api = api;
    this.#schemas = schemasByApi[api] ?? {};
  }

  copy(value: unknown, attribute: string, pointer: string, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value, attribute, pointer);
    if (value instanceof Date) return isoTime(value);
    if (value === null || typeof value !== 'object') return value;
    if (depth >= depthMax) return this.#refuse(pointer, `is nested deeper than ${depthMax} levels`);
    if (Array.isArray(value)) {
      const item = attribute.endsWith('[]') ? attribute.slice(0, -2) : 'any';
      return value.map((each, i) => this.copy(each, item, `${pointer}/${i}`, depth + 1));
    }
    return this.#object(value, attribute, pointer, depth);
  }

  #object(value: object, attribute: string, pointer: string, depth: number): JsonObject {
    const schema = attribute.startsWith('#') ? attribute.slice(1) : '';
    const members = this.#schemas[schema];
    const out: JsonObject = {};
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const place = `${pointer}/${pointerToken(name)}`;
      if (!storable(name)) this.#refuse(place, 'has a name with characters that cannot be stored');
      const kind = members && Object.hasOwn(members, name) ? members[name]! : 'any';
      put(out, name, this.copy(spelled(this.#api, schema, name, member), kind, place, depth + 1));
    }
    return out;
  }

  #text(value: string, attribute: string, pointer: string): unknown {
    if (!storable(value)) return this.#refuse(pointer, 'has characters that cannot be stored (U+0000 or half of a surrogate pair)');
    const at = attribute === 'time' ? Date.parse(value) : NaN;
    return Number.isNaN(at) ? value : isoTime(new Date(at));
  }

  #refuse(pointer: string, message: string): null {
    if (this.problems.length < errorsMax) this.problems.push({ pointer, message });
    return null;
  }
}

export interface Stored {
  /** By camelCase name, as a Writer takes them. */
  readonly columns: RowValues;
  readonly document: Document;
}

/** Gives every first-level attribute its home; id and href have their own. */
export function split<Row extends ResourceRow>(definition: ResourceDefinition<Row>, attributes: Document): Stored {
  const columns: { [name: string]: unknown } = {};
  const document: JsonObject = {};
  for (const [path, column] of firstLevelColumns(definition)) columns[camel(column)] = attributes[path] ?? null;
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'id' || name === 'href' || storedInColumn(definition, name)) continue;
    put(document, name, value);
  }
  return { columns, document };
}

const storedInColumn = <Row extends ResourceRow>({ columns }: ResourceDefinition<Row>, name: string): boolean =>
  Object.hasOwn(columns, name) && 'column' in columns[name]!;

/** Attribute and column of those attributes whose only home is a column. */
export function firstLevelColumns<Row extends ResourceRow>({ columns }: ResourceDefinition<Row>): readonly FirstLevel[] {
  let found = firstLevels.get(columns);
  if (!found) {
    found = Object.entries(columns).flatMap(([path, column]): FirstLevel[] => (path === 'id' || path.includes('.') || !('column' in column) ? [] : [[path, column.column]]));
    firstLevels.set(columns, found);
  }
  return found;
}

type FirstLevel = readonly [attribute: string, column: string];

/** Every row of every list asks for them. */
const firstLevels = new WeakMap<object, readonly FirstLevel[]>();
