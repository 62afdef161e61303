import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionRenewalsCommand extends ListCommand {
  static override paths = [['subscription', 'renewals']];

  static override usage = Command.Usage({ category: 'Subscription', description: 'List the renewals of a line, newest first: what was charged, or why not.' });

  id = Option.String({ name: 'subscription-id' });

  protected override async run(session: Session): Promise<number> {
    const { printList } = await import('../page.ts');
    return printList(session, this, {
      title: 'Renewals', type: 'Renewal', marks: [this.id],
      fetch: (window) => session.clients.subscription.GET('/subscription/{id}/renewal', { params: { path: { id: this.id }, query: window } }),
    });
  }
}
