import { isUniqueViolation, type Tx } from '#db/database';
import { record } from '#events/record';
import type { components } from '#generated/types/subscription';
import { violation } from '#policy/rule';
import { numberInUse, subscriptionMachine } from '#policy/subscription';
import type { Service } from '../service.ts';
import { lineEvent } from './event.ts';
import { findLineOfOrder, liveHolder, type Line } from './line.ts';
import { insertLine, nextIds } from './store.ts';
import { amountOf, fetchTariff, grantsOf, type Tariff } from './tariff.ts';

export type Creation = components['schemas']['SubscriptionCreate'];

/**
 * The line of an order, pending until its payment is captured (DOMAIN §5 F1.9). An order has one
 * line (I2): a repeat finds it.
 * @throws {PolicyViolation} subscription.create.*, reference.id.unknown
 */
export async function createLine(service: Service, body: Creation): Promise<Line> {
  const earlier = await findLineOfOrder(service.db, body.orderId);
  if (earlier) return earlier;
  const tariff = await fetchTariff(service, body.offeringId, service.clock.now(), 'catalog.list_active_offerings');
  try {
    return await service.db.tx((tx) => insert(tx, service, body, tariff));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return winnerOf(service, body, error);
  }
}

/** The line another call made for the same order, or the refusal for its number or profile (I1, I2). */
async function winnerOf(service: Service, { orderId, msisdn, iccid }: Creation, error: unknown): Promise<Line> {
  const line = await findLineOfOrder(service.db, orderId);
  if (line) return line;
  const holderId = await liveHolder(service.db, { orderId, msisdn, iccid });
  throw holderId === null ? error : violation(numberInUse, { orderId, msisdn, iccid, holderId });
}

async function insert(tx: Tx, service: Service, body: Creation, tariff: Tariff): Promise<Line> {
  const { orderId, msisdn, iccid, customerId, offeringId, serviceOrderId = null, paymentId = null, price } = body;
  const facts = { orderId, msisdn, iccid, serviceOrderId, holderId: await liveHolder(tx, body) };
  const move = subscriptionMachine.move(tx, null, 'create', facts, { orderId, customerId });
  const [id] = await nextIds(tx, 'SUB', 1);
  const { amountMinor, currency } = amountOf(service, price.amount);
  const line = await insertLine(tx, move, {
    id: id!, customerId, orderId, serviceOrderId, offeringId, offeringName: tariff.name, msisdn, iccid, priceId: price.priceId,
    priceName: price.name ?? null, priceMinor: amountMinor, currency, grants: grantsOf(tariff), blockingAllowances: tariff.blockingAllowances,
  }, service.clock.now());
  record(tx, 'subscription.created', line.id, {
    ...lineEvent(line), serviceOrderId, paymentId, from: move.from, to: move.to, trigger: move.trigger, reason: null,
  });
  return line;
}
