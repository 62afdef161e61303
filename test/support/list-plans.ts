/** EXPLAIN of the very statements the resource layer sends for a list. */
import type pg from 'pg';
import { conditionsOf } from '../../handlers/resource/condition.ts';
import { Binder, filterSql, isSearch } from '../../handlers/resource/filter.ts';
import type { ResourceDefinition } from '../../handlers/resource/resource.ts';
import { listResources } from '../../handlers/resource/list.ts';
import { orderSql } from '../../handlers/resource/sort.ts';

/** Host of the collections, for filters on href. */
export const base = 'http://localhost';

/**
 * The plans of a list in the order it sends their statements: page and total, or total and far page,
 * or that of a search alone, which finds few rows.
 * @param rows the total that is made believe, so that every offset below it lies inside
 */
export async function plansOf(client: pg.Client, definition: ResourceDefinition, query: Readonly<Record<string, string>>, rows: number): Promise<string[]> {
  const { limit = '20', offset = '0', sort, ...filters } = query;
  const binder = new Binder();
  const asked = conditionsOf(definition, filters);
  const conditions = filterSql(definition, asked, base, binder);
  const plans: string[] = [];
  const explain = async (text: string, values: readonly unknown[] = []): Promise<never[]> => {
    if (text.startsWith('SELECT pg_current_snapshot')) return [];
    const { rows: lines } = await client.query({ text: `EXPLAIN (COSTS OFF) ${text}`, values: [...values], rowMode: 'array' });
    plans.push(lines.flat().join('\n'));
    if (text.startsWith('WITH few')) return [{ id: null, matching: 0 }] as never[];
    // As many rows as asked for: the layer then counts.
    return (text.includes('count(*)') ? [{ total: rows, snapshot: '' }] : Array.from({ length: Number(limit) }, () => ({}))) as never[];
  };
  const db = { read: explain, one: async (text: string, values?: readonly unknown[]) => (await explain(text, values))[0] ?? null };
  await listResources(db as never, definition, { // the layer asks no more of a database
    conditions, values: binder.values, limit: Number(limit), offset: Number(offset), isSearch: isSearch(definition, asked),
    order: (further: Binder, backwards: boolean) => orderSql(definition, sort, base, further, backwards),
  });
  return plans;
}

const indent = (line: string): number => line.search(/\S/);

/** The part of a plan that finds the page, without what is looked up for each of its rows. */
export function paged(plan: string): string {
  const lines = plan.split('\n');
  const limit = lines.findIndex((line) => /^(\s*->\s+)?Limit/.test(line));
  const below = lines.slice(limit + 1);
  const end = below.findIndex((line) => indent(line) <= indent(lines[limit]!));
  return below.slice(0, end < 0 ? undefined : end).join('\n');
}

/** The nodes of a plan in one line, the outermost first. */
export const nodesOf = (plan: string): string =>
  plan.split('\n').filter((line) => /^\S|->/.test(line)).map((line) => line.replace('->', '').trim()).join(' < ');
