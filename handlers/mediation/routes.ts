import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { MediationHandlers } from '#generated/stubs/mediation';
import { changeUsage, deleteUsage } from '#policy/usage';
import { changeRecorded } from '../resource/announce.ts';
import { patched, type Patched } from '../resource/patch.ts';
import { changed, created, resourceRoutes, rowToWrite } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { recordUsage } from './intake.ts';
import { readingColumns, readingOf, specificationIdOf } from './reading.ts';
import { recycleUsage, wireRecord } from './recycling.ts';
import { findSpecification, specificationRoutes } from './specification.ts';
import { removeUsage, updateUsage } from './store.ts';
import { usageEvent, usages, type UsageRow } from './usage.ts';

/** @param onWaiting called when a record waits for its line */
export function routes(service: Service, onWaiting: () => void): MediationHandlers {
  const plain = resourceRoutes(service, usages);
  return {
    ...specificationRoutes(service),
    'TMF635.listUsage': plain.list,
    'TMF635.retrieveUsage': plain.retrieve,
    'TMF635.createUsage': async ({ body }) => {
      const { row, isNew } = await recordUsage(service, body, onWaiting);
      return isNew ? created(service, usages, row) : { ...changed(service, usages, row), status: 200 };
    },
    'TMF635.patchUsage': async (call) => {
      const row = await service.db.tx(async (tx) => {
        const current = await rowToWrite(tx, usages, call);
        const change = await patched(service, usages, current, call);
        return change ? correct(tx, service, change) : current;
      });
      return changed(service, usages, row);
    },
    'TMF635.deleteUsage': async (call) => {
      await service.db.tx(async (tx) => remove(tx, await rowToWrite(tx, usages, call)));
      return { status: 204 };
    },
    'usage.recycleUsage': async ({ params, body }) =>
      ({ body: wireRecord(service, await recycleUsage(service, params.id, body?.note ?? null, onWaiting)) }),
  };
}

/** A correction is read anew; the reference under which the record came stays. */
async function correct(tx: Tx, service: Service, change: Patched<UsageRow>): Promise<UsageRow> {
  const specification = await findSpecification(tx, specificationIdOf(change.after));
  const reading = readingOf(change.after, specification, service.config);
  const columns = { ...change.columns, ...readingColumns(reading), specificationId: specification?.id ?? null };
  const stored = await updateUsage(tx, changeUsage.permit(tx), change.row, { columns, document: change.document }, service.clock.now());
  changeRecorded(tx, usages, stored, change);
  return stored;
}

async function remove(tx: Tx, row: UsageRow): Promise<void> {
  const references = row.status === 'rejected' && row.subscriptionId === null ? [] : [row.subscriptionId ?? 'a line is being looked for'];
  await removeUsage(tx, deleteUsage.permit(tx, { type: 'usage', id: row.id, references }), row);
  record(tx, 'usage.deleted', row.id, usageEvent(row));
}
