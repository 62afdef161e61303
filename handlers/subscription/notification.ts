import type { Tx } from '#db/database';
import { record } from '#events/record';
import { lineEvent } from './event.ts';
import type { Line } from './line.ts';

/** What a customer is told of; crm words it and finds the address (DOMAIN §5 F11). */
export type Template = 'renewal_reminder' | 'price_change';

/** Asks for a message to the customer of a line, in the transaction of what it tells of; those of a customer keep their order. */
export function notify(tx: Tx, template: Template, line: Line, facts: Readonly<Record<string, unknown>>): void {
  record(tx, 'notification.requested', line.customerId, { ...lineEvent(line), template, medium: 'email', offeringName: line.offeringName, currency: line.currency, ...facts });
}
