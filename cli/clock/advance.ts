import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ClockAdvanceCommand extends WriteCommand {
  static override paths = [['clock', 'advance']];

  static override usage = Command.Usage({
    category: 'Clock',
    description: 'Move business time forward; what falls due on the way runs in order.',
    details: 'For rehearsals: works while BSS_ALLOW_ADMIN is on. Renewals on the way charge cards; time never goes back.',
    examples: [['To the next renewals', '$0 clock advance 31d'], ['An hour and a half', '$0 clock advance "1h 30m"']],
  });

  duration = Option.String({ name: 'duration' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { stretchOf }] = await Promise.all([import('../confirm.ts'), import('../moment.ts')]);
    const duration = stretchOf(this.duration);
    await confirm(session, () => Promise.resolve(`Move business time forward by ${duration} for every service? What falls due is carried out.`));
    return session.show(session.clients.admin('crm').POST('/clock/advance', { body: { duration }, ...session.once }));
  }
}
