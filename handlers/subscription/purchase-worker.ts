import { PolicyViolation } from '#runtime/errors';
import { runFor } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';
import { leaseMs } from './lease.ts';
import type { Purchase } from './purchase.ts';
import { settlePurchase } from './settlement.ts';
import { claimDue } from './store-purchase.ts';

/** Purchases one run takes. */
const batchMax = 10;

/** Goes on with purchases whose caller is gone or was told to come again: a crash, a gateway that was away. */
export const purchaseWorker = (service: Service): Worker =>
  service.worker({
    name: 'subscription.purchase',
    everyMs: 500,
    async run() {
      const due = await service.db.tx((tx) => claimDue(tx, service.clock.tick(), leaseMs(service), batchMax));
      await Promise.all(due.map((purchase) => resume(service, purchase)));
      return due.length === batchMax;
    },
  });

/** In the name and trace of the buyer. */
const resume = (service: Service, purchase: Purchase): Promise<void> =>
  runFor(service.name, purchase, async () => {
    try {
      await settlePurchase(service, purchase);
    } catch (error) {
      // A verdict is stored and told; anything else was postponed and is tried again.
      if (!(error instanceof PolicyViolation)) service.log.warn({ err: error, purchaseId: purchase.id }, 'a purchase could not be settled; it is tried again');
    }
  });
