import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionTerminateCommand extends WriteCommand {
  static override paths = [['subscription', 'terminate']];

  static override usage = Command.Usage({
    category: 'Subscription',
    description: 'End a line for good.',
    details: 'The number rests in quarantine, the eSIM profile is deleted, what was paid is not given back.',
  });

  id = Option.String({ name: 'subscription-id' });
  reason = Option.String('--reason', { description: 'Why, for the record.' });

  protected override async run(session: Session): Promise<number> {
    const { confirm } = await import('../confirm.ts');
    await confirm(session, () => Promise.resolve(`End line ${this.id} for good? Its number and balance are lost.`));
    const body = this.reason === undefined ? {} : { reason: this.reason };
    return session.show(session.clients.subscription.POST('/subscription/{id}/terminate', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
