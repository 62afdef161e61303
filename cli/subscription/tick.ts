import { Command } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class SubscriptionTickCommand extends WriteCommand {
  static override paths = [['subscription', 'tick']];

  static override usage = Command.Usage({
    category: 'Subscription',
    description: 'Run the renewal and reminder sweeps now; a repeat changes nothing.',
    details: 'They run by themselves every BSS_RENEWAL_TICK_SECONDS; for rehearsals and for operators in a hurry.',
  });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { ok }] = await Promise.all([import('../confirm.ts'), import('#runtime/client')]);
    await confirm(session, () => Promise.resolve('Renew every line that is due, charging its card?'));
    const admin = session.clients.admin('subscription');
    if (!session.dryRun) await ok(admin.POST('/sweep/{name}', { params: { path: { name: 'renewal_reminder' } } }));
    return session.show(admin.POST('/sweep/{name}', { params: { path: { name: 'renewal' } }, ...session.once }));
  }
}
