import { json, type Tx } from '#db/database';
import type { Move } from '#policy/machine';
import type { Permit } from '#policy/permit';
import type { ServiceState } from '#policy/service';
import { requireContext } from '#runtime/context';
import { formatId } from '#runtime/ids';
import type { ServiceRow } from './inventory.ts';

/** The next `count` ids of a sequence of this schema (DOMAIN §9). */
export async function nextIds(tx: Tx, prefix: 'SVC' | 'SO' | 'CXS', count: number): Promise<string[]> {
  const rows = await tx.read<{ number: number }>(
    'SELECT nextval($1::regclass) AS number FROM generate_series(1, $2)', [`service_inventory.seq_${prefix.toLowerCase()}`, count]);
  return rows.map((row) => formatId(prefix, row.number));
}

type ServiceMove<Action extends string = `service.${string}`> = Move<Action, ServiceState>;

export type NewService = Pick<ServiceRow, 'id' | 'parentId' | 'kind' | 'specificationId' | 'document'>;

/** What all services of a service order have in common. */
export type SharedByServices = Pick<ServiceRow, 'customerId' | 'orderId' | 'msisdn' | 'iccid' | 'imsi' | 'activationCode'>;

/** Services of one service order as they begin, the first one supported by the others. */
export async function insertServices(tx: Tx, move: ServiceMove<'service.design'>, services: readonly NewService[], shared: SharedByServices, at: Date): Promise<ServiceRow[]> {
  const writer = tx.writer(move.permit);
  const { customerId, orderId, msisdn, iccid, imsi, activationCode } = shared;
  return writer.sql<ServiceRow>(
    `WITH made AS (INSERT INTO service_inventory.service (id, parent_id, kind, specification_id, document, state, managed, customer_id, order_id, msisdn, iccid,
         imsi, activation_code, service_date, created_at, updated_at)
       SELECT n.id, n.parent_id, n.kind, n.specification_id, n.document, $6, true, $7, $8, $9, $10, $11, $12, $13, $13, $13
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[]) AS n (id, parent_id, kind, specification_id, document)
       RETURNING *),
       noted AS (INSERT INTO service_inventory.service_history (service_id, from_state, to_state, trigger, actor, at) SELECT id, $14, $6, $15, $16, $13 FROM made)
     SELECT * FROM made ORDER BY length(id), id`,
    [
      services.map((one) => one.id), services.map((one) => one.parentId), services.map((one) => one.kind), services.map((one) => one.specificationId),
      services.map((one) => JSON.stringify(one.document)), move.to, customerId, orderId, msisdn, iccid, imsi, activationCode, at, move.from, move.trigger,
      requireContext().actor,
    ]);
}

/** Stores one transition of several locked services. */
export const moveServices = (tx: Tx, move: ServiceMove, ids: readonly string[], at: Date, reason: string | null): Promise<ServiceRow[]> =>
  tx.writer(move.permit).sql<ServiceRow>(
    `WITH moved AS (UPDATE service_inventory.service SET state = $3, rev = rev + 1, updated_at = $7 WHERE id = ANY($1) RETURNING *),
       noted AS (INSERT INTO service_inventory.service_history (service_id, from_state, to_state, trigger, reason, actor, at)
         SELECT id, $2, $3, $4, $5, $6, $7 FROM moved)
     SELECT * FROM moved ORDER BY length(id), id`, [ids, move.from, move.to, move.trigger, reason, requireContext().actor, at]);

/** Stores the line that services carry, and shows it. */
export async function linkServices(tx: Tx, permit: Permit<'service.link'>, serviceId: string, subscriptionId: string, at: Date): Promise<void> {
  const writer = tx.writer(permit);
  const characteristic = json([{ name: 'subscriptionId', valueType: 'string', value: subscriptionId }]);
  await writer.sql(
    `UPDATE service_inventory.service SET subscription_id = $2, rev = rev + 1, updated_at = $3,
       document = jsonb_set(document, '{serviceCharacteristic}', coalesce(document->'serviceCharacteristic', '[]') || $4::jsonb)
     WHERE id = $1 OR parent_id = $1`, [serviceId, subscriptionId, at, characteristic]);
  await writer.sql(
    `UPDATE service_inventory.service_order SET subscription_id = $2, rev = rev + 1, updated_at = $3 WHERE service_id = $1 AND subscription_id IS NULL`,
    [serviceId, subscriptionId, at]);
}

/** Remembers what a line wants of its customer-facing service. */
export async function keepWish(
  tx: Tx, permit: Permit<'service.link'>, serviceId: string, wish: Partial<Pick<ServiceRow, 'wantedState' | 'wantedSeq' | 'policySeq' | 'policyPushedSeq'>>,
): Promise<ServiceRow> {
  const [row] = await tx.writer(permit).update<ServiceRow>('service_inventory.service', { id: serviceId }, wish);
  return row!; // the row is locked by the caller
}
