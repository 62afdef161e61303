import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class TicketCancelCommand extends WriteCommand {
  static override paths = [['ticket', 'cancel']];

  static override usage = Command.Usage({
    category: 'Ticket',
    description: 'End a ticket undone.',
    examples: [['It was none', '$0 ticket cancel TKT-005 "opened twice"']],
  });

  id = Option.String({ name: 'ticket-id' });
  reason = Option.String({ name: 'reason' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { fireTicket }] = await Promise.all([import('../confirm.ts'), import('./fire.ts')]);
    await confirm(session, () => Promise.resolve(`End ticket ${this.id}?`));
    return fireTicket(session, this.id, { trigger: 'cancel', reason: this.reason });
  }
}
