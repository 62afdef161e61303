/** Subscriptions and their deliveries as they are read. */
import type { Database, Tx } from '#db/database';
import type { Page } from '../resource/page.ts';

export type HubState = 'active' | 'failing';
export type DeliveryState = 'new' | 'waiting' | 'delivered' | 'parked';

export interface HubRow {
  readonly id: string;
  readonly api: string;
  readonly callback: string;
  readonly query: string | null;
  readonly state: HubState;
  readonly createdAt: Date;
  readonly waiting: number;
  readonly delivered: number;
  readonly parked: number;
  readonly lastError: string | null;
}

export interface DeliveryRow {
  readonly id: number;
  readonly hubId: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly aggregateId: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly occurredAt: Date;
}

export interface Found<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

const hubSql = `SELECT h.id, h.api, h.callback, h.query, h.state, h.created_at, coalesce(c.waiting, 0) AS waiting, coalesce(c.delivered, 0) AS delivered,
    coalesce(c.parked, 0) AS parked,
    (SELECT n.last_error FROM integrations.hub_delivery n WHERE n.hub_id = h.id AND n.state <> 'delivered' AND n.last_error IS NOT NULL ORDER BY n.id DESC LIMIT 1) AS last_error
  FROM integrations.hub h LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE n.state IN ('new', 'waiting')) AS waiting, count(*) FILTER (WHERE n.state = 'delivered') AS delivered,
      count(*) FILTER (WHERE n.state = 'parked') AS parked
    FROM integrations.hub_delivery n WHERE n.hub_id = h.id) c ON true`;

export async function listHubs(database: Database, api: string | null, state: string | null, page: Page): Promise<Found<HubRow>> {
  const where = 'WHERE ($1::text IS NULL OR h.api = $1) AND ($2::text IS NULL OR h.state = $2)';
  const counted = await database.one<{ total: number }>(`SELECT count(*) AS total FROM integrations.hub h ${where}`, [api, state]);
  const rows = await database.read<HubRow>(`${hubSql} ${where} ORDER BY length(h.id) DESC, h.id DESC LIMIT $3 OFFSET $4`, [api, state, page.limit, page.offset]);
  return { rows, total: counted?.total ?? 0 };
}

export const findHub = (reader: Pick<Database, 'one'> | Pick<Tx, 'one'>, id: string): Promise<HubRow | null> =>
  reader.one<HubRow>(`${hubSql} WHERE h.id = $1`, [id]);

export async function listDeliveries(database: Database, hubId: string, state: string | null, page: Page): Promise<Found<DeliveryRow>> {
  const where = 'WHERE n.hub_id = $1 AND ($2::text IS NULL OR n.state = $2)';
  const counted = await database.one<{ total: number }>(`SELECT count(*) AS total FROM integrations.hub_delivery n ${where}`, [hubId, state]);
  const rows = await database.read<DeliveryRow>(
    `SELECT n.id, n.hub_id, n.event_id, n.event_name, n.aggregate_id, n.state, n.attempts, n.last_status, n.last_error, n.occurred_at
     FROM integrations.hub_delivery n ${where} ORDER BY n.id DESC LIMIT $3 OFFSET $4`, [hubId, state, page.limit, page.offset]);
  return { rows, total: counted?.total ?? 0 };
}
