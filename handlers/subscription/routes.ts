import type { SubscriptionHandlers } from '#generated/stubs/subscription';
import { nationalNumber } from '#runtime/numbering';
import { NotFound } from '#runtime/errors';
import type { Answer } from '#runtime/handler';
import { listed, type ListedRow } from '../list.ts';
import { etagOf } from '../resource/etag.ts';
import { boundCustomer, requireOwner } from '../resource/ownership.ts';
import { pageOf, type Page } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { activateLine } from './activation.ts';
import { bucketsOfPurchase, openBuckets, type Bucket } from './bucket.ts';
import { createLine } from './creation.ts';
import { findLine, listChanges, listLines, type Line, type LineFilter } from './line.ts';
import { cancelPlanChange, schedulePlanChange } from './plan-change.ts';
import { findMigration, listMigrationLines, listMigrations, startMigration, type PriceMigration } from './price-migration.ts';
import { listRenewals, newestRenewals, type Renewal } from './renewal.ts';
import { renewNow } from './renew-now.ts';
import {
  collectionHref, hrefOf, migrationHref, wireBalance, wireChange, wireLine, wireMigration, wireMigrationLine, wirePurchase, wireRenewal,
} from './representation.ts';
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
    return paged(service, query, hrefOf(service, line.id, '/history'), ({ limit, offset }) => listChanges(service.db, line.id, limit, offset),
      (change) => wireChange(service, line, change));
  },
  'subscription.createVasPurchase': async ({ params, body, headers }) => {
    const purchase = await purchaseVas(service, params.id, body, headers);
    const line = await ownLine(service, params.id);
    const granted = await bucketsOfPurchase(service.db, purchase.id);
    return {
      body: wirePurchase(service, purchase, granted, await shown(service, line)),
      headers: { Location: hrefOf(service, line.id, '/balance') },
    };
  },
  'subscription.renewSubscription': async ({ params, headers }) => {
    const renewal = await renewNow(service, params.id, headers);
    return { body: { ...wireRenewal(service, renewal), subscription: await shown(service, await ownLine(service, params.id)) } };
  },
  'subscription.listRenewal': async ({ params, query }) => {
    const line = await ownLine(service, params.id);
    return paged(service, query, hrefOf(service, line.id, '/renewal'), ({ limit, offset }) => listRenewals(service.db, line.id, limit, offset),
      (renewal) => wireRenewal(service, renewal));
  },
  'subscription.schedulePlanChange': async ({ params, body, headers }) => {
    const line = await schedulePlanChange(service, params.id, body, headers);
    return { body: await shown(service, line), headers: { Location: hrefOf(service, line.id) } };
  },
  'subscription.cancelPlanChange': async ({ params, query, headers }) => {
    await cancelPlanChange(service, params.id, query.orderId, headers);
    return {};
  },
  'subscription.createPriceMigration': async ({ body }) => {
    const migration = await startMigration(service, body);
    return { body: wireMigration(service, migration), headers: { Location: migrationHref(service, migration.id) } };
  },
  'subscription.listPriceMigration': ({ query }) =>
    paged(service, query, migrationHref(service), ({ limit, offset }) => listMigrations(service.db, query.offeringId ?? null, limit, offset),
      (migration) => wireMigration(service, migration)),
  'subscription.retrievePriceMigration': async ({ params }) => ({ body: wireMigration(service, await requireMigration(service, params.id)) }),
  'subscription.listPriceMigrationLine': async ({ params, query }) => {
    const { id } = await requireMigration(service, params.id);
    return paged(service, query, migrationHref(service, id, '/line'), ({ limit, offset }) => listMigrationLines(service.db, id, query.outcome ?? null, limit, offset),
      (line) => wireMigrationLine(service, line));
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

async function requireMigration(service: Service, id: string): Promise<PriceMigration> {
  const migration = await findMigration(service.db, id);
  if (!migration) throw new NotFound('priceMigration', id);
  return migration;
}

async function shown(service: Service, line: Line): Promise<ReturnType<typeof wireLine>> {
  const [{ buckets, newest } = { buckets: [], newest: null }] = await withParts(service, [line]);
  return wireLine(service, line, buckets, newest);
}

interface Slice<Row> {
  readonly rows: readonly Row[];
  /** Rows that match, on this page or not. */
  readonly total: number;
}

/** One page of a list, each row as it is shown. */
async function paged<Row, Shown extends ListedRow>(
  service: Service, query: Readonly<Record<string, unknown>>, href: string, read: (page: Page) => Promise<Slice<Row>>, show: (row: Row) => Shown,
): Promise<Answer<Shown[]>> {
  const page = pageOf(query, service.config);
  const { rows, total } = await read(page);
  return listed(query, page, href, rows.map(show), total);
}

function list(service: Service, query: ListQuery): Promise<Answer<ReturnType<typeof wireLine>[]>> {
  const filter = filterOf(service, query);
  return paged(service, query, collectionHref(service), async ({ limit, offset }) => {
    const { rows, total } = filter ? await listLines(service.db, filter, limit, offset) : { rows: [], total: 0 };
    return { rows: await withParts(service, rows), total };
  }, ({ line, buckets, newest }) => wireLine(service, line, buckets, newest));
}

/** Lines with what is shown with them, each read once for all. */
async function withParts({ db }: Service, lines: readonly Line[]): Promise<{ line: Line; buckets: Bucket[]; newest: Renewal | null }[]> {
  const ids = lines.map(({ id }) => id);
  const [buckets, renewals] = await Promise.all([openBuckets(db, ids), newestRenewals(db, ids)]);
  const bucketsOf = Map.groupBy(buckets, ({ subscriptionId }) => subscriptionId);
  const newestOf = new Map(renewals.map((renewal) => [renewal.subscriptionId, renewal]));
  return lines.map((line) => ({ line, buckets: bucketsOf.get(line.id) ?? [], newest: newestOf.get(line.id) ?? null }));
}

/** Null when nothing can match: a text that is no number, another customer's lines. */
function filterOf(service: Service, { customerId, msisdn, state, orderId, offeringId, at }: ListQuery): LineFilter | null {
  const bound = boundCustomer();
  const number = msisdn === undefined ? undefined : nationalNumber(msisdn, service.config);
  if (number === null || (bound !== null && customerId !== undefined && customerId !== bound)) return null;
  return { customerId: bound ?? customerId, msisdn: number, state, orderId, offeringId, at: at === undefined ? undefined : new Date(at) };
}
