import { unknownReference } from '#policy/reference';
import { ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import type { Service } from './service.ts';

/**
 * An id of ours is somebody's: a row that is only recorded may not name a customer who is yet to come (DOMAIN §1).
 * @throws {PolicyViolation} reference.id.unknown
 * @throws {Unavailable} crm cannot be reached
 */
export async function requireCustomer({ clients }: Service, id: string): Promise<void> {
  try {
    await ok(clients.TMF629.GET('/customer/{id}', { params: { path: { id }, query: { fields: 'id' } } }));
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) throw unknownReference('customer', id, 'customer.list');
    throw error;
  }
}
