import { json, type Tx, type Writer } from '#db/database';
import type { Move } from '#policy/machine';
import type { Permit } from '#policy/permit';
import type { ServiceState } from '#policy/service';
import { requireContext } from '#runtime/context';
import { formatId } from '#runtime/ids';
import type { Document } from '../resource/resource.ts';
import type { ServiceRow } from './inventory.ts';

/** The next `count` ids of a sequence of this schema (DOMAIN §9). */
export async function nextIds(tx: Tx, prefix: 'SVC' | 'SO' | 'CXS', count: number): Promise<string[]> {
  const rows = await tx.read<{ number: number }>(
    'SELECT nextval($1::regclass) AS number FROM generate_series(1, $2)', [`service_inventory.seq_${prefix.toLowerCase()}`, count]);
  return rows.map((row) => formatId(prefix, row.number));
}

type ServiceMove<Action extends string = `service.${string}`> = Move<Action, ServiceState>;

export type NewService = Pick<ServiceRow, 'id' | 'parentId' | 'kind' | 'specificationId' | 'customerId' | 'orderId' | 'msisdn' | 'iccid' | 'imsi' | 'activationCode'>
  & { readonly document: Document };

/** Services as they begin. */
export async function insertServices(tx: Tx, move: ServiceMove<'service.design'>, services: readonly NewService[], at: Date): Promise<ServiceRow[]> {
  const writer = tx.writer(move.permit);
  const stored: ServiceRow[] = [];
  for (const { document, ...columns } of services) {
    stored.push(await writer.insert<ServiceRow>('service_inventory.service', {
      ...columns, state: move.to, managed: true, serviceDate: at, document: json(document), createdAt: at, updatedAt: at,
    }));
  }
  await noteChanges(writer, move, services.map(({ id }) => id), null, at);
  return stored;
}

/** Stores one transition of several locked services. */
export async function moveServices(tx: Tx, move: ServiceMove, ids: readonly string[], at: Date, reason: string | null): Promise<ServiceRow[]> {
  const writer = tx.writer(move.permit);
  const moved = await writer.sql<ServiceRow>(
    `WITH moved AS (UPDATE service_inventory.service SET state = $2, rev = rev + 1, updated_at = $3 WHERE id = ANY($1) RETURNING *)
     SELECT * FROM moved ORDER BY length(id), id`, [ids, move.to, at]);
  await noteChanges(writer, move, ids, reason, at);
  return moved;
}

const noteChanges = (writer: Writer, move: ServiceMove, ids: readonly string[], reason: string | null, at: Date): Promise<unknown> =>
  writer.sql(
    `INSERT INTO service_inventory.service_history (service_id, from_state, to_state, trigger, reason, actor, at)
     SELECT id, $2, $3, $4, $5, $6, $7 FROM unnest($1::text[]) AS id`, [ids, move.from, move.to, move.trigger, reason, requireContext().actor, at]);

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
