import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CaseAssignCommand extends WriteCommand {
  static override paths = [['case', 'assign']];

  static override usage = Command.Usage({
    category: 'Case', description: 'Give a case to a member of staff.',
    examples: [['To Mei', '$0 case assign CASE-003 AGT-002']],
  });

  id = Option.String({ name: 'case-id' });
  agent = Option.String({ name: 'agent-id' });

  protected override run(session: Session): Promise<number> {
    const body = { agentId: this.agent };
    return session.show(session.clients.case.PATCH('/case/{id}', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
