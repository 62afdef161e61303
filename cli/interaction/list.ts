import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const directions = ['inbound', 'outbound'] as const;
const states = ['open', 'inProgress', 'completed'] as const;

export class InteractionListCommand extends ListCommand {
  static override paths = [['interaction', 'list']];

  static override usage = Command.Usage({
    category: 'Interaction',
    description: 'List contacts with customers, newest first, also those the services noted by themselves.',
    examples: [['What was said to a customer', '$0 interaction list CUST-022']],
  });

  customer = Option.String({ name: 'customer-id', required: false });
  direction = Option.String('--direction', { description: 'Only inbound or outbound ones.' });
  status = Option.String('--state', { description: 'Only open, inProgress or completed ones.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }, { where }] = await Promise.all([import('../page.ts'), import('../choice.ts'), import('#runtime/client')]);
    const direction = this.direction === undefined ? undefined : oneOf(this.direction, directions, '--direction');
    const status = this.status === undefined ? undefined : oneOf(this.status, states, '--state');
    const filters = where({ 'relatedParty.id': this.customer, direction, status });
    return printList(session, this, {
      title: 'Interactions', type: 'PartyInteraction', marks: [this.customer ?? ''],
      fetch: (window) => session.clients.TMF683.GET('/partyInteraction', { params: { query: { ...window, ...filters } } }),
    });
  }
}
