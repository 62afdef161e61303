import type { components as CatalogTypes } from '#generated/types/catalog';
import type { components as SubscriptionTypes } from '#generated/types/subscription';
import type { OfferingFacts, OrderFacts } from '#policy/order';
import type { PlanChangeFacts } from '#policy/plan-change';
import { unknownReference } from '#policy/reference';
import { ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { RemoteError, type FixTool } from '#runtime/errors';
import { fromWireMoney } from '#runtime/money';
import { nationalNumber } from '#runtime/numbering';
import type { Service } from '../service.ts';
import { countOpenAdds, openOrderOf } from './order.ts';
import type { OrderRequest } from './request.ts';

/** The price an order agrees on, copied from the catalog (P1: it never changes afterwards). */
export interface PriceSnapshot {
  readonly offeringName: string;
  readonly specificationId: string | null;
  readonly priceId: string;
  readonly priceName: string | null;
  readonly priceMinor: number;
  readonly currency: string;
}

export interface Gathered {
  /** With the live lines apart: the orders still open are counted again when the order is written. */
  readonly facts: OrderFacts & { readonly liveLines: number };
  readonly snapshot: PriceSnapshot | null;
  /** Number wanted, national digits. */
  readonly msisdn: string | null;
  /** Of an order with action modify: its line as the rules of plan changes look at it. */
  readonly change: PlanChangeFacts | null;
}

type Tariff = CatalogTypes['schemas']['Tariff'];

/**
 * Reads what the order.create rules look at, from all services at once.
 * @throws {PolicyViolation} reference.id.unknown for an id that names nothing
 * @throws {Unavailable} a service cannot be reached: nothing is decided without it
 */
export async function gather(service: Service, request: OrderRequest): Promise<Gathered> {
  const { customerId, subscriptionId } = request;
  const [customer, offering, number, line, openOrderId] = await Promise.all([
    customerId === null ? nobody : customerFacts(service, customerId, request.action === 'add'),
    offeringFacts(service, request.offeringId),
    numberFacts(service, request.msisdnPreference),
    subscriptionId === null ? null : lineNamed(service, subscriptionId),
    subscriptionId === null ? null : openOrderOf(service.db, subscriptionId),
  ]);
  const facts: Gathered['facts'] = {
    itemCount: request.itemCount, quantity: request.quantity, action: request.action, at: isoTime(service.clock.now()), customerId,
    kycRequired: service.config.requireKyc, linesMax: service.config.maxLines, offeringId: request.offeringId, subscriptionId,
    ...customer, offering: offering.facts, msisdn: number.msisdn ?? request.msisdnPreference, msisdnStatus: number.status,
    lineOwner: line?.customerId ?? null, lineState: line?.state ?? null, openOrderId,
  };
  const change = request.action === 'modify' && line && subscriptionId !== null ? changeFacts(subscriptionId, line, facts) : null;
  return { facts, snapshot: offering.snapshot, msisdn: number.msisdn, change };
}

type CustomerFacts = Pick<OrderFacts, 'customerStatus' | 'kycStatus' | 'paymentMethodId' | 'lines'> & { readonly liveLines: number };

const nobody: CustomerFacts = { customerStatus: null, kycStatus: null, paymentMethodId: null, lines: 0, liveLines: 0 };

async function customerFacts({ clients, db }: Service, customerId: string, adds: boolean): Promise<CustomerFacts> {
  const customer = found('customer', customerId, 'customer.list', ok(clients.TMF629.GET('/customer/{id}', { params: { path: { id: customerId }, query: { fields: 'status,kycStatus' } } })));
  if (!adds) return { ...nobody, customerStatus: (await customer).status ?? null };
  const [known, methods, lines, orders] = await Promise.all([
    customer,
    ok(clients.payment.GET('/paymentMethod', { params: { query: { customerId, status: 'active' } } })),
    ok(clients.subscription.GET('/subscription', { params: { query: { customerId, fields: 'state', limit: 1000 } } })),
    countOpenAdds(db, customerId),
  ]);
  // An extension of TMF629, so the type of its document does not know it.
  const { status, kycStatus }: { status?: string; kycStatus?: unknown } = known;
  const live = lines.filter(({ state }) => state === 'active' || state === 'blocked').length;
  return {
    customerStatus: status ?? null, kycStatus: typeof kycStatus === 'string' ? kycStatus : null, paymentMethodId: methods.find(({ isDefault }) => isDefault)?.id ?? null,
    // A pending line is counted with the order that is making it.
    lines: live + orders, liveLines: live,
  };
}

interface Offered {
  readonly facts: OfferingFacts | null;
  readonly snapshot: PriceSnapshot | null;
}

async function offeringFacts(service: Service, offeringId: string | null): Promise<Offered> {
  if (offeringId === null) return { facts: null, snapshot: null };
  try {
    const tariff = await ok(service.clients.catalog.GET('/offering/{id}/tariff', { params: { path: { id: offeringId } } }));
    return { facts: await factsOfTariff(service, tariff), snapshot: snapshotOf(tariff, service.config.currency) };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    // 400: an id that cannot be one of ours names nothing either.
    if (error.status === 404 || error.status === 400) throw unknownReference('productOffering', offeringId, 'catalog.list_active_offerings');
    if (error.rule !== 'catalog.price.none_in_force') throw error;
    return { facts: { ...(await factsOfRow(service, offeringId)), priceId: null }, snapshot: null };
  }
}

/** Why an offering cannot be sold only its own row tells. */
async function factsOfTariff(service: Service, { id, category, lifecycleStatus, sellable, price: { priceId } }: Tariff): Promise<OfferingFacts> {
  if (!sellable) return { ...(await factsOfRow(service, id)), category, priceId };
  return { category, lifecycleStatus, validFor: null, inWindow: true, isSellable: true, priceId };
}

async function factsOfRow({ clients, clock }: Service, offeringId: string): Promise<Omit<OfferingFacts, 'priceId'>> {
  const row = await ok(clients.TMF620.GET('/productOffering/{id}', { params: { path: { id: offeringId } } }));
  const now = isoTime(clock.now());
  const { startDateTime, endDateTime } = row.validFor ?? {};
  const names = row.category?.map(({ name }) => name) ?? [];
  return {
    category: names.find((name) => name === 'PLAN' || name === 'VAS') ?? null, lifecycleStatus: row.lifecycleStatus ?? 'unknown', validFor: { ...row.validFor },
    inWindow: (startDateTime === undefined || startDateTime <= now) && (endDateTime === undefined || now < endDateTime), isSellable: row.isSellable !== false,
  };
}

function snapshotOf(tariff: Tariff, currency: string): PriceSnapshot {
  const { price } = tariff;
  const amount = fromWireMoney(price.amount, currency);
  if (!amount) throw new Error(`${price.priceId} is not a whole number of minor units`);
  return {
    offeringName: tariff.name, specificationId: tariff.specificationId ?? null, priceId: price.priceId, priceName: price.name ?? null,
    priceMinor: amount.amountMinor, currency: amount.currency,
  };
}

async function numberFacts({ clients, config }: Service, preference: string | null): Promise<{ msisdn: string | null; status: string | null }> {
  if (preference === null) return { msisdn: null, status: null };
  const msisdn = nationalNumber(preference, config);
  if (msisdn === null) return { msisdn: null, status: null };
  try {
    const { status } = await ok(clients.inventory.GET('/msisdn/{msisdn}', { params: { path: { msisdn } } }));
    return { msisdn, status };
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) return { msisdn, status: null };
    throw error;
  }
}

type Line = SubscriptionTypes['schemas']['Subscription'];

/** The line as the rules of plan changes look at it; what is sellable the order's own rules have asked before. */
const changeFacts = (subscriptionId: string, { customerId, state, offeringId, pendingChange }: Line, order: Pick<OrderFacts, 'offeringId' | 'offering'>): PlanChangeFacts => ({
  subscriptionId, customerId, state, currentOfferingId: offeringId, pendingKind: pendingChange?.kind ?? null, pendingOfferingId: pendingChange?.offeringId ?? null,
  ...(order.offeringId === null ? {} : { offeringId: order.offeringId }), category: order.offering?.category ?? null, lifecycleStatus: order.offering?.lifecycleStatus ?? null, sellable: true,
});

const lineNamed = ({ clients }: Service, id: string): Promise<Line> =>
  found('subscription', id, 'subscription.list_for_customer', ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id } } })));

/** A call whose 404 means that the request names nothing. */
async function found<T>(type: string, id: string, tool: FixTool, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) throw unknownReference(type, id, tool);
    throw error;
  }
}
