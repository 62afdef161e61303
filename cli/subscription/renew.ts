import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionRenewCommand extends WriteCommand {
  static override paths = [['subscription', 'renew']];

  static override usage = Command.Usage({
    category: 'Subscription',
    description: 'Charge the next period of a line that is due.',
    details: 'Renewals run by themselves; this tries one again after the card was declined, or does at once what the loop would do in a moment.',
    examples: [['After a new card was put on file', '$0 subscription renew SUB-009']],
  });

  id = Option.String({ name: 'subscription-id' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { renewalQuestion }] = await Promise.all([import('../confirm.ts'), import('../money-question.ts')]);
    await confirm(session, () => renewalQuestion(session, this.id));
    return session.show(session.clients.subscription.POST('/subscription/{id}/renew', { params: { path: { id: this.id } }, ...session.once }));
  }
}
