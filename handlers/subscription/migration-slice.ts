import type { Tx } from '#db/database';
import { record } from '#events/record';
import { advanceMigration, pendingMachine } from '#policy/plan-change';
import { isoTime } from '#runtime/clock';
import type { Service } from '../service.ts';
import type { Line } from './line.ts';
import { notify } from './notification.ts';
import { changeEvent, moveEvent, planFacts, type PendingChange } from './pending-change.ts';
import { boundaryFrom } from './period.ts';
import type { MigrationLine, PriceMigration } from './price-migration.ts';
import { storeScheduled } from './store-pending.ts';
import { storeSlice } from './store-migration.ts';

/** Lines one transaction looks at. */
const sliceMax = 100;

/**
 * Looks at the next lines of a running migration, in one transaction.
 * @returns the migration as it is then
 */
export const migrateSlice = (service: Service, id: string): Promise<PriceMigration> =>
  service.db.tx(async (tx) => {
    const migration = await tx.one<PriceMigration>('SELECT * FROM subscription.price_migration WHERE id = $1 FOR UPDATE', [id]);
    if (!migration) throw new Error(`price migration ${id} is gone`);
    if (migration.state === 'done') return migration;
    const lines = await tx.read<Line>(
      `SELECT * FROM subscription.subscription WHERE offering_id = $1 AND state IN ('active', 'blocked') AND price_id <> $2 AND id > $3
       ORDER BY id LIMIT $4 FOR UPDATE`, [migration.offeringId, migration.priceId, migration.lastLineId, sliceMax]);
    const now = service.clock.now();
    const outcomes: MigrationLine[] = [];
    for (const line of lines) outcomes.push(await announce(tx, service, migration, line, now));
    const isLast = lines.length < sliceMax;
    return storeSlice(tx, advanceMigration.permit(tx), migration, outcomes, isLast ? null : service.clock.tick(), now);
  });

/** What a customer has chosen stands (I9), and so does a price that was announced before. */
async function announce(tx: Tx, service: Service, migration: PriceMigration, line: Line, now: Date): Promise<MigrationLine> {
  const about = { migrationId: migration.id, subscriptionId: line.id, customerId: line.customerId };
  if (line.pendingKind !== null) {
    return { ...about, outcome: 'skipped', reason: line.pendingKind === 'plan' ? 'plan_change_pending' : 'price_change_pending', effectiveAt: null };
  }
  const { stored, change } = await schedulePrice(tx, service, migration, line, now);
  notify(tx, 'price_change', stored, { amount: change.priceMinor, oldAmount: line.priceMinor, effectiveAt: isoTime(change.effectiveAt), migrationId: migration.id });
  return { ...about, outcome: 'scheduled', reason: null, effectiveAt: change.effectiveAt };
}

/** Keeps the price of a migration for the first boundary of a locked line from its date on; nothing is pending there. */
export async function schedulePrice(tx: Tx, service: Service, migration: PriceMigration, line: Line, now: Date): Promise<{ stored: Line; change: PendingChange }> {
  const { periodEnd, anchor } = line;
  if (!periodEnd || !anchor) throw new Error(`line ${line.id} is live and has no period`);
  const change: PendingChange = {
    kind: 'price', offeringId: line.offeringId, offeringName: line.offeringName, priceId: migration.priceId, priceName: migration.priceName,
    priceMinor: migration.priceMinor, grants: line.grants, blockingAllowances: line.blockingAllowances,
    effectiveAt: boundaryFrom(periodEnd, migration.effectiveFrom, anchor, service.config.timezone), requestedAt: now, orderId: null, migrationId: migration.id,
  };
  const move = pendingMachine.move(tx, null, 'migratePrice', planFacts(line));
  const stored = await storeScheduled(tx, move, line, change, null, now);
  record(tx, 'subscription.price_migration_scheduled', line.id, { ...changeEvent(stored, change, line.offeringId), oldAmount: line.priceMinor, ...moveEvent(move, null) });
  return { stored, change };
}
