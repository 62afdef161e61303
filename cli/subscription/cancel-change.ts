import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionCancelChangeCommand extends WriteCommand {
  static override paths = [['subscription', 'cancel-change']];

  static override usage = Command.Usage({ category: 'Subscription', description: 'Keep the present plan: drop the change that waits for the next period.' });

  id = Option.String({ name: 'subscription-id' });

  protected override async run(session: Session): Promise<number> {
    const params = { path: { id: this.id } };
    const call = session.clients.subscription.DELETE('/subscription/{id}/planChange', { params, ...session.once });
    if (session.dryRun) return session.show(call);
    const { ok } = await import('#runtime/client');
    await ok(call);
    return session.show(session.clients.subscription.GET('/subscription/{id}', { params }));
  }
}
