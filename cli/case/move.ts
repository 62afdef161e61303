import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CaseMoveCommand extends WriteCommand {
  static override paths = [['case', 'move']];

  static override usage = Command.Usage({
    category: 'Case',
    description: 'Move a case on to another state.',
    details: 'in_progress takes, resumes or reopens it; pending_customer stops its clock; resolved needs that its tickets are done.',
    examples: [['Take it', '$0 case move CASE-003 in_progress'], ['Wait for the customer', '$0 case move CASE-003 pending_customer --reason "asked for a receipt"']],
  });

  id = Option.String({ name: 'case-id' });
  state = Option.String({ name: 'state' });
  reason = Option.String('--reason', { description: 'Why, for the record.' });

  protected override async run(session: Session): Promise<number> {
    const [{ oneOf }, { caseStates }, { stateOf, triggerTo }] = await Promise.all([import('../choice.ts'), import('./choices.ts'), import('./trigger.ts')]);
    const to = oneOf(this.state, caseStates, 'The state');
    const body = { trigger: triggerTo(await stateOf(session, this.id), to), ...(this.reason === undefined ? {} : { reason: this.reason }) };
    return session.show(session.clients.case.POST('/case/{id}/transition', { params: { path: { id: this.id } }, body, ...session.once }));
  }
}
