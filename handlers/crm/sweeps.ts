import { record } from '#events/record';
import { recycleMsisdns } from '#policy/msisdn';
import type { Service } from '../service.ts';
import { inBatches, type Sweep } from '../sweep.ts';
import { breachDueCases } from './case-transition.ts';
import { expireDue } from './kyc.ts';
import { recycleDue } from './store-inventory.ts';
import { breachDue } from './ticket.ts';

const everyMs = 60_000;
const recycledMax = 1000;

interface Task {
  readonly name: Sweep['name'];
  /** Earliest business time at which a row is due. */
  readonly dueSql: string;
  /** Works on one batch of what is due; answers how many rows. */
  readonly batch: (service: Service) => Promise<number>;
}

/** Work that falls due with time (DOMAIN §2 "Sweeps"). */
const tasks: readonly Task[] = [
  { name: 'quarantine', dueSql: "SELECT min(quarantine_until) AS at FROM inventory.msisdn WHERE status = 'quarantined'", batch: recycle },
  { name: 'kyc_expiry', dueSql: "SELECT min(kyc_expires_at) AS at FROM crm.customer WHERE kyc_status = 'verified'", batch: expireDue },
  {
    name: 'sla',
    dueSql: `SELECT least((SELECT min(sla_due_at) FROM crm.case WHERE sla_breached_at IS NULL AND state IN ('open', 'in_progress')),
      (SELECT min(sla_due_at) FROM crm.ticket WHERE sla_breached_at IS NULL AND status IN ('acknowledged', 'held', 'inProgress'))) AS at`,
    batch: async (service) => (await breachDueCases(service)) + (await breachDue(service)),
  },
];

export const sweepsOf = (service: Service): readonly Sweep[] => tasks.map(({ name, dueSql, batch }) => ({
  name, everyMs,
  due: async () => (await service.db.one<{ at: Date | null }>(dueSql))?.at ?? null,
  run: () => inBatches(1, async () => {
    const changed = await batch(service);
    return { examined: changed, changed, failed: 0 };
  }),
}));

/** Numbers whose quarantine is over are offered again. */
async function recycle(service: Service): Promise<number> {
  return service.db.tx(async (tx) => {
    const freed = await recycleDue(tx, recycleMsisdns.permit(tx), recycledMax, service.config.msisdnLowWater, service.clock.now());
    for (const msisdn of freed) record(tx, 'msisdn.recycled', msisdn, { msisdn, from: 'quarantined', to: 'available', trigger: 'recycle', reason: null });
    return freed.length;
  });
}
