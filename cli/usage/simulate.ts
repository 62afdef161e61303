import { Command, Option } from 'clipanion';
import { WriteCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class UsageSimulateCommand extends WriteCommand {
  static override paths = [['usage', 'simulate']];

  static override usage = Command.Usage({
    category: 'Usage',
    description: 'Report usage of a number as the network would and wait for its rating.',
    examples: [['Four gigabytes', '$0 usage simulate 90000005 data 4 gb --yes'], ['Ten minutes abroad', '$0 usage simulate 90000005 voice 10 min --roaming --yes']],
  });

  msisdn = Option.String({ name: 'msisdn' });
  kind = Option.String({ name: 'data|voice|sms' });
  quantity = Option.String({ name: 'quantity' });
  unit = Option.String({ name: 'unit', required: false });
  roaming = Option.Boolean('--roaming', false, { description: 'Used abroad.' });
  at = Option.String('--at', { description: 'When it was used; now unless said.' });
  reference = Option.String('--reference', { description: 'Number of the record at its source; a record counts once.' });

  protected override async run(session: Session): Promise<number> {
    const [{ confirm }, { simulateUsage }] = await Promise.all([import('../confirm.ts'), import('./simulation.ts')]);
    await confirm(session, () => Promise.resolve(`Report ${[this.quantity, this.unit, this.kind].filter(Boolean).join(' ')} used on ${this.msisdn}? It draws on the balance.`));
    return simulateUsage(session, this);
  }
}
