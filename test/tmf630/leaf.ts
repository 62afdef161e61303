/** The values a row shows, by the dotted paths under which filter and sort know them. */
import { attributes } from '#generated/attributes';
import { extensions } from '../contract/extensions.ts';
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

/** Every scalar of a row that its schema types, and of our extensions; what the schema leaves open is `any`. */
export function leaves({ key, resource: { api, schema } }: Pick<Listed, 'key' | 'resource'>, row: Row): Leaf[] {
  const ours = Object.keys(extensions[key] ?? {}).filter((name) => Object.hasOwn(row, name) && !Object.hasOwn(attributes[api]?.[schema] ?? {}, name));
  return [...inside(api, schema, row, '', false), ...ours.flatMap((name) => open(row[name], name, false, firstKind(row[name])))];
}

/** An extension that is one value is filtered as what it is. */
const firstKind = (value: unknown): Kind =>
  typeof value === 'number' || typeof value === 'boolean' ? typeof value as 'number' | 'boolean' : /^\d{4}-\d\d-\d\dT.*Z$/.test(String(value)) ? 'time' : 'text';

/** What no schema describes. */
function open(value: unknown, path: string, many: boolean, kind: Kind = 'any'): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item) => open(item, path, true));
  if (isObject(value)) return Object.entries(value).flatMap(([name, member]) => open(member, `${path}.${name}`, many));
  return value === null ? [] : [{ path, kind, value, many }];
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
