import type { Database } from '#db/database';
import type { components } from '#generated/types/subscription';
import { migratePrice, type PriceMigrationFacts } from '#policy/plan-change';
import { unknownReference } from '#policy/reference';
import { enforce } from '#policy/rule';
import { ok } from '#runtime/client';
import { elapsedMs } from '#runtime/clock';
import { requireContext } from '#runtime/context';
import { BadRequest, RemoteError } from '#runtime/errors';
import { originOf } from '#runtime/origin';
import type { Service } from '../service.ts';
import { leaseMs } from './lease.ts';
import { migrateSlice } from './migration-slice.ts';
import { requestKey } from './request-key.ts';
import { nextIds } from './store.ts';
import { insertMigration, releaseMigration } from './store-migration.ts';
import { amountOf } from './tariff.ts';

export type Wish = components['schemas']['PriceMigrationCreate'];
type Outcome = components['schemas']['MigrationOutcome'];

/** A row of subscription.price_migration. */
export interface PriceMigration {
  readonly id: string;
  readonly offeringId: string;
  readonly priceId: string;
  readonly priceName: string | null;
  readonly priceMinor: number;
  readonly currency: string;
  readonly effectiveFrom: Date;
  readonly noticeDays: number;
  readonly state: 'running' | 'done';
  readonly scheduled: number;
  readonly skipped: number;
  readonly lastLineId: string;
  readonly initiatedBy: string;
  readonly requestKey: string | null;
  readonly actor: string;
  readonly channel: string;
  readonly traceparent: string;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  readonly nextRunMs: number | null;
  readonly leaseUntilMs: number | null;
}

export interface MigrationLine {
  readonly migrationId: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly outcome: Outcome;
  readonly reason: 'plan_change_pending' | 'price_change_pending' | null;
  readonly effectiveAt: Date | null;
}

const dayMs = 86_400_000;
/** A date farther away is a slip of the pen. */
const aheadDaysMax = 3650;
/** How long the caller waits for the lines; the worker goes on with the rest. */
const answerMsMax = 3000;

type Reader = Pick<Database, 'read' | 'one'>;

export const findMigration = (reader: Reader, id: string): Promise<PriceMigration | null> =>
  reader.one<PriceMigration>('SELECT * FROM subscription.price_migration WHERE id = $1', [id]);

export async function listMigrations(reader: Reader, offeringId: string | null, limit: number, offset: number): Promise<{ rows: readonly PriceMigration[]; total: number }> {
  const where = 'WHERE ($1::text IS NULL OR offering_id = $1)';
  const rows = await reader.read<PriceMigration>(
    `SELECT * FROM subscription.price_migration ${where} ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`, [offeringId, limit, offset]);
  const count = await reader.one<{ total: number }>(`SELECT count(*) AS total FROM subscription.price_migration ${where}`, [offeringId]);
  return { rows, total: count?.total ?? 0 };
}

export async function listMigrationLines(
  reader: Reader, id: string, outcome: Outcome | null, limit: number, offset: number,
): Promise<{ rows: readonly MigrationLine[]; total: number }> {
  const where = 'WHERE migration_id = $1 AND ($2::text IS NULL OR outcome = $2)';
  const rows = await reader.read<MigrationLine>(
    `SELECT * FROM subscription.price_migration_line ${where} ORDER BY subscription_id LIMIT $3 OFFSET $4`, [id, outcome, limit, offset]);
  const count = await reader.one<{ total: number }>(`SELECT count(*) AS total FROM subscription.price_migration_line ${where}`, [id, outcome]);
  return { rows, total: count?.total ?? 0 };
}

/**
 * Announces a price to every live line of a plan (DOMAIN §5 F2.4). The row is written first and gone
 * through line by line, so that a crash at any point is resumed.
 * @throws {PolicyViolation} subscription.price_migration.*, reference.id.unknown
 * @throws {BadRequest} it is to take effect in a far future
 */
