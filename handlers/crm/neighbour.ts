import { ok, where } from '#runtime/client';
import type { Service } from '../service.ts';

/** A customer has at most BSS_MAX_LINES lines at a time, and a number one; ended ones count along. */
const rowsMax = 1000;

/** Lines of a customer or number that are not terminated. Asks subscription: outside any transaction. */
export async function liveLinesOf({ clients }: Service, of: { customerId?: string; msisdn?: string }): Promise<string[]> {
  const lines = await ok(clients.subscription.GET('/subscription', { params: { query: { ...of, limit: rowsMax } } }));
  return lines.filter((line) => line.state !== 'terminated').map((line) => line.id);
}

const finalStates: readonly string[] = ['rejected', 'failed', 'cancelled', 'completed', 'partial'];

/** Orders of a customer that are not over. Asks com: outside any transaction. */
export async function openOrdersOf({ clients }: Service, customerId: string): Promise<string[]> {
  const query = { limit: rowsMax, fields: 'id,state', ...where({ 'relatedParty.id': customerId }) };
  const orders = await ok(clients.TMF622.GET('/productOrder', { params: { query } }));
  return orders.flatMap(({ id, state }) => (id !== undefined && !finalStates.includes(state ?? '') ? [id] : []));
}
