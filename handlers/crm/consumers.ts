import type { Tx } from '#db/database';
import type { Consumer, DomainEvent } from '#events/consumer';
import { eidOf } from '#runtime/numbering';
import type { Service } from '../service.ts';
import { report } from './esim.ts';
import { deleteProfile, quarantine } from './give-back.ts';
import type { EsimRow, MsisdnRow, Occasion } from './store-inventory.ts';

/** What crm does when others have done their part (DOMAIN §5 F1 step 11, F7 step 3). */
export const consumersOf = (service: Service): readonly Consumer[] => [
  { name: 'crm.deprovisioned', types: ['service_order.completed'], apply: (tx, event) => deprovisioned(service, tx, event) },
  ...(service.config.simHandset === 'auto'
    ? [{ name: 'crm.handset', types: ['order.completed'], apply: (tx: Tx, event: DomainEvent) => handset(service, tx, event) } satisfies Consumer]
    : []),
];

/** The network has forgotten the line: its number rests, its profile is deleted. */
async function deprovisioned(service: Service, tx: Tx, { payload, aggregateId }: DomainEvent): Promise<void> {
  if (payload['action'] !== 'delete') return;
  const ids = { serviceOrderId: aggregateId, subscriptionId: payload['subscriptionId'] ?? null };
  const occasion: Occasion = { at: service.clock.now(), reason: 'line terminated' };
  const number = await tx.one<MsisdnRow>('SELECT * FROM inventory.msisdn WHERE msisdn = $1 FOR UPDATE', [payload['msisdn'] ?? null]);
  if (number && holds(number, payload)) {
    await quarantine(service.config, tx, number, number.status === 'assigned' ? 'deprovision' : 'release_provisioned', ids, occasion);
  }
  const profile = await tx.one<EsimRow>('SELECT * FROM inventory.esim WHERE iccid = $1 FOR UPDATE', [payload['iccid'] ?? null]);
  if (profile && profile.status !== 'deleted' && profile.status !== 'available') await deleteProfile(tx, profile, ids, occasion);
}

/** A number that was given to another line meanwhile is not this order's business. */
function holds(number: MsisdnRow, payload: DomainEvent['payload']): boolean {
  if (number.status === 'reserved') return number.reservedBy === (payload['orderId'] ?? null);
  return number.status === 'assigned' && (payload['subscriptionId'] === undefined || payload['subscriptionId'] === null || number.subscriptionId === payload['subscriptionId']);
}

/** BSS_SIM_HANDSET=auto: the customer's phone fetches, installs and enables its profile at once. */
async function handset(service: Service, tx: Tx, { aggregateId: orderId }: DomainEvent): Promise<void> {
  const profile = await tx.one<EsimRow>(
    `SELECT e.* FROM inventory.reservation r JOIN inventory.esim e ON e.iccid = r.iccid
     WHERE r.order_id = $1 AND r.state = 'assigned' FOR UPDATE OF e`, [orderId]);
  if (!profile || profile.status !== 'reserved') return;
  const downloaded = await report(service, tx, profile, 'download', null);
  const installed = await report(service, tx, downloaded, 'install', eidFor(profile));
  await report(service, tx, installed, 'enable', null);
}

/** A device of its own for each profile: issuer digits of a test EUM, then the ICCID. */
const eidFor = ({ iccid }: EsimRow): string => eidOf(`89049032${iccid.padStart(22, '0')}`);
