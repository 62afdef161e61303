/** Values of the cards of cases, tickets and interactions, with one text wherever a person wrote something. */
import type { Case, CaseNote, CaseView } from '#cli/renderers/case';
import type { PartyInteraction } from '#cli/renderers/interaction';
import type { TroubleTicket } from '#cli/renderers/ticket';

const href = 'http://localhost:8002/x';
const at = '2026-11-22T09:12:00.000Z';

export const caseOf = (text: string): Case => ({
  id: 'CASE-003', href, '@type': 'Case', customerId: 'CUST-022', subject: text, description: `${text} and more of it`, category: 'fraud', priority: 'urgent', state: 'in_progress', agentId: 'AGT-002',
  resolutionCode: null, openedAt: at, slaDueAt: '2026-11-22T09:42:00.000Z', slaBreachedAt: '2026-11-22T09:43:00.000Z', ticketIds: ['TKT-005'],
});

export const noteOf = (text: string): CaseNote => ({ id: 'NOTE-001', href, '@type': 'CaseNote', caseId: 'CASE-003', body: text, author: 'AGT-002', createdAt: '2026-11-22T09:40:00.000Z' });

export const ticketOf = (text: string): TroubleTicket => ({
  id: 'TKT-005', href, '@type': 'TroubleTicket', description: text, severity: 'high', ticketType: text === 'Ada Lim' ? 'service_outage' : text, status: 'inProgress', statusChangeReason: text, creationDate: at,
  slaDueAt: '2026-11-22T10:15:00.000Z', agentId: 'AGT-003', caseId: 'CASE-003', relatedParty: [{ id: 'CUST-022', role: 'customer', '@referredType': 'Customer' }],
  relatedEntity: [{ id: 'CASE-003', role: 'case', '@referredType': 'Case' }], note: [{ id: '1', date: at, author: text, text }],
});

export const caseViewOf = (text: string): CaseView => ({ '@type': 'CaseView', id: 'CASE-003', case: caseOf(text), notes: [noteOf(text)], tickets: [ticketOf(text)] });

export const interactionOf = (text: string): PartyInteraction => ({
  id: 'INT-009', href, '@type': 'PartyInteraction', status: 'completed', direction: 'inbound', reason: text, description: text, channel: [{ id: 'phone', href, name: text === 'Ada Lim' ? 'phone' : text }],
  interactionDate: { startDateTime: at }, relatedParty: [{ id: 'CUST-022', href, role: 'customer', '@referredType': 'Customer' }],
});
