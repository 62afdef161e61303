import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class HubReplayCommand extends WriteCommand {
  static override paths = [['hub', 'replay']];

  static override usage = Command.Usage({ category: 'Notifications', description: 'Send again what was given up for a subscriber.' });

  id = Option.String({ name: 'hub-id' });

  protected override async run(session: Session): Promise<number> {
    const { reader } = await import('./reader.ts');
    return session.show(session.clients.admin(reader).POST('/hub/{id}/replay', { params: { path: { id: this.id } }, ...session.once }));
  }
}
