import type { Tx } from '#db/database';
import { operations } from '#generated/operations';
import { roleInsufficient } from '#policy/access';
import { contactMediumRequired, customerMachine, type CustomerFacts, type CustomerTrigger } from '#policy/customer';
import { enforce, violation } from '#policy/rule';
import { requireContext } from '#runtime/context';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { logInteraction } from './interaction.ts';
import { liveLinesOf, openOrdersOf } from './neighbour.ts';
import { customerPayload, moveCustomer, type CustomerRow } from './store-customer.ts';

/** What the machine asks about a customer no line or order speaks against. */
export const plainFacts = (customerId: string | null, reason: string | null = null): CustomerFacts => ({ customerId, reason, liveLines: [], openOrders: [] });

/** Lines and orders that speak against closing. Asks neighbours: outside any transaction. */
export async function closingFacts(service: Service, customerId: string, reason: string | null): Promise<CustomerFacts> {
  const [liveLines, openOrders] = await Promise.all([liveLinesOf(service, { customerId }), openOrdersOf(service, customerId)]);
  return { customerId, reason, liveLines, openOrders };
}

/** Suspends, reinstates or closes a locked customer; that is on record as an interaction. */
export async function fire(service: Service, tx: Tx, row: CustomerRow, trigger: CustomerTrigger, facts: CustomerFacts): Promise<CustomerRow> {
  const holding = trigger === 'close' ? await ordersHolding(tx, row.id) : [];
  const known = { ...facts, openOrders: [...new Set([...facts.openOrders, ...holding])] };
  const move = customerMachine.move(tx, row.status, trigger, known, { customerId: row.id });
  const moved = await moveCustomer(tx, move, row, facts.reason, service.clock.now());
  recordMove(tx, move, moved.id, customerPayload(moved), facts.reason);
  await logInteraction(service, tx, moved, `customer ${moved.status}`);
  return moved;
}

/** Orders placed since the neighbours were asked that hold a number by now: the customer is locked, and they lock it before they take one. */
async function ordersHolding(tx: Tx, customerId: string): Promise<string[]> {
  const rows = await tx.read<{ orderId: string }>(`SELECT order_id FROM inventory.reservation WHERE customer_id = $1 AND state = 'reserved' ORDER BY order_id`, [customerId]);
  return rows.map(({ orderId }) => orderId);
}

const byTrigger = operations['crm.transitionCustomer'];

/**
 * TMF629 has no other way to suspend, reinstate or close than a PATCH of `status`; whoever may not fire the
 * trigger may not write it either.
 * @throws {PolicyViolation} 403 auth.role.insufficient, customer.transition.invalid, customer.close.*, customer.suspend.reason_missing
 */
export function moveTo(service: Service, tx: Tx, row: CustomerRow, status: string, facts: CustomerFacts): Promise<CustomerRow> {
  const { role, serviceIdentity: identity } = requireContext();
  enforce([roleInsufficient], { operation: byTrigger.key, identity, role, required: byTrigger.roles });
  const trigger = customerMachine.triggerTo(row.status, status, { customerId: row.id });
  // What makes a prospect active is a contact medium, which this one has not got.
  if (trigger === 'contact_added') throw violation(contactMediumRequired, { media: 0 });
  return fire(service, tx, row, trigger, facts);
}
