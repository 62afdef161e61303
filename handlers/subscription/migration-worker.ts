import { runFor } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { leaseMs } from './lease.ts';
import { migrateSlice } from './migration-slice.ts';
import { leaseMigrations, releaseMigration } from './store-migration.ts';

/** Goes on with price migrations whose caller is gone or was answered before the last line. */
export const migrationWorker = (service: Service): Worker =>
  service.worker({
    name: 'subscription.price_migration',
    everyMs: 1000,
    async run() {
      const [migration] = await service.db.tx((tx) => leaseMigrations(tx, service.clock.tick(), leaseMs(service), 1));
      if (!migration) return false;
      await runFor(service.name, migration, async () => {
        const { state } = await migrateSlice(service, migration.id);
        if (state === 'running') await service.db.tx((tx) => releaseMigration(tx, migration.id));
      });
      return true;
    },
  });
