import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class TicketAssignCommand extends WriteCommand {
  static override paths = [['ticket', 'assign']];

  static override usage = Command.Usage({
    category: 'Ticket', description: 'Give a ticket to a member of staff.',
    examples: [['To an engineer', '$0 ticket assign TKT-005 AGT-003']],
  });

  id = Option.String({ name: 'ticket-id' });
  agent = Option.String({ name: 'agent-id' });

  protected override async run(session: Session): Promise<number> {
    const [{ ok }, { party }] = await Promise.all([import('#runtime/client'), import('./ticket-body.ts')]);
    const at = { params: { path: { id: this.id } } };
    // A list is replaced as a whole, so the other parties come along.
    const { relatedParty = [] } = await ok(session.clients.TMF621.GET('/troubleTicket/{id}', at));
    const others = relatedParty.filter(({ id = '' }) => !id.startsWith('AGT-'));
    const body = { relatedParty: [...others, ...party(this.agent, 'agent', 'Individual')] };
    return session.show(session.clients.TMF621.PATCH('/troubleTicket/{id}', { ...at, body, ...session.once }));
  }
}
