import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ClockFreezeCommand extends WriteCommand {
  static override paths = [['clock', 'freeze']];

  static override usage = Command.Usage({
    category: 'Clock',
    description: 'Let business time stand still, now or at a later moment.',
    details: 'For rehearsals: works while BSS_ALLOW_ADMIN is on.',
  });

  at = Option.String('--at', { description: 'Moment at which it stands still, as ISO 8601; not before now.' });

  protected override async run(session: Session): Promise<number> {
    const { momentOf } = await import('../moment.ts');
    const body = this.at === undefined ? {} : { at: momentOf(this.at) };
    return session.show(session.clients.admin('crm').POST('/clock/freeze', { body, ...session.once }));
  }
}
