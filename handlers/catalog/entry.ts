import type { Tx } from '#db/database';
import type { CatalogHandlers } from '#generated/stubs/catalog';
import { changeEntry, createEntry, deleteEntry } from '#policy/catalog';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { resourceRoutes } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { checkReferences } from './reference.ts';

export interface EntryRow extends ResourceRow {
  readonly name: string;
  readonly lifecycleStatus: string;
}

/** What every TMF620 row but an offering has in common; `lifecycleStatus` is free text there. */
export const entry = {
  columns: {
    name: { column: 'name', type: 'text' },
    lifecycleStatus: { column: 'lifecycle_status', type: 'text' },
    lastUpdate: { column: 'updated_at', type: 'timestamptz' },
  },
  sortNewest: 'created_at',
  readOnly: ['lastUpdate'],
  mandatory: ['name', 'lifecycleStatus', 'lastUpdate'],
  stateAttribute: 'lifecycleStatus',
  initial: (body: Document) => ({ lifecycleStatus: body['lifecycleStatus'] ?? 'In design' }),
  payload: (row: EntryRow) => ({ name: row.name }),
} as const;

/** Rows that name this one; at most so many are shown. */
const referencesMax = 20;

/** @param sql gives `reference` rows for the id $1 */
export const referencesTo = async (tx: Tx, sql: string, id: string): Promise<string[]> =>
  (await tx.read<{ reference: string }>(`${sql} LIMIT ${referencesMax}`, [id])).map(({ reference }) => reference);

export const catalogs: ResourceDefinition<EntryRow> = {
  ...entry,
  key: 'TMF620.catalog',
  table: 'catalog.catalog',
  permits: {
    async create(tx, { id, taken, attributes }) {
      await checkReferences(tx, attributes);
      return createEntry.permit(tx, { id, taken });
    },
    async patch(tx, { after }) {
      await checkReferences(tx, after);
      return changeEntry.permit(tx);
    },
    delete: (tx, { id }) => deleteEntry.permit(tx, { type: 'catalog', id, references: [] }),
  },
};

const namingCategory = `SELECT 'category ' || id AS reference FROM catalog.category WHERE document->>'parentId' = $1
  UNION ALL SELECT 'catalog ' || id FROM catalog.catalog WHERE document @> jsonb_build_object('category', jsonb_build_array(jsonb_build_object('id', $1::text)))
  UNION ALL SELECT 'productOffering ' || id FROM catalog.offering WHERE document @> jsonb_build_object('category', jsonb_build_array(jsonb_build_object('id', $1::text)))`;

export const categories: ResourceDefinition<EntryRow> = {
  ...entry,
  key: 'TMF620.category',
  table: 'catalog.category',
  permits: {
    ...catalogs.permits,
    delete: async (tx, { id }) => deleteEntry.permit(tx, { type: 'category', id, references: await referencesTo(tx, namingCategory, id) }),
  },
};

type Routes = Pick<CatalogHandlers,
  | 'TMF620.listCatalog' | 'TMF620.createCatalog' | 'TMF620.retrieveCatalog' | 'TMF620.patchCatalog' | 'TMF620.deleteCatalog'
  | 'TMF620.listCategory' | 'TMF620.createCategory' | 'TMF620.retrieveCategory' | 'TMF620.patchCategory' | 'TMF620.deleteCategory'>;

/** Catalogs and categories: shelves without an effect of their own. */
export function entryRoutes(service: Service): Routes {
  const catalog = resourceRoutes(service, catalogs);
  const category = resourceRoutes(service, categories);
  return {
    'TMF620.listCatalog': catalog.list,
    'TMF620.createCatalog': catalog.create,
    'TMF620.retrieveCatalog': catalog.retrieve,
    'TMF620.patchCatalog': catalog.patch,
    'TMF620.deleteCatalog': catalog.delete,
    'TMF620.listCategory': category.list,
    'TMF620.createCategory': category.create,
    'TMF620.retrieveCategory': category.retrieve,
    'TMF620.patchCategory': category.patch,
    'TMF620.deleteCategory': category.delete,
  };
}
