import type { Tx } from '#db/database';
import type { components } from '#generated/types/subscription';
import { violation } from '#policy/rule';
import { vasInProgress, vasMachine } from '#policy/vas';
import { NotFound } from '#runtime/errors';
import type { IncomingHeaders } from '#runtime/handler';
import { originOf } from '#runtime/origin';
import { requireMatch } from '../resource/etag.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Service } from '../service.ts';
import { hasCard } from './card-charge.ts';
import { leaseMs } from './lease.ts';
import { findLine, lockLine, type Line } from './line.ts';
import { findPurchaseByKey, lineFacts, type Purchase } from './purchase.ts';
import { requestKey } from './request-key.ts';
import { settlePurchase } from './settlement.ts';
import { nextIds } from './store.ts';
import { claimPurchase, insertPurchase } from './store-purchase.ts';
import { amountOf, fetchTariff, grantsOf, type Tariff } from './tariff.ts';

export type Wish = components['schemas']['VasPurchaseCreate'];

/**
 * Buys a top-up (DOMAIN §5 F4): the row is written before the card is charged, so that a crash at
 * any point is resumed. The same caller with the same key gets the same purchase.
 * @returns the purchase, applied or given back
 * @throws {PolicyViolation} subscription.vas.*, reference.id.unknown, auth.customer.not_owner
 * @throws {Unavailable} payment cannot be reached now; the purchase goes on by itself
 */
export async function purchaseVas(service: Service, lineId: string, wish: Wish, headers: IncomingHeaders): Promise<Purchase> {
  const line = await findLine(service.db, lineId);
  if (!line) throw new NotFound('subscription', lineId);
  requireOwner('subscription', lineId, line.customerId);
  const key = requestKey(lineId);
  const earlier = key === null ? null : await findPurchaseByKey(service.db, key);
  if (earlier) return settlePurchase(service, await resumed(service, line, earlier));
  requireMatch(headers, line);
  const tariff = await fetchTariff(service, wish.offeringId, service.clock.now(), 'catalog.list_vas');
  const hasPaymentMethod = amountOf(service, tariff.price.amount).amountMinor === 0 || (await hasCard(service, line.customerId, wish.paymentMethodId));
  const purchase = await service.db.tx((tx) => start(tx, service, lineId, { wish, tariff, hasPaymentMethod, key }));
  return settlePurchase(service, purchase);
}

/** Takes over a purchase that an earlier call left charging. */
async function resumed(service: Service, line: Line, purchase: Purchase): Promise<Purchase> {
  if (purchase.state !== 'charging') return purchase;
  const claimed = await service.db.tx((tx) => claimPurchase(tx, purchase.id, service.clock.tick(), leaseMs(service)));
  if (claimed) return claimed;
  throw violation(vasInProgress, { ...lineFacts(line, service.clock.now()), offeringId: purchase.offeringId, chargingId: purchase.id });
}

interface Start {
  readonly wish: Wish;
  readonly tariff: Tariff;
  readonly hasPaymentMethod: boolean;
  readonly key: string | null;
}

async function start(tx: Tx, service: Service, lineId: string, { wish, tariff, hasPaymentMethod, key }: Start): Promise<Purchase> {
  const line = await lockLine(tx, lineId);
  if (!line) throw new NotFound('subscription', lineId);
  const now = service.clock.now();
  const charging = await tx.one<{ id: string }>("SELECT id FROM subscription.vas_purchase WHERE subscription_id = $1 AND state = 'charging'", [lineId]);
  const move = vasMachine.move(tx, null, 'buy', {
    ...lineFacts(line, now), offeringId: tariff.id, category: tariff.category, lifecycleStatus: tariff.lifecycleStatus, sellable: tariff.sellable,
    chargingId: charging?.id ?? null, hasPaymentMethod,
  });
  const { amountMinor, currency } = amountOf(service, tariff.price.amount);
  const [id] = await nextIds(tx, 'VASP', 1);
  const tick = service.clock.tick();
  return insertPurchase(tx, move, {
    id: id!, subscriptionId: line.id, customerId: line.customerId, offeringId: tariff.id, offeringName: tariff.name, priceId: tariff.price.priceId,
    priceName: tariff.price.name ?? null, priceMinor: amountMinor, currency, grants: grantsOf(tariff), durationHours: tariff.durationHours ?? null,
    paymentMethodId: wish.paymentMethodId ?? null, requestKey: key, ...originOf(), createdAt: now, updatedAt: now,
    attempts: 0, nextRunMs: tick, leaseUntilMs: tick + leaseMs(service),
  });
}
