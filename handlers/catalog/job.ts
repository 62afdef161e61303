import type { CatalogHandlers } from '#generated/stubs/catalog';
import { deleteEntry } from '#policy/catalog';
import { jobMachine, type JobState } from '#policy/catalog-job';
import { isoTime } from '#runtime/clock';
import { originOf, type Origin } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import { accept, split } from '../resource/document.ts';
import type { ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { created, resourceRoutes, type AnyCall } from '../resource/routes.ts';
import { nextId } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { placeOf, placesKnown } from './exchange-place.ts';
import { insertJob } from './store.ts';

/** A row of catalog.job; its origin is there while it is not over. */
export interface JobRow extends ResourceRow, Origin {
  readonly kind: 'import' | 'export';
  readonly status: JobState;
  readonly attempts: number;
  /** Milliseconds of machine time; null once it is over. */
  readonly nextRunMs: number | null;
}

const job = (kind: JobRow['kind']): ResourceDefinition<JobRow> => ({
  key: `TMF620.${kind}Job`,
  table: 'catalog.job',
  only: `r.kind = '${kind}'`,
  columns: { status: { column: 'status', type: 'text' }, creationDate: { column: 'created_at', type: 'timestamptz' } },
  sortNewest: 'created_at',
  readOnly: [],
  mandatory: [],
  permits: { delete: (tx, { id }) => deleteEntry.permit(tx, { type: `${kind}Job`, id, references: [] }) },
});

const importJobs = job('import');
const exportJobs = job('export');

/** Records a job for the worker; one whose address is none of ours has its verdict at once (DOMAIN §1 "Wide intake, narrow effect"). */
async function record(service: Service, worker: Worker, definition: ResourceDefinition<JobRow>, kind: JobRow['kind'], call: AnyCall) {
  const { completionDate: _completion, errorLog: _log, ...body } = accept(definition, call.body);
  const at = service.clock.now();
  const known = placeOf(String(body['url'])) !== null;
  const attributes = known ? body : { ...body, completionDate: isoTime(at), errorLog: placesKnown };
  const row = await service.db.tx(async (tx) => {
    const id = await nextId(tx, definition);
    const move = jobMachine.move(tx, null, known ? 'begin' : 'refuse', null);
    tx.afterCommit(() => worker.nudge());
    const due = known ? { ...originOf(), nextRunMs: service.clock.tick() } : {};
    return insertJob(tx, move, { id, kind, ...due }, split(definition, attributes).document, at);
  });
  return created(service, definition, row);
}

type Routes = Pick<CatalogHandlers,
  | 'TMF620.listImportJob' | 'TMF620.createImportJob' | 'TMF620.retrieveImportJob' | 'TMF620.deleteImportJob'
  | 'TMF620.listExportJob' | 'TMF620.createExportJob' | 'TMF620.retrieveExportJob' | 'TMF620.deleteExportJob'>;

/** @param worker does what is recorded here */
export function jobRoutes(service: Service, worker: Worker): Routes {
  const imports = resourceRoutes(service, importJobs);
  const exports = resourceRoutes(service, exportJobs);
  return {
    'TMF620.listImportJob': imports.list,
    'TMF620.createImportJob': (call) => record(service, worker, importJobs, 'import', call),
    'TMF620.retrieveImportJob': imports.retrieve,
    'TMF620.deleteImportJob': imports.delete,
    'TMF620.listExportJob': exports.list,
    'TMF620.createExportJob': (call) => record(service, worker, exportJobs, 'export', call),
    'TMF620.retrieveExportJob': exports.retrieve,
    'TMF620.deleteExportJob': exports.delete,
  };
}
