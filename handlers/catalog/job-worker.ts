import type { Tx } from '#db/database';
import { record } from '#events/record';
import { jobMachine, postponeJob as postpone } from '#policy/catalog-job';
import { isoTime } from '#runtime/clock';
import { BadRequest } from '#runtime/errors';
import { runFor } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { exchangedResources, JobFailure, ndjson, read, written, type ExchangedResource } from './exchange.ts';
import { placeOf, placesKnown, readPlace, writePlace, type Place } from './exchange-place.ts';
import { exportedRows } from './export.ts';
import { importRows } from './import.ts';
import type { JobRow } from './job.ts';
import { claimJob, endJob, postponeJob } from './store.ts';

/** After so many attempts a job is not taken up again: it may be what ends the process. */
const attemptsMax = 5;
const pauseMs = 2000;

/** Import and export jobs, one after the other; one that a crash interrupted is begun anew. */
export const jobWorker = (service: Service): Worker =>
  service.worker({
    name: 'catalog.job',
    everyMs: 1000,
    async run() {
      const job = await claimed(service);
      if (job) await runFor(service.name, job, () => work(service, job));
      return job !== null;
    },
  });

async function claimed(service: Service): Promise<JobRow | null> {
  return service.db.tx(async (tx) => {
    const tick = service.clock.tick();
    const row = await tx.one<JobRow>(
      `SELECT * FROM catalog.job WHERE next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms, id LIMIT 1 FOR UPDATE SKIP LOCKED`, [tick]);
    return row && claimJob(tx, jobMachine.move(tx, row.status, 'claim', null, { id: row.id }), row.id, tick, service.config.leaseSeconds * 1000);
  });
}

async function work(service: Service, job: JobRow): Promise<void> {
  try {
    if (job.attempts > attemptsMax) throw new JobFailure(`The job was begun ${attemptsMax} times and never came to an end; the log of the service says why.`);
    await (job.kind === 'import' ? runImport(service, job) : runExport(service, job));
  } catch (error) {
    if (error instanceof JobFailure || error instanceof BadRequest) return failed(service, job, error.message);
    service.log.warn({ err: error, jobId: job.id }, 'a catalog job was interrupted; it is begun anew');
    const nextRunMs = service.clock.tick() + pauseMs * 2 ** job.attempts;
    await service.db.tx((tx) => postponeJob(tx, postpone.permit(tx), job.id, nextRunMs));
  }
}

/** Rows and verdict commit together: the file counts once, whatever happens around it. */
async function runImport(service: Service, job: JobRow): Promise<void> {
  const only = resourceOf(job.document);
  const entries = read(await readPlace(service.config, placeIn(job))).filter(({ resource }) => only === null || resource === only);
  await service.db.tx(async (tx) => {
    const mine = await held(tx, job);
    if (!mine) return;
    await importRows(service, tx, entries);
    await end(service, tx, mine, 'succeed', {});
  });
}

/** A file that is written twice is the same file. */
async function runExport(service: Service, job: JobRow): Promise<void> {
  const { document } = job;
  const place = placeIn(job);
  const resource = resourceOf(document);
  const query = typeof document['query'] === 'string' && document['query'] !== '' ? document['query'] : null;
  if (query !== null && resource === null) throw new JobFailure(`A query needs a path that ends in one of ${exchangedResources.join(', ')}.`);
  const contentType = document['contentType'] === 'application/json' ? 'application/json' : ndjson;
  const url = await writePlace(service.config, place, written(await exportedRows(service, { resource, query }), contentType), contentType);
  await service.db.tx(async (tx) => {
    const mine = await held(tx, job);
    if (mine) await end(service, tx, mine, 'succeed', { url, contentType });
  });
}

const failed = (service: Service, job: JobRow, errorLog: string): Promise<void> =>
  service.db.tx(async (tx) => {
    const mine = await held(tx, job);
    if (mine) await end(service, tx, mine, 'fail', { errorLog });
  });

/** The job, locked, while this attempt is the one that counts; null when it was deleted or taken over. */
const held = (tx: Tx, { id, attempts }: JobRow): Promise<JobRow | null> =>
  tx.one<JobRow>("SELECT * FROM catalog.job WHERE id = $1 AND status = 'Running' AND attempts = $2 FOR UPDATE", [id, attempts]);

async function end(service: Service, tx: Tx, { id, kind, status, document }: JobRow, trigger: 'succeed' | 'fail', more: Document): Promise<void> {
  const at = service.clock.now();
  const move = jobMachine.move(tx, status, trigger, null, { id });
  await endJob(tx, move, id, { ...document, ...more, completionDate: isoTime(at) }, at);
  // The batch of TMF620's CatalogBatchEvent; the rows have told of themselves.
  if (kind === 'import' && trigger === 'succeed') record(tx, 'catalog.import_ended', id, { jobId: id, status: move.to });
}

function placeIn({ document }: JobRow): Place {
  const place = placeOf(String(document['url']));
  if (!place) throw new JobFailure(placesKnown);
  return place;
}

/** `path` ends in the resource a job is about; without one it is about all. */
function resourceOf({ path }: Document): ExchangedResource | null {
  const last = typeof path === 'string' ? path.split('/').findLast((part) => part !== '') : undefined;
  if (last === undefined) return null;
  const resource = exchangedResources.find((name) => name === last);
  if (!resource) throw new JobFailure(`The path of a job ends in one of ${exchangedResources.join(', ')}, or is left out.`);
  return resource;
}
