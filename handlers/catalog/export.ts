import { resources } from '#generated/resources';
import { conditionsOf } from '../resource/condition.ts';
import { Binder, filterSql } from '../resource/filter.ts';
import { listOf } from '../resource/json.ts';
import { listResources } from '../resource/list.ts';
import { project } from '../resource/project.ts';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { catalogs, categories } from './entry.ts';
import { JobFailure, rowsMax, type Entry, type ExchangedResource } from './exchange.ts';
import { offerings } from './offering.ts';
import { prices } from './price.ts';
import { specifications } from './specification.ts';

/** What to export: everything, or the rows of one resource that match a filter as in a list. */
export interface Scope {
  readonly resource: ExchangedResource | null;
  /** As after the `?` of a list; null for all. */
  readonly query: string | null;
}

/**
 * Rows of the catalog, what is pointed at before what points. They are read the other way round, so
 * that nothing is missing that a row read before points at.
 * @throws {JobFailure} too many rows
 * @throws {BadRequest} the query filters by an unknown attribute
 */
export async function exportedRows(service: Service, scope: Scope): Promise<Entry[]> {
  const out: Entry[] = [];
  for (const { resource, rows } of readers) {
    if (scope.resource !== null && scope.resource !== resource) continue;
    const found = await rows(service, scope.query);
    out.unshift(...found.map(({ id, attributes }) => ({ resource, id, attributes })));
    if (out.length > rowsMax) throw new JobFailure(`There are more than ${rowsMax} rows; export one resource at a time, with path and query.`);
  }
  return out;
}

type Found = Pick<Entry, 'id' | 'attributes'>;

/** @param own attributes that stand in another row of the file: this one shows them only */
const reader = <Row extends ResourceRow>(resource: ExchangedResource, definition: ResourceDefinition<Row>, own: (row: Row) => Document = () => ({})) => ({
  resource,
  rows: async (service: Service, query: string | null): Promise<Found[]> => (await all(service, definition, query)).map((row) => ({
    id: row.id, attributes: travelling({ ...project(service, definition, row), ...own(row) }),
  })),
});

/** Addresses and times of change belong to the installation, not to the catalog. Sorted, so that equal catalogs are equal files. */
function travelling({ id: _id, href: _href, lastUpdate: _lastUpdate, ...attributes }: Document): Document {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** From what points to what is pointed at. */
const readers = [
  reader('catalog', catalogs),
  reader('productOfferingPrice', prices, ({ offeringId, document }) => ({ productOffering: offeringId === null ? document['productOffering'] : { id: offeringId } })),
  reader('productOffering', offerings, ({ document }) => ({ productOfferingPrice: listOf(document['productOfferingPrice']).length > 0 ? document['productOfferingPrice'] : undefined })),
  reader('productSpecification', specifications),
  reader('category', categories),
];

async function all<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, query: string | null): Promise<Row[]> {
  const binder = new Binder();
  const conditions = filterSql(definition, conditionsOf(definition, parametersOf(query)), service.href(resources[definition.key].path), binder);
  const { rows } = await listResources(service.db, definition, { conditions, values: binder.values, order: () => 'r.id', limit: rowsMax + 1, offset: 0 });
  return rows;
}

function parametersOf(query: string | null): Record<string, string[]> {
  const asked = new URLSearchParams(query ?? '');
  return Object.fromEntries([...new Set(asked.keys())].map((name) => [name, asked.getAll(name)]));
}
