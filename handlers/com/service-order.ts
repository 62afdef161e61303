import type { components } from '#generated/types/TMF641';
import { keyed, ok, where } from '#runtime/client';
import type { Service } from '../service.ts';
import { madeBy, type Failure, type SagaData, type ServiceNews, type Work } from './saga.ts';
import { keyOf } from './step.ts';

type ServiceOrder = components['schemas']['ServiceOrder'];

/**
 * Asks som for the service of an order; the same key finds the first service order again.
 * @returns what the saga keeps of it
 */
export async function requestService({ clients }: Service, work: Work): Promise<SagaData> {
  const specificationId = work.data.specificationId ?? '';
  const mapping = await ok(clients.catalog.GET('/specification/{id}/serviceMapping', { params: { path: { id: specificationId } } }));
  const { id, name } = mapping.customerFacingService;
  const answer = await ok(clients.TMF641.POST('/serviceOrder', {
    body: {
      externalId: work.orderId, category: 'mobile', description: `${work.offeringName} for ${work.orderId}`,
      relatedParty: [{ id: work.customerId, role: 'customer', '@type': 'RelatedParty', '@referredType': 'Customer' }],
      serviceOrderItem: [{
        id: '1', action: 'add',
        service: {
          serviceSpecification: { id, name },
          relatedEntity: [{ id: specificationId, role: 'productSpecification', '@referredType': 'ProductSpecification' }],
          serviceCharacteristic: work.msisdnPreference === null ? [] : [{ name: 'msisdnPreference', value: work.msisdnPreference }],
        },
      }],
    },
    ...keyed(keyOf(work, 'so')),
  }));
  return newsOf(answer);
}

/** Looks a service order up. */
export const serviceOrderOf = async ({ clients }: Service, id: string): Promise<SagaData> =>
  newsOf(await ok(clients.TMF641.GET('/serviceOrder/{id}', { params: { path: { id } } })));

/**
 * Looks for the service order that clears the network after a line has ended. Nobody asked for it in
 * the line's name, so it is found by the service that the line's first service order made.
 * @returns nothing while there is none
 */
export async function removalOf({ clients, db }: Service, subscriptionId: string): Promise<SagaData> {
  const serviceOrderId = await madeBy(db, subscriptionId);
  if (serviceOrderId === null) return {};
  const made = await ok(clients.TMF641.GET('/serviceOrder/{id}', { params: { path: { id: serviceOrderId } } }));
  const serviceId = made.serviceOrderItem?.[0]?.service?.id;
  if (!serviceId) return {};
  const query = { limit: 1, ...where({ 'serviceOrderItem.service.id': serviceId, 'serviceOrderItem.action': 'delete' }) };
  const [removal] = await ok(clients.TMF641.GET('/serviceOrder', { params: { query } }));
  const removalState = states[removal?.state ?? ''];
  return removal?.id ? { removalId: removal.id, ...(removalState ? { removalState } : {}) } : {};
}

const states: Readonly<Record<string, ServiceNews>> = {
  inProgress: 'inProgress', held: 'held', completed: 'completed', failed: 'failed', cancelled: 'cancelled', rejected: 'failed',
};

function newsOf(order: ServiceOrder): SagaData {
  const serviceState = states[order.state ?? ''];
  const characteristics = order.serviceOrderItem?.[0]?.service?.serviceCharacteristic ?? [];
  const valueOf = (name: string): string | undefined => {
    const value: unknown = characteristics.find((one) => one.name === name)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const [msisdn, iccid] = [valueOf('msisdn'), valueOf('iccid')];
  return {
    ...(order.id ? { serviceOrderId: order.id } : {}), ...(serviceState ? { serviceState } : {}), ...(msisdn ? { msisdn } : {}), ...(iccid ? { iccid } : {}),
    ...(serviceState === 'failed' || serviceState === 'cancelled' ? { serviceFailure: failureOf(order) } : {}),
  };
}

/** som explains a failed order in its first error message. */
function failureOf(order: ServiceOrder): Failure {
  const [first] = order.errorMessage ?? [];
  const message = first?.message ?? first?.reason ?? `The service order was ${order.state}.`;
  return { rule: first?.code ?? null, message };
}
