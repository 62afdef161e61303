import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class TicketCloseCommand extends WriteCommand {
  static override paths = [['ticket', 'close']];

  static override usage = Command.Usage({
    category: 'Ticket',
    description: 'Close a resolved ticket for good.',
  });

  id = Option.String({ name: 'ticket-id' });

  protected override async run(session: Session): Promise<number> {
    const { fireTicket } = await import('./fire.ts');
    return fireTicket(session, this.id, { trigger: 'close' });
  }
}
