import { json, type RowValues, type Tx } from '#db/database';
import type { OfferingState } from '#policy/catalog';
import type { JobState } from '#policy/catalog-job';
import type { Move } from '#policy/machine';
import type { Permit } from '#runtime/permit';
import { insertResource, updateResource, type NewResource, type ResourceChange } from '../resource/rows.ts';
import type { ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';
import type { JobRow } from './job.ts';
import type { OfferingRow } from './offering.ts';
import type { PriceRow } from './price.ts';

type OfferingMove = Move<string, OfferingState>;
type JobMove = Move<string, JobState>;

/** Inserts a row whose domain columns its handler has read from the attributes. */
export const insertEntry = <Row extends ResourceRow>(tx: Tx, permit: Permit<string>, definition: ResourceDefinition<Row>, values: NewResource): Promise<Row> =>
  insertResource(tx.writer(permit), definition, values);

export const updateEntry = <Row extends ResourceRow>(
  tx: Tx, permit: Permit<string>, definition: ResourceDefinition<Row>, id: string, change: ResourceChange,
): Promise<Row> => updateResource(tx.writer(permit), definition, id, change);

export async function insertOffering(tx: Tx, move: OfferingMove, definition: ResourceDefinition<OfferingRow>, values: NewResource): Promise<OfferingRow> {
  const writer = tx.writer(move.permit);
  const row = await insertResource(writer, definition, { ...values, columns: { ...values.columns, lifecycleStatus: move.to } });
  await keepHistory(writer, 'catalog.offering', { offeringId: row.id }, move, values.at);
  return row;
}

export async function moveOffering(tx: Tx, move: OfferingMove, definition: ResourceDefinition<OfferingRow>, id: string, at: Date): Promise<OfferingRow> {
  const writer = tx.writer(move.permit);
  const row = await updateResource(writer, definition, id, { at, columns: { lifecycleStatus: move.to } });
  await keepHistory(writer, 'catalog.offering', { offeringId: id }, move, at);
  return row;
}

/** Gives a price to an offering, or takes it away (null). */
export const setPriceOffering = (tx: Tx, permit: Permit<string>, id: string, offeringId: string | null, at: Date): Promise<unknown> =>
  tx.writer(permit).sql('UPDATE catalog.price SET offering_id = $2, rev = rev + 1, updated_at = $3 WHERE id = $1', [id, offeringId, at]);

/** Ends the validity of a price where its successor begins, in its column and in what it shows. */
export async function endPrice(tx: Tx, permit: Permit<string>, row: PriceRow, document: object, validTo: Date, at: Date): Promise<PriceRow> {
  const [stored] = await tx.writer(permit).update<PriceRow>('catalog.price', { id: row.id }, { validTo, document: json(document), rev: row.rev + 1, updatedAt: at });
  return stored!;
}

/** Marks prices as taken over by an order or line; the representation stays, so the version does too. */
export const markFrozen = (tx: Tx, permit: Permit<string>, ids: readonly string[]): Promise<unknown> =>
  tx.writer(permit).sql('UPDATE catalog.price SET frozen = true WHERE id = ANY ($1::text[])', [ids]);

/** A line on an offering; one that ended stays ended, in whatever order its events come. */
export const upsertLine = (tx: Tx, permit: Permit<string>, subscriptionId: string, offeringId: string, ended: boolean): Promise<unknown> =>
  tx.writer(permit).sql(
    `INSERT INTO catalog.live_line AS l (subscription_id, offering_id, ended) VALUES ($1, $2, $3)
     ON CONFLICT (subscription_id) DO UPDATE SET offering_id = excluded.offering_id, ended = l.ended OR excluded.ended`, [subscriptionId, offeringId, ended]);

/** A job that waits for the worker, or one that is over already. */
export const insertJob = (tx: Tx, move: JobMove, row: RowValues, document: object, at: Date): Promise<JobRow> =>
  tx.writer(move.permit).insert<JobRow>('catalog.job', { ...row, status: move.to, document: json(document), createdAt: at, updatedAt: at });

/** Takes the job for `leaseMs` of machine time. */
export async function claimJob(tx: Tx, move: JobMove, id: string, tick: number, leaseMs: number): Promise<JobRow> {
  const [row] = await tx.writer(move.permit).sql<JobRow>(
    'UPDATE catalog.job SET status = $2, attempts = attempts + 1, next_run_ms = $3, lease_until_ms = $4, rev = rev + 1 WHERE id = $1 RETURNING *',
    [id, move.to, tick, tick + leaseMs]);
  return row!; // the row is locked by the caller
}

export const endJob = (tx: Tx, move: JobMove, id: string, document: object, at: Date): Promise<unknown> =>
  tx.writer(move.permit).sql(
    'UPDATE catalog.job SET status = $2, document = $3, next_run_ms = NULL, lease_until_ms = NULL, rev = rev + 1, updated_at = $4 WHERE id = $1',
    [id, move.to, json(document), at]);

/** Gives the lease back; the next attempt is due at `nextRunMs` of machine time. */
export const postponeJob = (tx: Tx, permit: Permit<string>, id: string, nextRunMs: number): Promise<unknown> =>
  tx.writer(permit).sql("UPDATE catalog.job SET lease_until_ms = NULL, next_run_ms = $2 WHERE id = $1 AND status = 'Running'", [id, nextRunMs]);
