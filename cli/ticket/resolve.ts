import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class TicketResolveCommand extends WriteCommand {
  static override paths = [['ticket', 'resolve']];

  static override usage = Command.Usage({
    category: 'Ticket',
    description: 'Say that a ticket is done, and what was done.',
    examples: [['After the mending', '$0 ticket resolve TKT-005 "HLR restarted"']],
  });

  id = Option.String({ name: 'ticket-id' });
  note = Option.String({ name: 'resolution-notes' });

  protected override async run(session: Session): Promise<number> {
    const { fireTicket } = await import('./fire.ts');
    return fireTicket(session, this.id, { trigger: 'resolve', note: this.note });
  }
}
