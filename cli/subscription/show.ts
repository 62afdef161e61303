import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionShowCommand extends BssCommand {
  static override paths = [['subscription', 'show']];

  static override usage = Command.Usage({ category: 'Subscription', description: 'Show a line with what it may still use.' });

  id = Option.String({ name: 'subscription-id' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.subscription.GET('/subscription/{id}', { params: { path: { id: this.id } } }));
  }
}
