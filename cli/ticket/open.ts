import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

const severities = ['critical', 'high', 'normal', 'low'] as const;

export class TicketOpenCommand extends WriteCommand {
  static override paths = [['ticket', 'open']];

  static override usage = Command.Usage({
    category: 'Ticket',
    description: 'Open a trouble ticket.',
    details: 'Severity and type set its deadline. A ticket of a case keeps it from being resolved until it is done.',
    examples: [['For a case', '$0 ticket open service_outage "HLR times out" --severity high --case CASE-003 --customer CUST-022']],
  });

  type = Option.String({ name: 'ticket-type' });
  subject = Option.String({ name: 'subject' });
  severity = Option.String('--severity', 'normal', { description: 'critical, high, normal or low.' });
  customer = Option.String('--customer', { description: 'Whom it is about.' });
  case = Option.String('--case', { description: 'Case it belongs to.' });
  order = Option.String('--order', { description: 'Product order it is about.' });
  subscription = Option.String('--subscription', { description: 'Line it is about.' });
  service = Option.String('--service', { description: 'Service it is about.' });
  agent = Option.String('--agent', { description: 'Member of staff who works on it.' });

  protected override async run(session: Session): Promise<number> {
    const [{ oneOf }, { ticketBody }] = await Promise.all([import('../choice.ts'), import('./ticket-body.ts')]);
    const body = ticketBody({ ...this, severity: oneOf(this.severity, severities, '--severity') });
    return session.show(session.clients.TMF621.POST('/troubleTicket', { body, ...session.once }));
  }
}
