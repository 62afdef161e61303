import type { SubscriptionHandlers } from '#generated/stubs/subscription';
import { nationalNumber } from '#runtime/numbering';
import { NotFound } from '#runtime/errors';
import type { Answer } from '#runtime/handler';
import { etagOf } from '../resource/etag.ts';
import { boundCustomer, requireOwner } from '../resource/ownership.ts';
import { pageHeaders, pageOf, pageStatus } from '../resource/page.ts';
import { fieldsOf, withIdentity, type Fields } from '../resource/project.ts';
import type { Service } from '../service.ts';
import { activateLine } from './activation.ts';
import { bucketsOfPurchase, openBuckets, type Bucket } from './bucket.ts';
import { createLine } from './creation.ts';
import { findLine, listChanges, listLines, type Line, type LineFilter } from './line.ts';
import { collectionHref, hrefOf, wireBalance, wireChange, wireLine, wirePurchase } from './representation.ts';
import { purchaseVas } from './sale.ts';
import { terminateLine } from './termination.ts';

type ListQuery = Parameters<SubscriptionHandlers['subscription.listSubscription']>[0]['query'];

export const routes = (service: Service): SubscriptionHandlers => ({
  'subscription.createSubscription': async ({ body }) => {
    const line = await createLine(service, body);
    return { body: await shown(service, line), headers: { Location: hrefOf(service, line.id) } };
  },
  'subscription.listSubscription': ({ query }) => list(service, query),
  'subscription.retrieveSubscription': async ({ params }) => {
    const line = await ownLine(service, params.id);
    return { body: await shown(service, line), headers: { ETag: etagOf(line) } };
  },
  'subscription.activateSubscription': async ({ params, body }) => ({ body: await shown(service, await activateLine(service, params.id, body)) }),
  'subscription.retrieveBalance': async ({ params }) => {
    const line = await ownLine(service, params.id);
    return { body: wireBalance(service, line, await openBuckets(service.db, [line.id])) };
  },
  'subscription.listSubscriptionHistory': async ({ params, query }) => {
    const line = await ownLine(service, params.id);
    const page = pageOf(query, service.config);
    const { rows, total } = await listChanges(service.db, line.id, page.limit, page.offset);
    const body = rows.map((change) => reduced(wireChange(service, line, change), fieldsOf(query)));
    return {
      status: pageStatus(page, rows.length, total), body, headers: pageHeaders(page, query, hrefOf(service, line.id, '/history'), rows.length, total),
    };
  },
  'subscription.createVasPurchase': async ({ params, body, headers }) => {
    const purchase = await purchaseVas(service, params.id, body, headers);
    const line = await ownLine(service, params.id);
    const granted = await bucketsOfPurchase(service.db, purchase.id);
    return {
      body: wirePurchase(service, purchase, granted, line, await openBuckets(service.db, [line.id])),
      headers: { Location: hrefOf(service, line.id, '/balance') },
    };
  },
  'subscription.terminateSubscription': async ({ params, body, headers }) =>
    ({ body: await shown(service, await terminateLine(service, params.id, body?.reason ?? null, headers)) }),
});

async function ownLine(service: Service, id: string): Promise<Line> {
  const line = await findLine(service.db, id);
  if (!line) throw new NotFound('subscription', id);
  requireOwner('subscription', id, line.customerId);
  return line;
}

const shown = async (service: Service, line: Line) => wireLine(service, line, await openBuckets(service.db, [line.id]));

async function list(service: Service, query: ListQuery): Promise<Answer<ReturnType<typeof wireLine>[]>> {
  const page = pageOf(query, service.config);
  const filter = filterOf(service, query);
  const { rows, total } = filter ? await listLines(service.db, filter, page.limit, page.offset) : { rows: [], total: 0 };
  const buckets = Map.groupBy(await openBuckets(service.db, rows.map((line) => line.id)), (bucket: Bucket) => bucket.subscriptionId);
  const body = rows.map((line) => reduced(wireLine(service, line, buckets.get(line.id) ?? []), fieldsOf(query)));
  return { status: pageStatus(page, rows.length, total), body, headers: pageHeaders(page, query, collectionHref(service), rows.length, total) };
}

/** Null when nothing can match: a text that is no number, another customer's lines. */
function filterOf(service: Service, { customerId, msisdn, state, orderId, offeringId, at }: ListQuery): LineFilter | null {
  const bound = boundCustomer();
  const number = msisdn === undefined ? undefined : nationalNumber(msisdn, service.config);
  if (number === null || (bound !== null && customerId !== undefined && customerId !== bound)) return null;
  return { customerId: bound ?? customerId, msisdn: number, state, orderId, offeringId, at: at === undefined ? undefined : new Date(at) };
}

/** The attributes asked for with `fields=`, id and href among them; the host checks such rows as partial. */
function reduced<Row extends object>(row: Row, fields: Fields): Row {
  const wanted = withIdentity(fields);
  return wanted === null ? row : (Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name))) as Row);
}
