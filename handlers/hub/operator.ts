import type { Database } from '#db/database';
import { record } from '#events/record';
import type { PlatformHandlers } from '#generated/stubs/platform';
import type { components } from '#generated/types/admin';
import { replayHub } from '#policy/hub';
import { isoTime } from '#runtime/clock';
import { NotFound } from '#runtime/errors';
import { listed } from '../list.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { findHub, listDeliveries, listHubs, type DeliveryRow, type HubRow } from './row.ts';
import { requeueParked } from './store.ts';

type Handlers = Pick<PlatformHandlers, 'admin.listHub' | 'admin.retrieveHub' | 'admin.listHubDelivery' | 'admin.replayHub'>;

const path = '/bss-api/admin/v1/hub';

export interface OperatorParts {
  readonly service: Service;
  /** Of the platform role, which owns the subscriptions. */
  readonly database: Database;
  /** Wakes the sender of this process. */
  readonly nudge: () => void;
}

/** What an operator sees of the subscriptions of all APIs, and does about deliveries that were given up. */
export const operatorHandlers = ({ service, database, nudge }: OperatorParts): Handlers => ({
  'admin.listHub': async ({ query }) => {
    const page = pageOf(query, service.config);
    const { rows, total } = await listHubs(database, query.api ?? null, query.state ?? null, page);
    return listed(query, page, service.href(path), rows.map((row) => shownHub(service, row)), total);
  },
  'admin.retrieveHub': async ({ params }) => ({ body: shownHub(service, await hubOf(database, params.id)) }),
  'admin.listHubDelivery': async ({ params, query }) => {
    const page = pageOf(query, service.config);
    const { id } = await hubOf(database, params.id);
    const { rows, total } = await listDeliveries(database, id, query.state ?? null, page);
    return listed(query, page, service.href(`${path}/${id}/delivery`), rows.map((row) => shownDelivery(service, row)), total);
  },
  'admin.replayHub': async ({ params }) => {
    await database.tx(async (tx) => {
      const found = await tx.one('SELECT 1 FROM integrations.hub WHERE id = $1 FOR UPDATE', [params.id]);
      const hub = found ? await findHub(tx, params.id) : null;
      if (!hub) throw new NotFound('subscription', params.id);
      await requeueParked(tx, replayHub.permit(tx, { hubId: hub.id, parked: hub.parked }), hub.id, database.clock.tick());
      record(tx, 'hub.replayed', hub.id, { hubId: hub.id, consumer: hub.id, count: hub.parked });
      tx.afterCommit(nudge);
    });
    return { body: shownHub(service, await hubOf(database, params.id)) };
  },
});

async function hubOf(database: Database, id: string): Promise<HubRow> {
  const row = await findHub(database, id);
  if (!row) throw new NotFound('subscription', id);
  return row;
}

const shownHub = (service: Service, { createdAt, ...row }: HubRow): components['schemas']['Hub'] =>
  ({ href: service.href(`${path}/${row.id}`), '@type': 'Hub', ...row, createdAt: isoTime(createdAt) });

const shownDelivery = (service: Service, { id, occurredAt, ...row }: DeliveryRow): components['schemas']['HubDelivery'] => ({
  id: String(id), href: service.href(`${path}/${row.hubId}/delivery?state=${row.state}`), '@type': 'HubDelivery', ...row, occurredAt: isoTime(occurredAt),
});
