import type { Tx } from '#db/database';
import type { CatalogHandlers } from '#generated/stubs/catalog';
import { changeEntry, createEntry, deleteEntry } from '#policy/catalog';
import { changeRecorded, createRecorded } from '../resource/announce.ts';
import { accept, split } from '../resource/document.ts';
import { listOf } from '../resource/json.ts';
import { patched, type Patched } from '../resource/patch.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { changed, created, newId, resourceRoutes, rowToWrite } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { entry, referencesTo, type EntryRow } from './entry.ts';
import { checkReferences } from './reference.ts';
import { insertEntry, updateEntry } from './store.ts';

export interface SpecificationRow extends EntryRow {
  /** Customer-facing service a product of it becomes; null = none. */
  readonly cfsId: string | null;
}

const namingSpecification = `SELECT 'productOffering ' || id AS reference FROM catalog.offering WHERE specification_id = $1
  UNION ALL SELECT 'productSpecification ' || id FROM catalog.specification
    WHERE document @> jsonb_build_object('bundledProductSpecification', jsonb_build_array(jsonb_build_object('id', $1::text)))`;

/** TMF620 productSpecification; its `serviceSpecification` says what it becomes in the network (DOMAIN §3). */
export const specifications: ResourceDefinition<SpecificationRow> = {
  ...entry,
  key: 'TMF620.productSpecification',
  table: 'catalog.specification',
  chosenIds: 'PSPEC',
  permits: {
    delete: async (tx, { id }) => deleteEntry.permit(tx, { type: 'productSpecification', id, references: await referencesTo(tx, namingSpecification, id) }),
  },
};

type Routes = Pick<CatalogHandlers,
  | 'TMF620.listProductSpecification' | 'TMF620.createProductSpecification' | 'TMF620.retrieveProductSpecification'
  | 'TMF620.patchProductSpecification' | 'TMF620.deleteProductSpecification'>;

export function specificationRoutes(service: Service): Routes {
  const plain = resourceRoutes(service, specifications);
  return {
    'TMF620.listProductSpecification': plain.list,
    'TMF620.retrieveProductSpecification': plain.retrieve,
    'TMF620.deleteProductSpecification': plain.delete,
    async 'TMF620.createProductSpecification'({ body }) {
      const accepted = accept(specifications, body);
      const row = await service.db.tx((tx) => createSpecificationRow(service, tx, body, { ...accepted, ...entry.initial(accepted) }));
      return created(service, specifications, row);
    },
    async 'TMF620.patchProductSpecification'(call) {
      const row = await service.db.tx(async (tx) => {
        const current = await rowToWrite(tx, specifications, call);
        const change = await patched(service, specifications, current, call);
        return change ? changeSpecificationRow(service, tx, change) : current;
      });
      return changed(service, specifications, row);
    },
  };
}

/** One row with its events. @throws {PolicyViolation} catalog.create.id_taken, reference.id.unknown */
export async function createSpecificationRow(service: Service, tx: Tx, body: unknown, attributes: Document): Promise<SpecificationRow> {
  const { id, taken } = await newId(tx, specifications, body);
  await checkReferences(tx, attributes);
  const { columns, document } = split(specifications, attributes);
  const cfsId = await customerFacing(tx, attributes);
  const row = await insertEntry(tx, createEntry.permit(tx, { id, taken }), specifications, { id, at: service.clock.now(), columns: { ...columns, cfsId }, document });
  createRecorded(tx, specifications, row);
  return row;
}

export async function changeSpecificationRow(service: Service, tx: Tx, change: Patched<SpecificationRow>): Promise<SpecificationRow> {
  await checkReferences(tx, change.after);
  const cfsId = await customerFacing(tx, change.after);
  const { columns, document } = change;
  const row = await updateEntry(tx, changeEntry.permit(tx), specifications, change.row.id, { at: service.clock.now(), columns: { ...columns, cfsId }, document });
  changeRecorded(tx, specifications, row, change);
  return row;
}

/** The first customer-facing service it names. */
async function customerFacing(tx: Tx, attributes: Document): Promise<string | null> {
  const ids = listOf(attributes['serviceSpecification']).map(({ id }) => String(id));
  const row = await tx.one<{ id: string }>(
    `SELECT id FROM catalog.service_specification WHERE kind = 'customer_facing' AND id = ANY ($1::text[]) ORDER BY array_position($1::text[], id) LIMIT 1`, [ids]);
  return row?.id ?? null;
}
