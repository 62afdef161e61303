import type { CatalogHandlers } from '#generated/stubs/catalog';
import { createEntry, deleteEntry } from '#policy/catalog';
import { isoTime } from '#runtime/clock';
import { accept, split } from '../resource/document.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { created, resourceRoutes, type AnyCall } from '../resource/routes.ts';
import { nextId } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { insertJob } from './store.ts';

const job = (kind: 'import' | 'export'): ResourceDefinition => ({
  key: `TMF620.${kind}Job`,
  table: 'catalog.job',
  only: `r.kind = '${kind}'`,
  columns: { status: { column: 'status', type: 'text' }, creationDate: { column: 'created_at', type: 'timestamptz' } },
  sortNewest: 'created_at',
  readOnly: [],
  mandatory: [],
  permits: { delete: (tx, { id }) => deleteEntry.permit(tx, { type: `${kind}Job`, id, references: [] }) },
});

export const importJobs = job('import');
export const exportJobs = job('export');

/**
 * Why every job ends at once: a price that arrived in a file would pass by the rules a single one has
 * to pass, and fetching or filling whatever address a client names is a way into the operator's network.
 */
const errorLog = 'Offerings and prices are read and written one by one over this API; files are neither fetched nor sent.';

/** Records a job with its verdict; it has no effect (DOMAIN §1 "Wide intake, narrow effect"). */
async function record(service: Service, definition: ResourceDefinition, kind: 'import' | 'export', call: AnyCall) {
  const body = accept(definition, call.body);
  const at = service.clock.now();
  const attributes: Document = { ...body, status: 'Failed', completionDate: isoTime(at), errorLog };
  const row = await service.db.tx(async (tx) => {
    const id = await nextId(tx, definition);
    const { document } = split(definition, attributes);
    return insertJob(tx, createEntry.permit(tx, { id, taken: false }), { id, kind, status: 'Failed' }, document, at);
  });
  return created(service, definition, row);
}

type Routes = Pick<CatalogHandlers,
  | 'TMF620.listImportJob' | 'TMF620.createImportJob' | 'TMF620.retrieveImportJob' | 'TMF620.deleteImportJob'
  | 'TMF620.listExportJob' | 'TMF620.createExportJob' | 'TMF620.retrieveExportJob' | 'TMF620.deleteExportJob'>;

export function jobRoutes(service: Service): Routes {
  const imports = resourceRoutes(service, importJobs);
  const exports = resourceRoutes(service, exportJobs);
  return {
    'TMF620.listImportJob': imports.list,
    'TMF620.createImportJob': (call) => record(service, importJobs, 'import', call),
    'TMF620.retrieveImportJob': imports.retrieve,
    'TMF620.deleteImportJob': imports.delete,
    'TMF620.listExportJob': exports.list,
    'TMF620.createExportJob': (call) => record(service, exportJobs, 'export', call),
    'TMF620.retrieveExportJob': exports.retrieve,
    'TMF620.deleteExportJob': exports.delete,
  };
}
