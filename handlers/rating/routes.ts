import type { RatingHandlers } from '#generated/stubs/rating';
import type { components } from '#generated/types/rating';
import { isoTime } from '#runtime/clock';
import type { Answer } from '#runtime/handler';
import { nationalNumber } from '#runtime/numbering';
import { listed } from '../list.ts';
import { boundCustomer } from '../resource/ownership.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { tryRating } from './rate-test.ts';
import { listRatedUsage, type RatedFilter, type RatedUsage } from './rated-usage.ts';
import type { Tariffs } from './tariff.ts';

type Row = components['schemas']['RatedUsage'];
type ListQuery = Parameters<RatingHandlers['rating.listRatedUsage']>[0]['query'];

const collection = '/bss-api/rating/v1/ratedUsage';

export const routes = (service: Service, tariffs: Tariffs): RatingHandlers => ({
  'rating.createRateTest': async ({ body }) => ({ body: await tryRating(service, tariffs, body) }),
  'rating.listRatedUsage': ({ query }) => list(service, query),
});

async function list(service: Service, query: ListQuery): Promise<Answer<Row[]>> {
  const page = pageOf(query, service.config);
  const filter = filterOf(service, query);
  const { rows, total } = filter ? await listRatedUsage(service.db, filter, page.limit, page.offset) : { rows: [], total: 0 };
  return listed(query, page, service.href(collection), rows.map((row) => wireUsage(service, row)), total);
}

/** Null when nothing can match: a text that is no number, another customer's usage. */
function filterOf(service: Service, { usageId, subscriptionId, customerId, msisdn, allowance, since }: ListQuery): RatedFilter | null {
  const bound = boundCustomer();
  const number = msisdn === undefined ? undefined : nationalNumber(msisdn, service.config);
  if (number === null || (bound !== null && customerId !== undefined && customerId !== bound)) return null;
  return { usageId, subscriptionId, customerId: bound ?? customerId, msisdn: number, allowance, since: since === undefined ? undefined : new Date(since) };
}

const wireUsage = (service: Service, row: RatedUsage): Row => ({
  id: row.usageId, href: service.href(`${collection}?usageId=${row.usageId}`), '@type': 'RatedUsage', usageId: row.usageId, subscriptionId: row.subscriptionId,
  customerId: row.customerId, msisdn: row.msisdn, offeringId: row.offeringId, eventType: row.eventType, roaming: row.roaming,
  allowance: row.allowance!, unit: row.unit, quantity: row.quantity, eventTime: isoTime(row.eventTime), ratedAt: isoTime(row.ratedAt!), // listed rows are rated: rated_usage_allowance_fits
});
