import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class TicketShowCommand extends BssCommand {
  static override paths = [['ticket', 'show']];

  static override usage = Command.Usage({ category: 'Ticket', description: 'Show a trouble ticket.' });

  id = Option.String({ name: 'ticket-id' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.TMF621.GET('/troubleTicket/{id}', { params: { path: { id: this.id } } }));
  }
}
