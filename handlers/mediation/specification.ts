import type { Database, Tx } from '#db/database';
import type { MediationHandlers } from '#generated/stubs/mediation';
import { changeSpecification, createSpecification, deleteSpecification, usageKinds, type UsageKind } from '#policy/usage';
import { isoTime } from '#runtime/clock';
import type { ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { resourceRoutes } from '../resource/routes.ts';
import type { Service } from '../service.ts';

interface SpecificationRow extends ResourceRow {
  readonly name: string;
}

/** TMF635 usageSpecification: what the network may report. */
export const specifications: ResourceDefinition<SpecificationRow> = {
  key: 'TMF635.usageSpecification',
  table: 'mediation.usage_specification',
  chosenIds: 'USPEC',
  columns: { name: { column: 'name', type: 'text' }, lastUpdate: { column: 'updated_at', type: 'timestamptz' } },
  sortNewest: 'created_at',
  readOnly: ['lastUpdate'],
  mandatory: ['name'],
  initial: (body, at) => ({ name: body['name'] ?? 'Unnamed usage', lastUpdate: isoTime(at) }),
  touched: (at) => ({ lastUpdate: isoTime(at) }),
  payload: (row) => ({ name: row.name }),
  permits: {
    create: (tx, { id, taken }) => createSpecification.permit(tx, { id, taken }),
    patch: (tx) => changeSpecification.permit(tx),
    delete: async (tx, { id }) => deleteSpecification.permit(tx, { type: 'usageSpecification', id, references: await usagesOf(tx, id) }),
  },
};

async function usagesOf(tx: Tx, id: string): Promise<string[]> {
  const rows = await tx.read<{ id: string }>('SELECT id FROM mediation.usage WHERE specification_id = $1 LIMIT 5', [id]);
  return rows.map((row) => row.id);
}

type Routes = Pick<MediationHandlers, 'TMF635.listUsageSpecification' | 'TMF635.createUsageSpecification' | 'TMF635.retrieveUsageSpecification'
  | 'TMF635.patchUsageSpecification' | 'TMF635.deleteUsageSpecification'>;

export function specificationRoutes(service: Service): Routes {
  const plain = resourceRoutes(service, specifications);
  return {
    'TMF635.listUsageSpecification': plain.list,
    'TMF635.createUsageSpecification': plain.create,
    'TMF635.retrieveUsageSpecification': plain.retrieve,
    'TMF635.patchUsageSpecification': plain.patch,
    'TMF635.deleteUsageSpecification': plain.delete,
  };
}

/** What a record of a specification says without saying it. */
export interface Specification {
  readonly id: string;
  /** Kind of use of all its records; null where each says so itself. */
  readonly eventType: UsageKind | null;
}

/** The specification a record names; null when it names none that is stored. */
export async function findSpecification(reader: Pick<Database, 'one'> | Pick<Tx, 'one'>, id: string | null): Promise<Specification | null> {
  const row = await reader.one<{ id: string; eventType: string | null }>(
    `SELECT id, jsonb_path_query_first(document,
       '$.specCharacteristic[*] ? (@.name == "eventType").characteristicValueSpecification[*].value') #>> '{}' AS event_type
     FROM mediation.usage_specification WHERE id = $1`, [id]);
  return row && { id: row.id, eventType: usageKinds.find((kind) => kind === row.eventType) ?? null };
}
