import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export const ticketStates = ['acknowledged', 'rejected', 'pending', 'held', 'inProgress', 'cancelled', 'closed', 'resolved'] as const;

export class TicketListCommand extends ListCommand {
  static override paths = [['ticket', 'list']];

  static override usage = Command.Usage({
    category: 'Ticket',
    description: 'List trouble tickets, newest first.',
    examples: [['Tickets of a case', '$0 ticket list --case CASE-003'], ['What an engineer works on', '$0 ticket list --agent AGT-003 --state inProgress']],
  });

  customer = Option.String('--customer', { description: 'Only tickets about this customer.' });
  case = Option.String('--case', { description: 'Only tickets of this case.' });
  state = Option.String('--state', { description: 'Only acknowledged, inProgress, pending, held, resolved, closed, cancelled or rejected ones.' });
  agent = Option.String('--agent', { description: 'Only tickets this member of staff works on.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }, { where }] = await Promise.all([import('../page.ts'), import('../choice.ts'), import('#runtime/client')]);
    const status = this.state === undefined ? undefined : oneOf(this.state, ticketStates, '--state');
    const filters = where({ 'relatedParty.id': this.customer, caseId: this.case, status, agentId: this.agent });
    return printList(session, this, {
      title: 'Tickets', type: 'TroubleTicket', marks: [this.customer ?? this.case ?? '', status ?? ''],
      fetch: (window) => session.clients.TMF621.GET('/troubleTicket', { params: { query: { ...window, ...filters } } }),
    });
  }
}
