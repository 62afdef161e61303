import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionChangePlanCommand extends WriteCommand {
  static override paths = [['subscription', 'change-plan']];

  static override usage = Command.Usage({
    category: 'Subscription',
    description: 'Give a line another plan from its next period on.',
    details: 'Nothing is charged now: the renewal charges the new price and replaces what is left of the old plan. `bss subscription cancel-change` takes it back until then.',
    examples: [['From the next period on', '$0 subscription change-plan SUB-009 PLAN_L']],
  });

  id = Option.String({ name: 'subscription-id' });
  offering = Option.String({ name: 'plan' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { planChangeQuestion }] = await Promise.all([import('../confirm.ts'), import('../money-question.ts')]);
    await confirm(session, () => planChangeQuestion(session, this.id, this.offering));
    const body = { offeringId: this.offering };
    return session.show(session.clients.subscription.POST('/subscription/{id}/planChange', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
