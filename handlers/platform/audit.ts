import type { Database } from '#db/database';
import type { PlatformHandlers } from '#generated/stubs/platform';
import type { components } from '#generated/types/audit';
import { isoTime } from '#runtime/clock';
import { listed } from '../list.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { verifyChains } from './chain.ts';
import { countEvents, cursorPosition, listEvents, type EventFilter, type LedgerRow } from './ledger.ts';

type Handlers = Pick<PlatformHandlers, 'audit.listEvent' | 'audit.verifyEvents'>;

const path = '/bss-api/audit/v1/event';

/** @param database of the platform role, the only one beside the report's that reads the ledger */
export function auditHandlers(service: Service, database: Database): Handlers {
  return {
    'audit.listEvent': async ({ query }) => {
      const page = pageOf(query, service.config);
      const filter: EventFilter = {
        eventId: query.eventId, aggregateType: query.aggregateType, aggregateId: query.aggregateId, eventType: query.eventType,
        since: query.since === undefined ? undefined : new Date(query.since), traceId: query.traceId,
        afterPosition: query.after === undefined ? undefined : await cursorPosition(database, query.after),
      };
      const [rows, total] = await Promise.all([listEvents(database, filter, page), countEvents(database, filter)]);
      return listed(query, page, service.href(path), rows.map((row) => shown(service, row)), total);
    },
    'audit.verifyEvents': async ({ query }) => {
      const { aggregateType: type, aggregateId: id } = query;
      const found = await verifyChains(database, type ?? null, id ?? null);
      return { body: {
        id: [type, id].filter((one) => one !== undefined).join('/') || 'all', href: service.href(`${path}/verify${queryText({ aggregateType: type, aggregateId: id })}`),
        '@type': 'ChainVerification', intact: found.breaks.length === 0, ...found, verifiedAt: isoTime(service.clock.now()),
      } };
    },
  };
}

function queryText(members: Readonly<Record<string, string | undefined>>): string {
  const text = Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`])).join('&');
  return text && `?${text}`;
}

const shown = (service: Service, row: LedgerRow): components['schemas']['Event'] => ({
  ...row, id: row.eventId, href: service.href(`${path}?eventId=${row.eventId}`), '@type': 'Event', occurredAt: isoTime(row.occurredAt),
});
