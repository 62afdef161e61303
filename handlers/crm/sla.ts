/** Service levels of cases and tickets (DOMAIN §3 "SLA minutes"). */
import { isoTime } from '#runtime/clock';
import type { Document } from '../resource/resource.ts';

export type Priority = 'low' | 'normal' | 'high' | 'urgent';

export const categories = [
  'service_outage', 'billing_dispute', 'configuration', 'other', 'fraud', 'identity_recovery', 'regulator_complaint', 'bereavement',
] as const;
export type Category = (typeof categories)[number];

type Minutes = Readonly<Record<Priority, number>>;

const minutes: Readonly<Record<Category, Minutes>> = {
  service_outage: { low: 480, normal: 240, high: 60, urgent: 30 },
  billing_dispute: { low: 2880, normal: 1440, high: 480, urgent: 120 },
  configuration: { low: 2880, normal: 1440, high: 720, urgent: 240 },
  other: { low: 2880, normal: 1440, high: 720, urgent: 240 },
  fraud: { low: 720, normal: 240, high: 60, urgent: 30 },
  identity_recovery: { low: 720, normal: 240, high: 60, urgent: 30 },
  regulator_complaint: { low: 1440, normal: 720, high: 240, urgent: 60 },
  bereavement: { low: 1440, normal: 720, high: 240, urgent: 60 },
};

const priorities: Readonly<Record<string, Priority>> = { critical: 'urgent', high: 'high', low: 'low' };

/** TMF621 severity is free text; what is not Critical, High or Low counts as normal. */
export const priorityOf = (severity: string): Priority => priorities[severity.toLowerCase()] ?? 'normal';

/** TMF621 ticketType is free text; what is not one of ours counts as other. */
export const categoryOf = (ticketType: string): Category => categories.find((one) => one === ticketType.toLowerCase()) ?? 'other';

/** When a ticket opened at `openedAt` has to be done; time spent pending comes on top. */
export const dueAt = (openedAt: Date, category: Category, priority: Priority): Date =>
  new Date(openedAt.getTime() + minutes[category][priority] * 60_000);

/** How urgent a ticket is, and when it has to be done. */
export interface ServiceLevel {
  readonly priority: Priority;
  readonly slaDueAt: Date;
}

interface Levelled extends ServiceLevel {
  readonly createdAt: Date;
  readonly ticketType: string;
}

/** What its severity and type, as they are after a change, make of it; the time it has waited so far stays on top. */
export function levelAfter(ticket: Levelled, { severity, ticketType }: Document): ServiceLevel {
  const priority = priorityOf(String(severity));
  const due = (type: string, level: Priority): number => dueAt(ticket.createdAt, categoryOf(type), level).getTime();
  return { priority, slaDueAt: new Date(ticket.slaDueAt.getTime() + due(String(ticketType), priority) - due(ticket.ticketType, ticket.priority)) };
}

/** Attributes of TMF621 that say the service level follow it as long as no client has set them. */
export function following(shown: Document, before: ServiceLevel, after: ServiceLevel): Document {
  const dueBefore = isoTime(before.slaDueAt);
  const dueAfter = isoTime(after.slaDueAt);
  return {
    ...(shown['priority'] === before.priority && after.priority !== before.priority ? { priority: after.priority } : {}),
    ...(shown['expectedResolutionDate'] === dueBefore && dueAfter !== dueBefore ? { expectedResolutionDate: dueAfter } : {}),
  };
}
