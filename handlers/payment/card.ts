import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { components } from '#generated/types/payment';
import { addMethod, paymentMethodMachine, setDefault, type AddMethodFacts, type MethodFacts } from '#policy/payment-method';
import { enforce } from '#policy/rule';
import { NotFound } from '#runtime/errors';
import type { IncomingHeaders } from '#runtime/handler';
import { ok } from '#runtime/client';
import { requireMatch } from '../resource/etag.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { fetchHolder, holderOf, lockAccount, type AccountHolder } from './account.ts';
import { cardDigits } from './card-number.ts';
import type { PaymentGateway } from './gateway.ts';
import { activeMethods, findMethod, methodOfToken, methodPayload, monthOf, type MethodRow } from './method.ts';
import { nextId } from './sequence.ts';
import { insertMethod, makeDefault, retireMethod } from './store-method.ts';

type NewCard = components['schemas']['PaymentMethodCreate'];

/** A line in any of these needs a card that can pay for it. */
const liveStates = ['pending', 'active', 'blocked'] as const;

/**
 * Puts a card on file; the same token again is the same card.
 * @throws {PolicyViolation} payment_method.add.*, reference.id.unknown
 */
export async function addCard(service: Service, gateway: PaymentGateway, card: NewCard): Promise<MethodRow> {
  requireOwner('customer', card.customerId, card.customerId);
  const holder = await fetchHolder(service, card.customerId);
  return service.db.tx(async (tx) => {
    const known = await onFile(tx, card);
    if (known) return known;
    // Before the first write, so that a dry run hears of every rule; then again under the lock.
    enforce(addMethod.rules, await factsOf(tx, service, gateway, card, holder));
    await lockAccount(tx, service, holder);
    return (await onFile(tx, card)) ?? insertCard(tx, service, card, await factsOf(tx, service, gateway, card, holder));
  });
}

const onFile = async (tx: Tx, { customerId, token }: NewCard): Promise<MethodRow | null> =>
  token === undefined ? null : methodOfToken(tx, customerId, token);

async function factsOf(tx: Tx, service: Service, gateway: PaymentGateway, card: NewCard, holder: AccountHolder): Promise<AddMethodFacts> {
  const active = await activeMethods(tx, card.customerId);
  return {
    customerId: card.customerId, customerStatus: holder.status, token: tokenKind(gateway, card.token), expMonth: card.expMonth, expYear: card.expYear,
    thisMonth: monthOf(service.clock.now(), service.config.timezone), activeMethods: active.length, limit: service.config.maxPaymentMethods,
  };
}

/** Says what stands in the place of the token; a card number is recognised, never kept or repeated. */
function tokenKind(gateway: PaymentGateway, token: string | undefined): AddMethodFacts['token'] {
  if (token === undefined || token.trim() === '') return 'missing';
  const digits = cardDigits(token);
  if (digits !== 'none') return digits === 'valid' ? 'number' : 'number_invalid';
  return gateway.knows(token) ? 'good' : 'unknown';
}

async function insertCard(tx: Tx, service: Service, card: NewCard, facts: AddMethodFacts): Promise<MethodRow> {
  enforce(addMethod.rules, facts);
  const at = service.clock.now();
  const id = await nextId(tx, 'PM');
  const { customerId, token, brand, last4, expMonth, expYear } = card;
  const move = paymentMethodMachine.move(tx, null, 'add', { methodId: id, customerId, status: 'active', otherActive: facts.activeMethods, liveSubscriptionIds: [] });
  const row = await insertMethod(tx, move, { id, customerId, token, brand, last4, expMonth, expYear, isDefault: facts.activeMethods === 0 }, at);
  recordMove(tx, move, id, methodPayload(row));
  return card.makeDefault && !row.isDefault ? promote(tx, row, at) : row;
}

/** Makes an active card the default and tells it. */
async function promote(tx: Tx, row: MethodRow, at: Date): Promise<MethodRow> {
  const permit = setDefault.permit(tx, { methodId: row.id, customerId: row.customerId, status: row.status });
  const stored = await makeDefault(tx, permit, row, at);
  record(tx, 'payment_method.default_changed', row.id, methodPayload(stored));
  return stored;
}

/** @throws {NotFound} @throws {PolicyViolation} auth.customer.not_owner */
export async function requireCard(service: Service, id: string): Promise<MethodRow> {
  const row = await findMethod(service.db, id);
  if (!row) throw new NotFound('paymentMethod', id);
  requireOwner('paymentMethod', id, row.customerId);
  return row;
}

/**
 * Charges this card from now on; a card that is the default already stays it without an event.
 * @throws {PolicyViolation} payment_method.default.not_active
 */
export async function chooseDefault(service: Service, id: string): Promise<MethodRow> {
  const { customerId } = await requireCard(service, id);
  const holder = await holderOf(service, customerId);
  return service.db.tx(async (tx) => {
    await lockAccount(tx, service, holder);
    const row = await findMethod(tx, id);
    if (!row) throw new NotFound('paymentMethod', id);
    return row.isDefault ? row : promote(tx, row, service.clock.now());
  });
}

/**
 * Takes a card off file; when the default goes, the oldest other active card takes its place.
 * @throws {PolicyViolation} payment_method.remove.last_with_live_line, payment_method.transition.invalid
 */
export async function removeCard(service: Service, id: string, headers: IncomingHeaders): Promise<void> {
  const found = await requireCard(service, id);
  const liveSubscriptionIds = found.status === 'active' ? await liveLines(service, found.customerId) : [];
  const holder = await holderOf(service, found.customerId);
  await service.db.tx(async (tx) => {
    await lockAccount(tx, service, holder);
    const row = await findMethod(tx, id);
    if (!row) throw new NotFound('paymentMethod', id);
    requireMatch(headers, row);
    await retire(tx, row, 'remove', liveSubscriptionIds, service.clock.now());
  });
}

async function liveLines(service: Service, customerId: string): Promise<string[]> {
  const list = (state: (typeof liveStates)[number]) => ok(service.clients.subscription.GET('/subscription', { params: { query: { customerId, state } } }));
  const lines = await Promise.all(liveStates.map(list));
  return lines.flat().map(({ id }) => id);
}

/** Removes or expires a card, under the lock of its customer's account. */
export async function retire(tx: Tx, row: MethodRow, trigger: 'remove' | 'expire', liveSubscriptionIds: readonly string[], at: Date): Promise<void> {
  const others = (await activeMethods(tx, row.customerId)).filter(({ id }) => id !== row.id);
  const facts: MethodFacts = { methodId: row.id, customerId: row.customerId, status: row.status, otherActive: others.length, liveSubscriptionIds };
  const move = paymentMethodMachine.move(tx, row.status, trigger, facts, { paymentMethodId: row.id, customerId: row.customerId });
  await retireMethod(tx, move, row, at);
  recordMove(tx, move, row.id, methodPayload(row));
  const next = others[0];
  if (row.isDefault && next) await promote(tx, next, at);
}
