import { Command } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ClockUnfreezeCommand extends WriteCommand {
  static override paths = [['clock', 'unfreeze']];

  static override usage = Command.Usage({ category: 'Clock', description: 'Let business time run again.' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.admin('crm').POST('/clock/unfreeze', { ...session.once }));
  }
}
