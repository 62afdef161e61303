/** Who sees which rows (DOMAIN §10 "Rights"): a customer its own, everybody else all. */
import { snake, camel } from '#db/names';
import { notOwner } from '#policy/ownership';
import { enforce } from '#policy/rule';
import { requireContext } from '#runtime/context';
import type { Binder } from './filter.ts';
import type { ResourceDefinition, ResourceRow } from './resource.ts';

/**
 * The customer this request is bound to, or null when it is bound to none. X-BSS-On-Behalf-Of binds
 * any role; the role customer without it is bound to nobody, and owns nothing.
 */
export function boundCustomer(): string | null {
  const { role, onBehalfOf } = requireContext();
  return onBehalfOf ?? (role === 'customer' ? '' : null);
}

/** Conditions that leave a bound customer its own rows. */
export function ownershipSql<Row extends ResourceRow>({ ownerColumn }: ResourceDefinition<Row>, binder: Binder): string[] {
  const customerId = ownerColumn === undefined ? null : boundCustomer();
  return customerId === null ? [] : [`r."${snake(ownerColumn!)}" = ${binder.bind(customerId, 'text')}`];
}

/** @throws {PolicyViolation} auth.customer.not_owner, 403 */
export function requireOwn<Row extends ResourceRow>(definition: ResourceDefinition<Row>, row: Row): void {
  const { key, ownerColumn } = definition;
  if (ownerColumn === undefined) return;
  const ownerId = (row as unknown as Readonly<Record<string, unknown>>)[camel(ownerColumn)]; // rows have a property per column
  requireOwner(key, row.id, typeof ownerId === 'string' ? ownerId : null);
}

/**
 * The same for anything else that belongs to a customer, such as what a create names.
 * @throws {PolicyViolation} auth.customer.not_owner, 403
 */
export function requireOwner(type: string, id: string, ownerId: string | null): void {
  const customerId = boundCustomer();
  if (customerId !== null) enforce([notOwner], { type, id, customerId, ownerId });
}
