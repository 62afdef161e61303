import { ok, where } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { fromWireMoney, money, toWireMoney } from '#runtime/money';
import type { Customer360 } from '../renderers/customer-360.ts';
import type { Session } from '../session.ts';

const chargedMs = 30 * 86_400_000;

/**
 * Customer, lines, newest orders and the charges of 30 days from their four services at once.
 * @throws RemoteError when there is no such customer
 */
export async function customer360(session: Session, id: string): Promise<Customer360> {
  const { clients, config } = session;
  const since = isoTime(new Date((await session.businessTime()).getTime() - chargedMs));
  const bills = where({ 'relatedParty.id': id, 'billDate.gte': since });
  const [customer, subscriptions, orders, charged] = await Promise.all([
    ok(clients.TMF629.GET('/customer/{id}', { params: { path: { id } } })),
    ok(clients.subscription.GET('/subscription', { params: { query: { customerId: id } } })),
    ok(clients.TMF622.GET('/productOrder', { params: { query: { limit: 5, ...where({ 'relatedParty.id': id }) } } })),
    ok(clients.TMF678.GET('/customerBill', { params: { query: { limit: 1000, ...bills } } })),
  ]);
  return { '@type': 'Customer360', id, customer, subscriptions, orders, charged30d: sumOf(charged.map(({ amountDue }) => amountDue), config.currency) };
}

/** Whole minor units are added, so that no sum drifts. */
function sumOf(amounts: readonly ({ unit?: string; value?: number } | undefined)[], currency: string): Customer360['charged30d'] {
  const known = amounts.flatMap((amount) => (amount ? [fromWireMoney(amount, currency)] : [])).filter((amount) => amount !== null);
  return known.length === 0 ? null : toWireMoney(money(known.reduce((sum, { amountMinor }) => sum + amountMinor, 0), known[0]?.currency ?? currency));
}
