import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const states = [
  'acknowledged', 'rejected', 'pending', 'held', 'inProgress', 'cancelled', 'completed', 'failed', 'partial', 'assessingCancellation', 'pendingCancellation',
] as const;

export class OrderListCommand extends ListCommand {
  static override paths = [['order', 'list']];

  static override usage = Command.Usage({
    category: 'Order',
    description: 'List orders, newest first.',
    examples: [['Orders of a customer', '$0 order list --customer CUST-001'], ['Orders that wait for somebody', '$0 order list --state held']],
  });

  customer = Option.String('--customer', { description: 'Only orders of this customer.' });
  state = Option.String('--state', { description: 'Only orders in this TMF622 state, such as inProgress or failed.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }, { where }] = await Promise.all([import('../page.ts'), import('../choice.ts'), import('#runtime/client')]);
    const state = this.state === undefined ? undefined : oneOf(this.state, states, '--state');
    const filters = where({ 'relatedParty.id': this.customer, state });
    return printList(session, this, {
      title: 'Orders', type: 'ProductOrder', marks: [this.customer ?? ''],
      fetch: (window) => session.clients.TMF622.GET('/productOrder', { params: { query: { ...window, ...filters } } }),
    });
  }
}
