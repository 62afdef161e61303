import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const states = ['pending', 'active', 'blocked', 'terminated'] as const;

export class SubscriptionListCommand extends ListCommand {
  static override paths = [['subscription', 'list']];

  static override usage = Command.Usage({
    category: 'Subscription',
    description: 'List lines, newest first.',
    examples: [['Lines of a customer', '$0 subscription list --customer CUST-001'], ['Lines that cannot be used', '$0 subscription list --state blocked']],
  });

  customer = Option.String('--customer', { description: 'Only lines of this customer.' });
  msisdn = Option.String('--msisdn', { description: 'Only lines with this number.' });
  state = Option.String('--state', { description: 'Only pending, active, blocked or terminated ones.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }] = await Promise.all([import('../page.ts'), import('../choice.ts')]);
    const query = {
      ...(this.customer === undefined ? {} : { customerId: this.customer }),
      ...(this.msisdn === undefined ? {} : { msisdn: this.msisdn }),
      ...(this.state === undefined ? {} : { state: oneOf(this.state, states, '--state') }),
    };
    return printList(session, this, {
      title: 'Lines', type: 'Subscription', marks: [this.customer ?? ''],
      fetch: (window) => session.clients.subscription.GET('/subscription', { params: { query: { ...window, ...query } } }),
    });
  }
}
