import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const states = ['pending', 'running', 'completed', 'failed', 'stuck', 'cancelled'] as const;

export class ProvTasksCommand extends ListCommand {
  static override paths = [['prov', 'tasks']];

  static override usage = Command.Usage({
    category: 'Provisioning',
    description: 'List tasks of the network.',
    examples: [['What hangs', '$0 prov tasks --state stuck'], ['What an order asked for', '$0 prov tasks --order ORD-014']],
  });

  order = Option.String('--order', { description: 'Only tasks of this product order (ORD-) or service order (SO-).' });
  subscription = Option.String('--subscription', { description: 'Only tasks of this line.' });
  service = Option.String('--service', { description: 'Only tasks of this service.' });
  state = Option.String('--state', { description: 'Only pending, running, completed, failed, stuck or cancelled ones.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }] = await Promise.all([import('../page.ts'), import('../choice.ts')]);
    const query = {
      ...(this.order === undefined ? {} : { [this.order.startsWith('SO-') ? 'serviceOrderId' : 'orderId']: this.order }),
      ...(this.subscription === undefined ? {} : { subscriptionId: this.subscription }),
      ...(this.service === undefined ? {} : { serviceId: this.service }),
      ...(this.state === undefined ? {} : { state: oneOf(this.state, states, '--state') }),
    };
    return printList(session, this, {
      title: 'Network tasks', type: 'ProvisioningTask', marks: [this.order ?? '', this.state ?? ''],
      fetch: (window) => session.clients.provisioning.GET('/task', { params: { query: { ...window, ...query } } }),
    });
  }
}
