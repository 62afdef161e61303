import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionBalanceCommand extends BssCommand {
  static override paths = [['subscription', 'balance']];

  static override usage = Command.Usage({ category: 'Subscription', description: 'Show the balances of a line.' });

  id = Option.String({ name: 'subscription-id' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.subscription.GET('/subscription/{id}/balance', { params: { path: { id: this.id } } }));
  }
}