export async function startMigration(service: Service, wish: Wish): Promise<PriceMigration> {
  const key = requestKey(`migration:${wish.priceId}`);
  const earlier = key === null ? null : await service.db.one<PriceMigration>('SELECT * FROM subscription.price_migration WHERE request_key = $1', [key]);
  if (earlier) return goThrough(service, earlier);
  const price = await priceOf(service, wish.priceId);
  if (price.offeringId !== wish.offeringId) await requireOffering(service, wish.offeringId);
  const now = service.clock.now();
  const { priceNoticeDays } = service.config;
  const noticeDays = wish.noticeDays ?? priceNoticeDays;
  const facts: PriceMigrationFacts = {
    offeringId: wish.offeringId, priceId: wish.priceId, priceOfferingId: price.offeringId, noticeDays, noticeDaysMin: priceNoticeDays, now,
  };
  enforce(migratePrice.rules, facts);
  const effectiveFrom = new Date(Math.max(now.getTime() + noticeDays * dayMs, Date.parse(wish.effectiveFrom ?? '') || 0));
  if (effectiveFrom.getTime() > now.getTime() + aheadDaysMax * dayMs) throw new BadRequest('effectiveFrom is more than ten years away.');
  const migration = await service.db.tx(async (tx) => {
    const [id] = await nextIds(tx, 'MIG', 1);
    const tick = service.clock.tick();
    return insertMigration(tx, migratePrice.permit(tx, facts), {
      id: id!, offeringId: wish.offeringId, priceId: wish.priceId, priceName: price.name, priceMinor: price.amountMinor, currency: price.currency, effectiveFrom,
      noticeDays, initiatedBy: wish.initiatedBy ?? requireContext().actor, requestKey: key, ...originOf(), createdAt: now, nextRunMs: tick,
      leaseUntilMs: tick + leaseMs(service),
    });
  });
  return goThrough(service, migration);
}

async function goThrough(service: Service, migration: PriceMigration): Promise<PriceMigration> {
  let current = migration;
  for (const begin = elapsedMs(); current.state === 'running' && elapsedMs() - begin < answerMsMax;) current = await migrateSlice(service, current.id);
  if (current.state === 'running') await service.db.tx((tx) => releaseMigration(tx, current.id));
  return current;
}

interface NamedPrice {
  readonly name: string | null;
  /** Plan it is a launched recurring price of; null = none. */
  readonly offeringId: string | null;
  readonly amountMinor: number;
  readonly currency: string;
}

async function priceOf(service: Service, id: string): Promise<NamedPrice> {
  const found = await orUnknown('productOfferingPrice', id, 'catalog.get_offering',
    ok(service.clients.TMF620.GET('/productOfferingPrice/{id}', { params: { path: { id } } })));
  // The offering is an extension of TMF620, so the type of its document does not know it.
  const { name, price, priceType, lifecycleStatus, productOffering }: typeof found & { productOffering?: { id?: string } } = found;
  const isRecurring = priceType === 'recurring' && lifecycleStatus === 'Launched' && price?.value !== undefined;
  const amount = isRecurring ? amountOf(service, { unit: price.unit ?? service.config.currency, value: price.value! }) : null;
  return {
    name: name ?? null, offeringId: amount ? (productOffering?.id ?? null) : null, amountMinor: amount?.amountMinor ?? 0, currency: amount?.currency ?? service.config.currency,
  };
}

async function requireOffering(service: Service, id: string): Promise<void> {
  await orUnknown('productOffering', id, 'catalog.list_offerings', ok(service.clients.TMF620.GET('/productOffering/{id}', { params: { path: { id }, query: { fields: 'id' } } })));
}

async function orUnknown<T>(type: string, id: string, tool: 'catalog.get_offering' | 'catalog.list_offerings', answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) throw unknownReference(type, id, tool);
    throw error;
  }
}
