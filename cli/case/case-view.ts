import { ok, where } from '#runtime/client';
import type { CaseView } from '../renderers/case.ts';
import type { Session } from '../session.ts';

const notesMax = 200;
const ticketsMax = 100;

/**
 * A case with its notes and tickets, oldest first, from three places at once.
 * @throws RemoteError when there is no such case
 */
export async function caseView({ clients }: Pick<Session, 'clients'>, id: string): Promise<CaseView> {
  const path = { id };
  const [found, notes, tickets] = await Promise.all([
    ok(clients.case.GET('/case/{id}', { params: { path } })),
    ok(clients.case.GET('/case/{id}/note', { params: { path, query: { limit: notesMax } } })),
    ok(clients.TMF621.GET('/troubleTicket', { params: { query: { limit: ticketsMax, ...where({ caseId: id }) } } })),
  ]);
  return {
    '@type': 'CaseView', id, case: found,
    notes: notes.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)),
    tickets: tickets.toSorted((a, b) => (a.id ?? '').localeCompare(b.id ?? '', 'en', { numeric: true })),
  };
}
