import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class ProvFaultCommand extends WriteCommand {
  static override paths = [['prov', 'fault']];

  static override usage = Command.Usage({
    category: 'Provisioning',
    description: 'List the faults the simulated network plays, or switch one.',
    examples: [['What can go wrong', '$0 prov fault'], ['Let every first try of the register fail', '$0 prov fault FLT-001 --on --probability 1 --yes']],
  });

  id = Option.String({ name: 'fault-id', required: false });
  on = Option.Boolean('--on', false, { description: 'Play the fault.' });
  off = Option.Boolean('--off', false, { description: 'Do not play it.' });
  limit = Option.String('--limit', { description: 'Rows to show, 100 unless said.' });
  offset = Option.String('--offset', { description: 'Rows to leave out at the start.' });
  all = Option.Boolean('--all', false, { description: 'Every row, page by page.' });
  probability = Option.String('--probability', { description: 'Share of tasks it strikes, 0 to 1.' });

  protected override async run(session: Session): Promise<number> {
    const { changeFault, listFaults } = await import('./fault-rule.ts');
    return this.id === undefined ? listFaults(session, this) : changeFault(session, this.id, this);
  }
}
