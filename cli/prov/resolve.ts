import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ProvResolveCommand extends WriteCommand {
  static override paths = [['prov', 'resolve']];

  static override usage = Command.Usage({
    category: 'Provisioning',
    description: 'Free a stuck task after the network was mended.',
    examples: [['The register was reset', '$0 prov resolve PTK-008 --note "HLR reset"']],
  });

  id = Option.String({ name: 'task-id' });
  note = Option.String('--note', { description: 'What was done in the network.' });

  protected override run(session: Session): Promise<number> {
    const body = this.note === undefined ? {} : { note: this.note };
    return session.show(session.clients.provisioning.POST('/task/{id}/resolve', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
