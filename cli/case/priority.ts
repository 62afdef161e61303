import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CasePriorityCommand extends WriteCommand {
  static override paths = [['case', 'priority']];

  static override usage = Command.Usage({
    category: 'Case', description: 'Change how urgent a case is, and with it its deadline.',
    examples: [['More urgent', '$0 case priority CASE-003 urgent']],
  });

  id = Option.String({ name: 'case-id' });
  priority = Option.String({ name: 'priority' });

  protected override async run(session: Session): Promise<number> {
    const [{ oneOf }, { priorities }] = await Promise.all([import('../choice.ts'), import('./choices.ts')]);
    const body = { priority: oneOf(this.priority, priorities, 'The priority') };
    return session.show(session.clients.case.PATCH('/case/{id}', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
