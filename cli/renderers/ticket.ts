import type { components } from '#generated/types/TMF621';
import { card, lineWidth } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean, wrap } from './text.ts';
import { anyText, minuteText } from './values.ts';

/** A trouble ticket with our extensions (DOMAIN §9 "TMF carriers"). */
export type TroubleTicket = components['schemas']['TroubleTicket'] & {
  readonly agentId?: unknown;
  readonly caseId?: unknown;
  readonly slaDueAt?: unknown;
};

export function renderTicket(ticket: TroubleTicket, look: Look): string {
  const status = clean(ticket.status ?? '');
  return card({
    title: 'Ticket',
    marks: [clean(ticket.id ?? ''), stateText(status, look), clean(ticket.severity ?? ''), clean(ticket.ticketType ?? '')],
    lines: [...wrap(`${minuteText(ticket.creationDate)}  ${clean(ticket.description ?? '')}`, lineWidth(look)), aboutLine(ticket), workLine(ticket), ...noteLines(ticket, look)].filter((line) => line !== ''),
  }, look);
}

/** Ids of what it is about: customer, case, order, line, service. */
function aboutLine({ relatedParty = [], relatedEntity = [] }: TroubleTicket): string {
  const customers = relatedParty.filter(({ role }) => role === 'customer').map(({ id }) => id);
  const entities = relatedEntity.map(({ id }) => id);
  return [...customers, ...entities].map((id) => clean(id ?? '')).filter((id) => id !== '').join('   ');
}

function workLine(ticket: TroubleTicket): string {
  const due = typeof ticket.slaDueAt === 'string' ? `due ${minuteText(ticket.slaDueAt)}` : '';
  const agent = typeof ticket.agentId === 'string' ? `with ${clean(ticket.agentId)}` : 'nobody works on it';
  return [due, agent, ticket.statusChangeReason ? `because: ${clean(ticket.statusChangeReason)}` : ''].filter(Boolean).join('   ');
}

const noteLines = ({ note = [] }: TroubleTicket, look: Look): string[] =>
  note.flatMap(({ date, author, text }) => wrap(`${minuteText(date)}  ${clean(anyText(author))}  note: ${clean(text ?? '')}`, lineWidth(look)));
