import type { components } from '#generated/types/payment';
import { isoTime } from '#runtime/clock';
import { BadRequest } from '#runtime/errors';
import { money } from '#runtime/money';
import type { Service } from '../service.ts';
import { holderOf, lockAccount } from './account.ts';
import { writeBill } from './bill.ts';
import { chargedItems } from './item.ts';
import { keyReused } from './key.ts';
import { nextId } from './sequence.ts';
import { wireMoney } from './wire.ts';

type ZeroCharge = components['schemas']['ZeroCharge'];
type NewZeroCharge = components['schemas']['ZeroChargeCreate'];

type KnownBill = Pick<ZeroBill, 'id' | 'customerId'>;

interface ZeroBill {
  readonly id: string;
  readonly customerId: string;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly currency: string;
  readonly createdAt: Date;
  readonly rateIds: string[];
}

/**
 * A bill of zero: rates and bill, no payment and no gateway (F1.10 "amount 0"). The same key finds the first one.
 * @throws {PolicyViolation} idempotency.key.reused, reference.id.unknown
 */
export async function chargeNothing(service: Service, wanted: NewZeroCharge, key: string | null): Promise<ZeroCharge> {
  const { customerId, orderId = null, subscriptionId = null, description = null } = wanted;
  const nothing = money(0, service.config.currency);
  const charged = chargedItems(wanted.items, nothing, { description: description ?? 'Nothing to pay', orderId, subscriptionId });
  if (!charged.addUp) throw new BadRequest(`The items of a zero charge add up to zero ${nothing.currency}.`);
  const holder = await holderOf(service, customerId);
  const billId = await service.db.tx(async (tx) => {
    const account = await lockAccount(tx, service, holder);
    const known = key === null ? null : await tx.one<KnownBill>('SELECT id, customer_id FROM billing.customer_bill WHERE idempotency_key = $1', [key]);
    if (known && known.customerId !== customerId) throw keyReused({ billId: known.id }, key);
    if (known) return known.id;
    const id = await nextId(tx, 'BILL');
    await writeBill(tx, service, {
      account, paymentId: null, refundId: null, method: null, orderId, subscriptionId: subscriptionId ?? charged.items[0]?.subscriptionId ?? null,
      category: 'normal', currency: nothing.currency, items: charged.items, description, idempotencyKey: key,
    }, id, service.clock.now());
    return id;
  });
  return toZeroCharge(service, billId);
}

async function toZeroCharge(service: Service, id: string): Promise<ZeroCharge> {
  const bill = await service.db.one<ZeroBill>(
    `SELECT b.*, array(SELECT r.id FROM billing.applied_rate r WHERE r.bill_id = b.id ORDER BY r.id) AS rate_ids FROM billing.customer_bill b WHERE b.id = $1`, [id]);
  if (!bill) throw new Error(`bill ${id} is gone right after it was written`);
  return {
    id, href: service.hrefOf('billing', `/tmf-api/customerBillManagement/v4/customerBill/${id}`), '@type': 'ZeroCharge', customerId: bill.customerId, billId: id,
    rateIds: bill.rateIds, amount: wireMoney(0, bill.currency), orderId: bill.orderId, subscriptionId: bill.subscriptionId, createdAt: isoTime(bill.createdAt),
  };
}
