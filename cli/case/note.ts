import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CaseNoteCommand extends WriteCommand {
  static override paths = [['case', 'note']];

  static override usage = Command.Usage({
    category: 'Case',
    description: 'Add a note to a case.',
    examples: [['After a call', '$0 case note CASE-003 "Called back, card blocked with the issuer"']],
  });

  id = Option.String({ name: 'case-id' });
  body = Option.String({ name: 'note' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.case.POST('/case/{id}/note', { params: { path: { id: this.id } }, body: { body: this.body }, ...session.once }));
  }
}
