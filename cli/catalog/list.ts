import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CatalogListCommand extends ListCommand {
  static override paths = [['catalog', 'list']];

  static override usage = Command.Usage({
    category: 'Catalog',
    description: 'List the plans.',
    examples: [['What is on sale', '$0 catalog list --active'], ['What will be', '$0 catalog list --active --at 2026-12-01']],
  });

  active = Option.Boolean('--active', false, { description: 'Only plans on sale at that moment.' });
  at = Option.String('--at', { description: 'Moment asked for; now unless said.' });

  protected override async run(session: Session): Promise<number> {
    const { showPlans } = await import('./offerings.ts');
    return showPlans(session, { active: this.active, at: this.at, paging: this });
  }
}
