import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CaseListCommand extends ListCommand {
  static override paths = [['case', 'list']];

  static override usage = Command.Usage({
    category: 'Case',
    description: 'List cases, newest first.',
    examples: [['Cases of a customer', '$0 case list --customer CUST-022'], ['Cases nobody has taken', '$0 case list --state open']],
  });

  customer = Option.String('--customer', { description: 'Only cases of this customer.' });
  state = Option.String('--state', { description: 'Only open, in_progress, pending_customer, resolved or closed ones.' });
  agent = Option.String('--agent', { description: 'Only cases this member of staff works on.' });
  category = Option.String('--category', { description: 'Only cases about this.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }, { caseStates }] = await Promise.all([import('../page.ts'), import('../choice.ts'), import('./choices.ts')]);
    const query = {
      ...(this.customer === undefined ? {} : { customerId: this.customer }),
      ...(this.state === undefined ? {} : { state: oneOf(this.state, caseStates, '--state') }),
      ...(this.agent === undefined ? {} : { agentId: this.agent }),
      ...(this.category === undefined ? {} : { category: this.category }),
    };
    return printList(session, this, {
      title: 'Cases', type: 'Case', marks: [this.customer ?? '', this.state ?? ''],
      fetch: (window) => session.clients.case.GET('/case', { params: { query: { ...window, ...query } } }),
    });
  }
}
