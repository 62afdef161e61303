import { record } from '#events/record';
import { recycleMsisdns } from '#policy/msisdn';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { breachDueCases } from './case-transition.ts';
import { expireDue } from './kyc.ts';
import { recycleDue } from './store-inventory.ts';
import { breachDue } from './ticket.ts';

const everyMs = 60_000;
const recycledMax = 1000;

/** Work that falls due with time (DOMAIN §2 "Sweeps"). */
export const sweepsOf = (service: Service): readonly Worker[] => [
  service.worker({ name: 'quarantine', everyMs, run: () => recycle(service) }),
  service.worker({ name: 'kyc_expiry', everyMs, run: () => expireDue(service) }),
  service.worker({ name: 'sla', everyMs, run: async () => (await breachDueCases(service)) || breachDue(service) }),
];

/** Numbers whose quarantine is over are offered again. */
async function recycle(service: Service): Promise<boolean> {
  return service.db.tx(async (tx) => {
    const freed = await recycleDue(tx, recycleMsisdns.permit(tx), recycledMax, service.config.msisdnLowWater, service.clock.now());
    for (const msisdn of freed) record(tx, 'msisdn.recycled', msisdn, { msisdn, from: 'quarantined', to: 'available', trigger: 'recycle', reason: null });
    return freed.length === recycledMax;
  });
}
