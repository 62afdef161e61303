import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/inventory';
import { addMsisdnRange, msisdnStates, numberFormatInvalid, quarantineLineLive } from '#policy/msisdn';
import { enforce } from '#policy/rule';
import { NotFound } from '#runtime/errors';
import { nationalNumber } from '#runtime/numbering';
import { listed } from '../list.ts';
import { etagOf } from '../resource/etag.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { quarantine } from './give-back.ts';
import { liveLinesOf } from './neighbour.ts';
import { insertMsisdnRange, type MsisdnRow } from './store-inventory.ts';

type Wire = components['schemas']['Msisdn'];
type Routes = Pick<CrmHandlers,
  'inventory.listMsisdn' | 'inventory.retrieveMsisdn' | 'inventory.countMsisdn' | 'inventory.createMsisdnRange' | 'inventory.quarantineMsisdn'>;

const collection = '/bss-api/inventory/v1/msisdn';

/** Numbers of the pool (DOMAIN §2 "Own API", §4 "MSISDN"). */
export function msisdnRoutes(service: Service): Routes {
  return {
    async 'inventory.listMsisdn'({ query }) {
      const page = pageOf(query, service.config);
      const { where, values } = conditions(query);
      const rows = await service.db.read<MsisdnRow>(
        `SELECT * FROM inventory.msisdn WHERE ${where} ORDER BY msisdn LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
        [...values, page.limit, page.offset]);
      const count = await service.db.one<{ total: number }>(`SELECT count(*) AS total FROM inventory.msisdn WHERE ${where}`, values);
      return listed(query, page, service.href(collection), rows.map((row) => show(service, row)), count?.total ?? 0);
    },
    async 'inventory.retrieveMsisdn'({ params }) {
      const row = await find(service, params.msisdn);
      return { body: show(service, row), headers: { ETag: etagOf(row) } };
    },
    async 'inventory.countMsisdn'({ query }) {
      return { body: await count(service, query.prefix ?? '') };
    },
    async 'inventory.createMsisdnRange'({ body }) {
      const wire = await service.db.tx((tx) => addRange(service, tx, body));
      return { status: 201, body: wire, headers: { Location: wire.href } };
    },
    async 'inventory.quarantineMsisdn'({ params, body }) {
      const { msisdn, status } = await find(service, params.msisdn);
      const liveLines = status === 'assigned' ? await liveLinesOf(service, { msisdn }) : [];
      const row = await service.db.tx((tx) => rest(service, tx, msisdn, liveLines, body?.reason ?? null));
      return { body: show(service, row) };
    },
  };
}

interface Filter {
  readonly status?: string;
  readonly prefix?: string;
  readonly subscriptionId?: string;
  readonly customerId?: string;
}

function conditions({ status, prefix, subscriptionId, customerId }: Filter): { where: string; values: string[] } {
  const tests = [['status =', status], ['msisdn LIKE', prefix && `${prefix}%`], ['subscription_id =', subscriptionId], ['customer_id =', customerId]] as const;
  const asked = tests.flatMap(([test, value]) => (value ? [{ test, value }] : []));
  return { where: asked.map(({ test }, i) => `${test} $${i + 1}`).join(' AND ') || 'true', values: asked.map(({ value }) => value) };
}

/** @throws {PolicyViolation} msisdn.reserve.format_invalid  @throws {NotFound} */
async function find(service: Service, written: string): Promise<MsisdnRow> {
  const msisdn = nationalNumber(written, service.config);
  enforce([numberFormatInvalid], { preference: written, preferred: msisdn });
  const row = await service.db.one<MsisdnRow>('SELECT * FROM inventory.msisdn WHERE msisdn = $1', [msisdn]);
  if (!row) throw new NotFound('msisdn', msisdn ?? written);
  return row;
}

async function count(service: Service, prefix: string): Promise<components['schemas']['MsisdnCount']> {
  const rows = await service.db.read<{ status: string; n: number }>(
    'SELECT status, count(*) AS n FROM inventory.msisdn WHERE msisdn LIKE $1 GROUP BY status', [`${prefix}%`]);
  const of = (status: string): number => rows.find((row) => row.status === status)?.n ?? 0;
  const [available = 0, reserved = 0, assigned = 0, quarantined = 0, ported = 0] = msisdnStates.map(of);
  return {
    id: prefix || 'all', href: service.href(`/bss-api/inventory/v1/msisdnCount${prefix ? `?prefix=${prefix}` : ''}`), '@type': 'MsisdnCount', prefix,
    available, reserved, assigned, quarantined, ported_out: ported, total: available + reserved + assigned + quarantined + ported,
  };
}

async function addRange(service: Service, tx: Tx, { prefix, count: wanted }: { prefix: string; count: number }): Promise<components['schemas']['MsisdnRange']> {
  const { msisdnLength, msisdnLowWater, msisdnRanges } = service.config;
  // The operator's numbers start as those it was founded with.
  const plan = [...new Set(msisdnRanges.map((range) => range.slice(0, 1)))];
  const permit = addMsisdnRange.permit(tx, { prefix, count: wanted, msisdnLength, plan });
  const first = Number(prefix.padEnd(msisdnLength, '0'));
  const last = first + wanted - 1;
  const added = await insertMsisdnRange(tx, permit, { first, last, digits: msisdnLength }, msisdnLowWater, service.clock.now());
  const free = await tx.one<{ n: number }>(`SELECT count(*) AS n FROM inventory.msisdn WHERE status = 'available'`);
  const available = free?.n ?? 0;
  const [low, high] = [first, last].map((n) => String(n).padStart(msisdnLength, '0'));
  const id = `${low}-${high}`;
  if (added > 0) record(tx, 'msisdn.range_added', id, { id, count: added, available });
  return {
    id, href: service.href(`${collection}?prefix=${prefix}`), '@type': 'MsisdnRange', prefix, requested: wanted, added, first: low, last: high, available,
  };
}

/** A number that rests already stays as it is. */
async function rest(service: Service, tx: Tx, msisdn: string, liveLines: readonly string[], reason: string | null): Promise<MsisdnRow> {
  const row = await tx.one<MsisdnRow>('SELECT * FROM inventory.msisdn WHERE msisdn = $1 FOR UPDATE', [msisdn]);
  if (!row) throw new NotFound('msisdn', msisdn);
  if (row.status === 'quarantined') return row;
  enforce([quarantineLineLive], { msisdn, liveLines });
  return quarantine(service.config, tx, row, 'deprovision', {}, { at: service.clock.now(), reason });
}

const show = (service: Service, row: MsisdnRow): Wire => ({
  id: row.msisdn, href: service.href(`${collection}/${row.msisdn}`), '@type': 'Msisdn', msisdn: row.msisdn, status: row.status, origin: row.origin,
  reservedBy: row.reservedBy, subscriptionId: row.subscriptionId, customerId: row.customerId,
  quarantineUntil: row.quarantineUntil?.toISOString() ?? null, assignedAt: row.assignedAt?.toISOString() ?? null,
});
