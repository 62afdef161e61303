import { attributes } from '#generated/attributes';
import { resources } from '#generated/resources';
import type { ResourceDefinition } from './resource.ts';

/** What stands at the end of an attribute path. `object` has attributes of its own, `any` may hold anything. */
export type AttributeKind = 'text' | 'number' | 'boolean' | 'time' | 'date' | 'any' | 'object';

export interface AttributePlace {
  readonly names: readonly string[];
  readonly kind: AttributeKind;
}

type Described = Pick<ResourceDefinition, 'key' | 'columns' | 'extensions'>;

/** No schema nests deeper in any filter a person would write, though some refer to themselves. */
const namesMax = 12;

/** Every row may say what it is, whether the schema of the resource knows the attributes or not (TMF630 §6). */
const polymorphic: ReadonlySet<string> = new Set(['@type', '@baseType', '@schemaLocation']);

/**
 * Finds an attribute by its dotted path; lists are passed through (`relatedParty.id`).
 * @returns null when the resource has no such attribute
 */
export function attributeAt(definition: Described, path: string): AttributePlace | null {
  const names = path.split('.');
  if (names.length > namesMax || names.includes('')) return null;
  const kind = polymorphic.has(path) ? 'text' : (columnKind(definition, path) ?? kindAt(definition, names));
  return kind && { names, kind };
}

function kindAt({ key, extensions }: Described, names: readonly string[]): AttributeKind | null {
  if (extensions?.includes(names[0] ?? '')) return 'any';
  const { api, schema } = resources[key];
  const schemas = attributes[api] ?? {};
  let members = schemas[schema];
  let kind: AttributeKind = 'object';
  for (const name of names) {
    if (kind === 'any') return 'any';
    const attribute = members && Object.hasOwn(members, name) ? members[name] : undefined;
    if (!attribute) return null;
    const bare = attribute.replaceAll('[]', '');
    members = bare.startsWith('#') ? schemas[bare.slice(1)] : undefined;
    kind = members ? 'object' : (bare as AttributeKind); // every kind without `#` is one of ours
  }
  return kind;
}

const kindOfColumn = { text: 'text', timestamptz: 'time', numeric: 'number', boolean: 'boolean' } as const;

/** A definition may offer further attributes as columns. */
function columnKind({ columns }: Described, path: string): AttributeKind | null {
  const column = Object.hasOwn(columns, path) ? columns[path] : undefined;
  return column ? kindOfColumn[column.type] : null;
}

/** The names that may stand where a path fails: those of the deepest object it leads to, in their order. */
export function attributesAt({ key, columns, extensions = [] }: Described, path: string): string[] {
  const { api, schema } = resources[key];
  const schemas = attributes[api] ?? {};
  let within = schema;
  for (const name of path.split('.')) {
    const members = schemas[within] ?? {};
    const next = Object.hasOwn(members, name) ? members[name]!.replaceAll('[]', '') : '';
    if (!next.startsWith('#')) break;
    within = next.slice(1);
  }
  const ours = within === schema ? [...extensions, ...Object.keys(columns).filter((name) => !name.includes('.'))] : [];
  return [...new Set([...Object.keys(schemas[within] ?? {}), ...ours])];
}
