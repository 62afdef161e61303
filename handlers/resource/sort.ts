/** `sort=-orderDate,+id` (TMF630 §4.6) → ORDER BY. */
import { resources } from '#generated/resources';
import { BadRequest } from '#runtime/errors';
import { attributeAt } from './attribute.ts';
import { unknownAttribute } from './condition.ts';
import { columnOf, type Binder, type Filtered } from './filter.ts';
import type { ResourceDefinition } from './resource.ts';

const keysMax = 8;

type Sorted = Filtered & Pick<ResourceDefinition, 'sortNewest' | 'chosenIds'>;

/**
 * Always ends in the id, so that pages neither overlap nor leave a row out.
 * @throws {BadRequest} an unknown attribute, or one that holds a list of columns
 */
export function orderSql(definition: Sorted, asked: unknown, base: string, binder: Binder): string {
  const keys = [asked].flat().filter((one) => one !== undefined).flatMap((one) => String(one).split(',')).filter((key) => key.trim() !== '');
  if (keys.length > keysMax) throw new BadRequest(`A list is sorted by at most ${keysMax} attributes`);
  if (keys.length === 0) return [`r."${definition.sortNewest}" DESC`, ...idSql(definition, 'DESC')].join(', ');
  return [...keys.flatMap((key) => keySql(definition, key, base, binder)), ...idSql(definition, 'ASC')].join(', ');
}

/** A `+` of the query string arrives as a blank. */
function keySql(definition: Sorted, key: string, base: string, binder: Binder): string[] {
  const [, sign, path] = /^([-+ ]?)(.*)$/s.exec(key) as unknown as [string, string, string]; // both groups always take part
  const direction = sign === '-' ? 'DESC' : 'ASC';
  const place = attributeAt(definition, path.trim());
  if (!place) throw unknownAttribute(definition, path.trim());
  if (path.trim() === 'id') return idSql(definition, direction);
  const column = columnOf(definition, path.trim(), base, binder);
  if (column?.many) throw new BadRequest(`${path} holds several values and cannot be sorted by`);
  if (column) return [`${column.expression}${column.type === 'text' ? ' COLLATE "C"' : ''} ${direction} NULLS LAST`];
  const steps = binder.bind(`$${place.names.map((name) => `.${JSON.stringify(name)}`).join('')}`, 'jsonpath');
  return [`jsonb_path_query_first(r.document, ${steps}) ${direction} NULLS LAST`];
}

/** Sequence ids in the order of their numbers, `ORD-999` before `ORD-1000`. */
function idSql(definition: Sorted, direction: 'ASC' | 'DESC'): string[] {
  const text = `r.id COLLATE "C" ${direction}`;
  return resources[definition.key].idPrefix === null ? [text] : [`length(r.id) ${direction}`, text];
}
