import type pg from 'pg';
import type { Config } from '#runtime/config';
import { seedCatalog } from './seed/catalog.ts';
import { seedCrm } from './seed/crm.ts';
import { seedInventory } from './seed/inventory.ts';
import { seedMediation } from './seed/mediation.ts';
import { seedProvisioning } from './seed/provisioning.ts';

/** Plants the reference data of one schema; idempotent, never changes what an operator changed. */
export type Seed = (client: pg.Client, config: Config, at: Date) => Promise<void>;

/** By schema, in the order they are planted. */
export const seeds: Readonly<Record<string, Seed>> = {
  catalog: seedCatalog,
  crm: seedCrm,
  inventory: seedInventory,
  mediation: seedMediation,
  provisioning: seedProvisioning,
};
