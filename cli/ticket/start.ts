import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class TicketStartCommand extends WriteCommand {
  static override paths = [['ticket', 'start']];

  static override usage = Command.Usage({
    category: 'Ticket',
    description: 'Begin to work on a ticket that somebody is assigned to.',
  });

  id = Option.String({ name: 'ticket-id' });

  protected override async run(session: Session): Promise<number> {
    const { fireTicket } = await import('./fire.ts');
    return fireTicket(session, this.id, { trigger: 'start' });
  }
}
