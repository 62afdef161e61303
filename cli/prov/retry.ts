import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ProvRetryCommand extends WriteCommand {
  static override paths = [['prov', 'retry']];

  static override usage = Command.Usage({ category: 'Provisioning', description: 'Try a failed task again.' });

  id = Option.String({ name: 'task-id' });
  note = Option.String('--note', { description: 'Note for the record.' });

  protected override run(session: Session): Promise<number> {
    const body = this.note === undefined ? {} : { note: this.note };
    return session.show(session.clients.provisioning.POST('/task/{id}/retry', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
