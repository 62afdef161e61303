import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class TicketMoveCommand extends WriteCommand {
  static override paths = [['ticket', 'move']];

  static override usage = Command.Usage({
    category: 'Ticket',
    description: 'Move a ticket on to another state.',
    details: 'inProgress starts, resumes or reopens it; pending waits for the customer and stops its clock, held waits for us.',
    examples: [['Wait for the customer', '$0 ticket move TKT-005 pending --reason "asked for the device model"']],
  });

  id = Option.String({ name: 'ticket-id' });
  state = Option.String({ name: 'state' });
  reason = Option.String('--reason', { description: 'Why; needed for rejected and cancelled.' });

  protected override async run(session: Session): Promise<number> {
    const [{ oneOf }, { ticketStates }] = await Promise.all([import('../choice.ts'), import('./list.ts')]);
    const body = { status: oneOf(this.state, ticketStates, 'The state'), ...(this.reason === undefined ? {} : { statusChangeReason: this.reason }) };
    return session.show(session.clients.TMF621.PATCH('/troubleTicket/{id}', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
