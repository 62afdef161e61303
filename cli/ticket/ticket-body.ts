import type { components } from '#generated/types/TMF621';

export interface NewTicket {
  readonly type: string;
  readonly subject: string;
  readonly severity: string;
  readonly customer?: string | undefined;
  readonly case?: string | undefined;
  readonly order?: string | undefined;
  readonly subscription?: string | undefined;
  readonly service?: string | undefined;
  readonly agent?: string | undefined;
}

type RelatedParty = components['schemas']['RelatedParty'];
type RelatedEntity = components['schemas']['RelatedEntity'];

/** TMF621 ticket to create: whom and what it is about as related parties and entities. */
export function ticketBody(ticket: NewTicket) {
  const relatedParty = [...party(ticket.customer, 'customer', 'Customer'), ...party(ticket.agent, 'agent', 'Individual')];
  const relatedEntity = [
    ...entity(ticket.case, 'case', 'Case'), ...entity(ticket.order, 'productOrder', 'ProductOrder'),
    ...entity(ticket.subscription, 'product', 'Product'), ...entity(ticket.service, 'service', 'Service'),
  ];
  return {
    ticketType: ticket.type, description: ticket.subject, severity: ticket.severity,
    ...(relatedParty.length > 0 ? { relatedParty } : {}), ...(relatedEntity.length > 0 ? { relatedEntity } : {}),
  };
}

export const party = (id: string | undefined, role: string, referredType: string): RelatedParty[] =>
  (id === undefined ? [] : [{ id, role, '@referredType': referredType }]);

const entity = (id: string | undefined, role: string, referredType: string): RelatedEntity[] =>
  (id === undefined ? [] : [{ id, role, '@referredType': referredType }]);
