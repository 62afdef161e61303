/** `query` of a subscription: which notifications are wanted, in the form of a list's filters (TMF630 §4.4). */
import type { Database } from '#db/database';
import { eventCatalogue } from '#generated/events';
import { resources, type ResourceKey } from '#generated/resources';
import { BadRequest } from '#runtime/errors';
import { storable } from '#runtime/storable';
import { conditionsOf } from '../resource/condition.ts';
import { extensionsOf } from '../resource/extensions.ts';
import { Binder, filterSql, isUnevaluable } from '../resource/filter.ts';

/** Names of the notifications of an API. */
export const eventNames = (api: string): string[] =>
  [...new Set(Object.values(eventCatalogue).flatMap(({ hub }) => hub.filter((each) => each.api === api).map(({ event }) => event)))];

/** Longer than anybody writes. */
export const textMax = 2000;

export interface Wish {
  /** Null for every notification of the API. */
  readonly eventNames: string[] | null;
  /** Filters on the resource, without `eventType`. */
  readonly filters: Readonly<Record<string, string[]>>;
}

/**
 * Reads a query such as `eventType=ProductOrderStateChangeEvent&productOrder.state=completed`.
 * Attributes may be written as they stand in the notification, `event.productOrder.state`, or in the resource, `productOrder.state` or `state`.
 * @throws {BadRequest} a notification the API does not have
 */
export function wishOf(api: string, query: string | null): Wish {
  if (query !== null && (query.length > textMax || !storable(query))) throw new BadRequest('The query is too long or holds characters that cannot be stored', [{ pointer: '/query', message: `must be at most ${textMax} characters` }]);
  const filters = new Map<string, string[]>();
  let wanted: string[] | null = null;
  for (const [name, value] of new URLSearchParams(query ?? '')) {
    if (name === 'eventType' || name === 'eventType.eq') wanted = [...(wanted ?? []), ...value.split(/[,;]/).map((one) => eventName(api, one))];
    else filters.set(name, [...(filters.get(name) ?? []), value]);
  }
  return { eventNames: wanted, filters: Object.fromEntries(filters) };
}

function eventName(api: string, text: string): string {
  const names = eventNames(api);
  const plain = text.trim().replace(/^"(.*)"$/, '$1').toLowerCase();
  const found = names.find((name) => name.toLowerCase() === plain);
  if (!found) throw new BadRequest(`${api} has no notification ${text}`, [{ pointer: '/query', message: `must name one of ${names.join(', ')}` }]);
  return found;
}

const resourcesOf = (api: string): ResourceKey[] =>
  Object.values(resources).filter((each) => each.api === api).map(({ key }) => key as ResourceKey); // keys of the same table

/**
 * Filters as they read for one resource: `category.name` is the name of a category, and of the categories of an offering.
 * @throws {BadRequest} `event.category.…` for any other resource
 */
function filtersFor(key: ResourceKey, { filters }: Wish): Record<string, string[]> {
  const own = resources[key].resource;
  return Object.fromEntries(Object.entries(filters).map(([name, values]) => {
    const path = name.replace(/^event\./, '');
    if (path.startsWith(`${own}.`)) return [path.slice(own.length + 1), values];
    if (path !== name) throw new BadRequest(`A notification of a ${own} has no ${name}`);
    return [path, values];
  }));
}

const definitionOf = (key: ResourceKey) => ({ key, columns: {}, extensions: extensionsOf(key) });

/**
 * Every filter must be one on some resource of the API, and one that can be evaluated.
 * @throws {BadRequest} naming the unknown attribute
 */
export async function checkFilters(database: Database, api: string, wish: Wish): Promise<void> {
  const failures = await Promise.all(resourcesOf(api).map((key) => failureOf(database, key, wish)));
  if (!failures.includes(null)) throw new BadRequest(`The query cannot be evaluated: ${failures.at(-1)}`, [{ pointer: '/query', message: 'must filter by attributes of the API' }]);
}

async function failureOf(database: Database, key: ResourceKey, wish: Wish): Promise<string | null> {
  try {
    await passes(database, key, wish, { id: '', href: '' });
    return null;
  } catch (error) {
    if (error instanceof BadRequest) return error.reason;
    if (isUnevaluable(error)) return 'it has an expression that cannot be evaluated';
    throw error;
  }
}

/** Whether a resource passes the filters; one with a filter on another resource of the API does not. */
export async function matches(database: Database, key: ResourceKey, wish: Wish, representation: Readonly<Record<string, unknown>>): Promise<boolean> {
  try {
    return await passes(database, key, wish, representation);
  } catch (error) {
    if (error instanceof BadRequest) return false;
    throw error;
  }
}

/** The database evaluates filters as it does those of a list. */
async function passes(database: Database, key: ResourceKey, wish: Wish, representation: Readonly<Record<string, unknown>>): Promise<boolean> {
  const wanted = conditionsOf(definitionOf(key), filtersFor(key, wish));
  if (wanted.length === 0) return true;
  const binder = new Binder();
  const row = `SELECT ${binder.bind(JSON.stringify(representation), 'jsonb')} AS document, ${binder.bind(representation['id'], 'text')} AS id`;
  const href = String(representation['href']);
  const conditions = filterSql(definitionOf(key), wanted, href.slice(0, Math.max(0, href.lastIndexOf('/'))), binder);
  return (await database.one(`SELECT 1 FROM (${row}) r WHERE ${conditions.join(' AND ')}`, binder.values, false)) !== null;
}
