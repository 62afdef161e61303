import { Command } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ClockNowCommand extends BssCommand {
  static override paths = [['clock', 'now']];

  static override usage = Command.Usage({ category: 'Clock', description: 'Show the business time of all services, and whether it stands still.' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.admin('crm').GET('/clock'));
  }
}
