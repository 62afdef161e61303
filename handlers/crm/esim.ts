import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/inventory';
import { activationNotIssued, addEsimRange, esimMachine, type EsimTrigger } from '#policy/esim';
import { enforce } from '#policy/rule';
import { NotFound } from '#runtime/errors';
import { activationCodeOf, iccidOf, imsiOf, isEid, newMatchingId } from '#runtime/numbering';
import { listed } from '../list.ts';
import { recordMove } from '../transition.ts';
import { etagOf } from '../resource/etag.ts';
import { requireOwner } from '../resource/ownership.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { profileFacts } from './give-back.ts';
import { insertEsimRange, moveEsim, type EsimRow } from './store-inventory.ts';

type Wire = components['schemas']['Esim'];
type Routes = Pick<CrmHandlers,
  'inventory.listEsim' | 'inventory.retrieveEsim' | 'inventory.retrieveEsimActivation' | 'inventory.createEsimRange' | 'inventory.notifyEsim'>;

const collection = '/bss-api/inventory/v1/esim';

/** eSIM profiles of the pool (DOMAIN §2 "Own API", §4 "eSIM profile"). */
export function esimRoutes(service: Service): Routes {
  return {
    async 'inventory.listEsim'({ query }) {
      const page = pageOf(query, service.config);
      const values = [query.status ?? null, query.subscriptionId ?? null];
      const where = '($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR subscription_id = $2)';
      const rows = await service.db.read<EsimRow>(`SELECT * FROM inventory.esim WHERE ${where} ORDER BY iccid LIMIT $3 OFFSET $4`, [...values, page.limit, page.offset]);
      const count = await service.db.one<{ total: number }>(`SELECT count(*) AS total FROM inventory.esim WHERE ${where}`, values);
      return listed(query, page, service.href(collection), rows.map((row) => show(service, row)), count?.total ?? 0);
    },
    async 'inventory.retrieveEsim'({ params }) {
      const row = await find(service, params.iccid);
      return { body: show(service, row), headers: { ETag: etagOf(row) } };
    },
    async 'inventory.retrieveEsimActivation'({ params }) {
      const row = await find(service, params.iccid);
      requireOwner('esim', row.iccid, row.customerId);
      enforce([activationNotIssued], { iccid: row.iccid, state: row.status });
      return { body: activation(service, row) };
    },
    async 'inventory.createEsimRange'({ body }) {
      const wire = await service.db.tx((tx) => addRange(service, tx, body));
      return { status: 201, body: wire, headers: { Location: wire.href } };
    },
    async 'inventory.notifyEsim'({ params, body }) {
      const row = await service.db.tx((tx) => notify(service, tx, params.iccid, body.event, body.eid ?? null));
      return { body: show(service, row) };
    },
  };
}

/** @throws {NotFound} */
async function find(service: Service, iccid: string): Promise<EsimRow> {
  const row = await service.db.one<EsimRow>('SELECT * FROM inventory.esim WHERE iccid = $1', [iccid]);
  if (!row) throw new NotFound('esim', iccid);
  return row;
}

async function addRange(service: Service, tx: Tx, { count, startSerial }: { count: number; startSerial?: number }): Promise<components['schemas']['EsimRange']> {
  // Two additions take turns: each goes on where the other ended.
  await tx.read('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['esim range']);
  const highest = await tx.one<{ serial: number | null }>('SELECT max(serial) AS serial FROM inventory.esim');
  const start = startSerial ?? (highest?.serial ?? 0) + 1;
  const permit = addEsimRange.permit(tx, { count, first: start });
  const profiles = Array.from({ length: count }, (_, i) => profile(start + i, service));
  const added = await insertEsimRange(tx, permit, profiles, service.config.esimLowWater, service.clock.now());
  const free = await tx.one<{ n: number }>(`SELECT count(*) AS n FROM inventory.esim WHERE status = 'available'`);
  const available = free?.n ?? 0;
  const [first, last] = [profiles[0]!.iccid, profiles.at(-1)!.iccid]; // the rule has asked for one at least
  const id = `${first}-${last}`;
  if (added > 0) record(tx, 'esim.range_added', id, { id, count: added, available });
  return { id, href: service.href(`${collection}?status=available`), '@type': 'EsimRange', requested: count, added, first, last, available };
}

const profile = (serial: number, { config }: Service): { serial: number; iccid: string; imsi: string; matchingId: string } =>
  ({ serial, iccid: iccidOf(serial, config), imsi: imsiOf(serial, config), matchingId: newMatchingId() });

/** A report that tells nothing new changes nothing. */
async function notify(service: Service, tx: Tx, iccid: string, trigger: EsimTrigger, eid: string | null): Promise<EsimRow> {
  const row = await tx.one<EsimRow>('SELECT * FROM inventory.esim WHERE iccid = $1 FOR UPDATE', [iccid]);
  if (!row) throw new NotFound('esim', iccid);
  const told = esimMachine.definition.transitions.find((one) => one.trigger === trigger)?.to === row.status;
  return told ? row : report(service, tx, row, trigger, eid);
}

/** What a device did with a profile. @param eid device, told on install */
export async function report(service: Service, tx: Tx, row: EsimRow, trigger: EsimTrigger, eid: string | null): Promise<EsimRow> {
  const ids = { iccid: row.iccid, subscriptionId: row.subscriptionId };
  const move = esimMachine.move(tx, row.status, trigger, profileFacts(row, row.reservedBy, eid, eid !== null && isEid(eid)), ids);
  const change = { ...(trigger === 'install' ? { eid } : {}), ...(trigger === 'delete' ? { reservedBy: null } : {}) };
  const moved = await moveEsim(tx, move, row, change, { at: service.clock.now(), reason: null });
  recordMove(tx, move, row.iccid, { ...ids, customerId: row.customerId, eid: moved.eid });
  return moved;
}

const show = (service: Service, row: EsimRow): Wire => ({
  id: row.iccid, href: service.href(`${collection}/${row.iccid}`), '@type': 'Esim', iccid: row.iccid, imsi: row.imsi, status: row.status,
  smdpAddress: service.config.smdpAddress, eid: row.eid, reservedBy: row.reservedBy, msisdn: row.msisdn, subscriptionId: row.subscriptionId, customerId: row.customerId,
});

const activation = (service: Service, row: EsimRow): components['schemas']['EsimActivation'] => ({
  id: row.iccid, href: service.href(`${collection}/${row.iccid}/activation`), '@type': 'EsimActivation', iccid: row.iccid,
  activationCode: activationCodeOf(service.config.smdpAddress, row.matchingId), smdpAddress: service.config.smdpAddress, matchingId: row.matchingId, status: row.status,
  msisdn: row.msisdn, subscriptionId: row.subscriptionId, customerId: row.customerId,
});
