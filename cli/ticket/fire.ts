import type { components } from '#generated/types/case';
import { ok } from '#runtime/client';
import type { Session } from '../session.ts';

/** Fires a trigger of a ticket and shows the whole ticket as it is then. @returns the exit code */
export async function fireTicket(session: Session, id: string, body: components['schemas']['TicketTransition']): Promise<number> {
  const at = { params: { path: { id } } };
  const call = session.clients.case.POST('/ticket/{id}/transition', { ...at, body, ...session.once });
  if (session.dryRun) return session.show(call);
  await ok(call);
  return session.show(session.clients.TMF621.GET('/troubleTicket/{id}', at));
}
