import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionVasCommand extends WriteCommand {
  static override paths = [['subscription', 'vas']];

  static override usage = Command.Usage({
    category: 'Subscription',
    description: 'Buy a top-up for a line, charging the card on file.',
    examples: [['One more gigabyte', '$0 subscription vas SUB-009 VAS_DATA_1GB'], ['In a script', '$0 subscription vas SUB-009 VAS_DATA_1GB --yes --idempotency-key top-up-42']],
  });

  id = Option.String({ name: 'subscription-id' });
  offering = Option.String({ name: 'top-up' });
  card = Option.String('--card', { description: 'Card to charge; the default card unless named.' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { topUpQuestion }] = await Promise.all([import('../confirm.ts'), import('../money-question.ts')]);
    await confirm(session, () => topUpQuestion(session, this.id, this.offering, this.card));
    const body = { offeringId: this.offering, ...(this.card === undefined ? {} : { paymentMethodId: this.card }) };
    return session.show(session.clients.subscription.POST('/subscription/{id}/vasPurchase', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
