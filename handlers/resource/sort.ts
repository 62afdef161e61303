/** `sort=-orderDate,+id` (TMF630 §4.6) → ORDER BY. */
import { resources } from '#generated/resources';
import { BadRequest } from '#runtime/errors';
import { attributeAt } from './attribute.ts';
import { unknownAttribute } from './condition.ts';
import { columnOf, documentOf, type Binder, type Filtered } from './filter.ts';
import type { ResourceDefinition } from './resource.ts';

const keysMax = 8;

type Sorted = Filtered & Pick<ResourceDefinition, 'sortNewest' | 'chosenIds' | 'mandatory'>;

/** One expression rows are ordered by. */
interface Key {
  readonly sql: string;
  readonly descending: boolean;
  /** Rows without a value come last, whatever the direction. An index serves only a key that always has one. */
  readonly nullable: boolean;
}

/**
 * Always ends in the id, so that pages neither overlap nor leave a row out.
 * @param backwards the exact opposite, to read a list from its end
 * @throws {BadRequest} an unknown attribute
 */
export function orderSql(definition: Sorted, asked: unknown, base: string, binder: Binder, backwards = false): string {
  const names = [asked].flat().filter((one) => one !== undefined).flatMap((one) => String(one).split(',')).filter((key) => key.trim() !== '');
  if (names.length > keysMax) throw new BadRequest(`A list is sorted by at most ${keysMax} attributes`);
  const newest: Key = { sql: newestSql(definition), descending: true, nullable: false };
  const keys = names.length === 0 ? [newest] : names.flatMap((name) => keysOf(definition, name, base, binder));
  const all = [...keys, ...idKeys(definition, keys.at(-1)!.descending)];
  return all.map((key) => keySql(key, backwards)).join(', ');
}

const newestSql = ({ sortNewest }: Sorted): string => `r."${sortNewest}"`;

function keySql({ sql, descending, nullable }: Key, backwards: boolean): string {
  const direction = descending === backwards ? 'ASC' : 'DESC';
  return nullable ? `${sql} ${direction} NULLS ${backwards ? 'FIRST' : 'LAST'}` : `${sql} ${direction}`;
}

/** A `+` of the query string arrives as a blank. */
function keysOf(definition: Sorted, key: string, base: string, binder: Binder): Key[] {
  const [, sign, rest] = /^([-+ ]?)(.*)$/s.exec(key) as unknown as [string, string, string]; // both groups always take part
  const descending = sign === '-';
  const path = rest.trim();
  const place = attributeAt(definition, path);
  if (!place) throw unknownAttribute(definition, path);
  if (path === 'id') return idKeys(definition, descending);
  const column = columnOf(definition, path, base, binder);
  if (column) {
    const nullable = column.many || (!definition.mandatory.includes(path) && column.expression !== newestSql(definition));
    // Of several values the first counts, as in a list of the document.
    const expression = column.many ? `(${column.expression})[1]` : column.expression;
    return [{ sql: `${expression}${column.type === 'text' ? ' COLLATE "C"' : ''}`, descending, nullable }];
  }
  const steps = binder.bind(`$${place.names.map((name) => `.${JSON.stringify(name)}`).join('')}`, 'jsonpath');
  return [{ sql: `jsonb_path_query_first(${documentOf(definition, place)}, ${steps})`, descending, nullable: true }];
}

/** Sequence ids in the order of their numbers, `ORD-999` before `ORD-1000`. */
function idKeys(definition: Sorted, descending: boolean): Key[] {
  const text: Key = { sql: 'r.id COLLATE "C"', descending, nullable: false };
  return resources[definition.key].idPrefix === null ? [text] : [{ ...text, sql: 'length(r.id)' }, text];
}
