import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ProvShowCommand extends BssCommand {
  static override paths = [['prov', 'show']];

  static override usage = Command.Usage({ category: 'Provisioning', description: 'Show one task of the network.' });

  id = Option.String({ name: 'task-id' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.provisioning.GET('/task/{id}', { params: { path: { id: this.id } } }));
  }
}
