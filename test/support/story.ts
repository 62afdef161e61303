/** The blocks stories are made of (SCENARIOS §3). */
import { tokenizeCard } from '#cli/card-tokenizer';
import { customerBody } from '#cli/customer/customer-body';
import { deviations, tally } from '#cli/demo/expected-events';
import { orderBody } from '#cli/order/creation';
import { usageBody } from '#cli/usage/simulation';
import { keyed, ok } from '#runtime/client';
import { elapsedMs, isoTime, sleep } from '#runtime/clock';
import { randomHex } from '#runtime/ids';
import type { LedgerEvent, Stack } from './stack.ts';

const orderMsMax = 10_000;
const pollMs = 5;
const finalOrderStates = new Set(['completed', 'failed', 'cancelled', 'rejected']);

/** A customer who may order: created, identified, with a card. @returns the id */
export async function customer(stack: Stack, card = '4242424242424242'): Promise<string> {
  const { clients } = stack;
  const mark = randomHex(5);
  const { id = '' } = await ok(clients.TMF629.POST('/customer', { body: customerBody({ name: 'Ada Lim', email: `ada.${mark}@example.sg` }) }));
  const identity = { provider: 'prebaked', attestationToken: 'ok', documentType: 'national_id', documentNumber: `S${mark}A`, documentCountry: 'SG', dateOfBirth: '1990-12-31' };
  await ok(clients.crm.POST('/customer/{id}/kycAttestation', { params: { path: { id } }, body: identity }));
  await addCard(stack, id, card);
  return id;
}

export const addCard = (stack: Stack, customerId: string, card: string) =>
  ok(stack.clients.payment.POST('/paymentMethod', { body: { customerId, ...tokenizeCard(card), makeDefault: true } }));

export const placeOrder = (stack: Stack, customerId: string, offeringId = 'PLAN_S', key = randomHex(8)) =>
  ok(stack.clients.TMF622.POST('/productOrder', { body: orderBody({ customerId, offeringId }), ...keyed(key) }));

export const orderOf = (stack: Stack, id: string) => ok(stack.clients.TMF622.GET('/productOrder/{id}', { params: { path: { id } } }));

export const sagaOf = (stack: Stack, id: string) => ok(stack.clients.order.GET('/productOrder/{id}/saga', { params: { path: { id } } }));

/** Waits for a final state. @returns that state; @throws {Error} after 10 s, saying where the order stands */
export async function ended(stack: Stack, orderId: string): Promise<string> {
  for (const begin = elapsedMs(); ;) {
    const { state = '' } = await orderOf(stack, orderId);
    if (finalOrderStates.has(state)) return state;
    if (elapsedMs() - begin > orderMsMax) throw new Error(`${orderId} is still ${state}: ${JSON.stringify(await sagaOf(stack, orderId))}`);
    await sleep(pollMs);
  }
}

/** Orders a plan and waits until the line is active and everything about it is done. @returns the line */
export async function line(stack: Stack, customerId: string, offeringId = 'PLAN_S') {
  const { id = '' } = await placeOrder(stack, customerId, offeringId);
  const state = await ended(stack, id);
  if (state !== 'completed') throw new Error(`${id} ended as ${state}: ${JSON.stringify(await sagaOf(stack, id))}`);
  await stack.settle();
  return lineOf(stack, (await sagaOf(stack, id)).subscriptionId ?? '');
}

export const lineOf = (stack: Stack, id: string) => ok(stack.clients.subscription.GET('/subscription/{id}', { params: { path: { id } } }));

const megabyte = 1_048_576;

/** What is left of the line's data, in MB. */
export const megabytesLeft = ({ balances }: Awaited<ReturnType<typeof lineOf>>): number =>
  (balances.find(({ allowance }) => allowance === 'data')?.remaining ?? 0) / megabyte;

/** Reports data usage now and waits until all of it is decided. @returns the record as it ended */
export async function use(stack: Stack, msisdn: string, megabytes: number, reference = randomHex(8)) {
  const used = { msisdn, kind: 'data', quantity: String(megabytes), unit: 'mb', roaming: false, at: undefined, reference: undefined };
  const { id = '' } = await ok(stack.clients.TMF635.POST('/usage', { body: usageBody(used, isoTime(stack.clock.now()), reference) }));
  await stack.settle();
  return ok(stack.clients.TMF635.GET('/usage/{id}', { params: { path: { id } } }));
}

export const topUp = (stack: Stack, subscriptionId: string, key = randomHex(8), offeringId = 'VAS_DATA_1GB') =>
  ok(stack.clients.subscription.POST('/subscription/{id}/vasPurchase', { params: { path: { id: subscriptionId } }, body: { offeringId }, ...keyed(key) }));

/** Event types that happened too seldom or too often; none when the list is exact. */
export const unexpected = (events: readonly LedgerEvent[], expected: readonly string[]) =>
  deviations(tally(expected), tally(events.map(({ type }) => type)));

/** Captured amounts in major units, in the order they were taken. */
export async function charged(stack: Stack): Promise<number[]> {
  const rows = await stack.sql<{ amount: number }>(
    "SELECT amount_minor::float / 100 AS amount FROM payment.payment WHERE status IN ('captured', 'done') ORDER BY created_at, id");
  return rows.map(({ amount }) => amount);
}
