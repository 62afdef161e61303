/** The values a row shows, by the dotted paths under which filter and sort know them. */
import { attributes } from '#generated/attributes';
import type { Listed } from './listed.ts';
import type { Row } from './shelf.ts';

export type Kind = 'text' | 'number' | 'boolean' | 'time' | 'date' | 'any';

export interface Leaf {
  readonly path: string;
  readonly kind: Kind;
  readonly value: unknown;
  /** A list stands somewhere on the way, so that a row may have several values. */
  readonly many: boolean;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every scalar of a row that its schema types; what the schema leaves open is `any`. */
export function leaves({ resource: { api, schema } }: Pick<Listed, 'resource'>, row: Row): Leaf[] {
  return inside(api, schema, row, '', false);
}

function inside(api: string, schema: string, value: Row, prefix: string, many: boolean): Leaf[] {
  const members = attributes[api]?.[schema] ?? {};
  return Object.entries(value).flatMap(([name, member]) => (Object.hasOwn(members, name) ? at(api, members[name]!, member, `${prefix}${name}`, many) : []));
}

function at(api: string, attribute: string, value: unknown, path: string, many: boolean): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item) => at(api, attribute.replace(/\[\]$/, ''), item, path, true));
  if (attribute.startsWith('#')) return isObject(value) ? inside(api, attribute.slice(1), value, `${path}.`, many) : [];
  return isObject(value) ? [] : [{ path, kind: attribute as Kind, value, many }]; // the table's kinds besides references
}
