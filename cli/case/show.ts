import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CaseShowCommand extends BssCommand {
  static override paths = [['case', 'show']];

  static override usage = Command.Usage({ category: 'Case', description: 'Show a case with its notes and tickets.' });

  id = Option.String({ name: 'case-id' });

  protected override async run(session: Session): Promise<number> {
    if (session.output.scripted) return session.show(session.clients.case.GET('/case/{id}', { params: { path: { id: this.id } } }));
    const { caseView } = await import('./case-view.ts');
    await session.output.show(await caseView(session, this.id));
    return 0;
  }
}
