import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CaseCloseCommand extends WriteCommand {
  static override paths = [['case', 'close']];

  static override usage = Command.Usage({
    category: 'Case',
    description: 'Close a case for good, resolving it first where it is not.',
    examples: [['It works again', '$0 case close CASE-003 fixed'], ['The customer gave up', '$0 case close CASE-003 --cancel --reason "withdrawn by the customer"']],
  });

  id = Option.String({ name: 'case-id' });
  code = Option.String({ name: 'resolution-code', required: false });
  reason = Option.String('--reason', { description: 'Why, for the record.' });
  cancel = Option.Boolean('--cancel', false, { description: 'End it unresolved, with its open tickets.' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { closingTriggers, stateOf }, { keyed, ok }] = await Promise.all([import('../confirm.ts'), import('./trigger.ts'), import('#runtime/client')]);
    await confirm(session, () => Promise.resolve(`Close case ${this.id} for good?`));
    const triggers = this.cancel ? ['cancel' as const] : closingTriggers(await stateOf(session, this.id));
    const key = session.once.headers['Idempotency-Key'];
    const fire = (trigger: (typeof triggers)[number]) =>
      session.clients.case.POST('/case/{id}/transition', { params: { path: { id: this.id } }, body: this.#body(trigger), ...keyed(`${key}:${trigger}`) });
    // A dry run can only try the first step: the later ones start from where it would lead.
    if (session.dryRun) return session.show(fire(triggers[0]!));
    for (const trigger of triggers.slice(0, -1)) await ok(fire(trigger));
    return session.show(fire(triggers.at(-1)!));
  }

  #body<T extends string>(trigger: T): { trigger: T; reason?: string; resolutionCode?: string } {
    const reason = this.reason === undefined ? {} : { reason: this.reason };
    return { trigger, ...reason, ...(this.code === undefined || trigger === 'resume' ? {} : { resolutionCode: this.code }) };
  }
}
