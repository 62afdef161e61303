import type { Tx } from '#db/database';
import { advanceMigration } from '#policy/plan-change';
import type { Permit } from '#policy/permit';
import type { MigrationLine, PriceMigration } from './price-migration.ts';

export type NewMigration = Omit<PriceMigration, 'state' | 'scheduled' | 'skipped' | 'lastLineId' | 'completedAt'>;

export const insertMigration = (tx: Tx, permit: Permit<'price_migration.create'>, migration: NewMigration): Promise<PriceMigration> =>
  tx.writer(permit).insert<PriceMigration>('subscription.price_migration', { ...migration, state: 'running' });

/**
 * Keeps what became of a slice of lines, and how far the migration is.
 * @param nextRunMs machine time of the next slice; null = that was the last one
 */
export async function storeSlice(
  tx: Tx, permit: Permit<'price_migration.advance'>, migration: PriceMigration, lines: readonly MigrationLine[], nextRunMs: number | null, at: Date,
): Promise<PriceMigration> {
  const writer = tx.writer(permit);
  for (const line of lines) await writer.insert('subscription.price_migration_line', { ...line });
  const scheduled = lines.filter(({ outcome }) => outcome === 'scheduled').length;
  const [stored] = await writer.update<PriceMigration>('subscription.price_migration', { id: migration.id }, {
    scheduled: migration.scheduled + scheduled, skipped: migration.skipped + lines.length - scheduled,
    lastLineId: lines.at(-1)?.subscriptionId ?? migration.lastLineId, nextRunMs,
    ...(nextRunMs === null ? { state: 'done', completedAt: at, leaseUntilMs: null } : {}),
  });
  return stored!; // the row is locked by the caller
}

/** Leases at most `most` migrations that nobody goes through now. */
export const leaseMigrations = (tx: Tx, tick: number, leaseMs: number, most: number): Promise<PriceMigration[]> =>
  tx.writer(advanceMigration.permit(tx)).sql<PriceMigration>(
    `UPDATE subscription.price_migration m SET lease_until_ms = $1 + $2
     WHERE m.id IN (SELECT id FROM subscription.price_migration WHERE next_run_ms <= $1 AND (lease_until_ms IS NULL OR lease_until_ms <= $1)
       ORDER BY next_run_ms, id LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING m.*`, [tick, leaseMs, most]);

/** Gives the lease back: whoever looks next goes on. */
export async function releaseMigration(tx: Tx, id: string): Promise<void> {
  await tx.writer(advanceMigration.permit(tx)).update('subscription.price_migration', { id }, { leaseUntilMs: null });
}
