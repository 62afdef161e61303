import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CatalogShowCommand extends BssCommand {
  static override paths = [['catalog', 'show']];

  static override usage = Command.Usage({ category: 'Catalog', description: 'Show what an offering costs and grants.' });

  id = Option.String({ name: 'offering-id' });
  at = Option.String('--at', { description: 'Moment asked for; now unless said.' });

  protected override async run(session: Session): Promise<number> {
    const { momentOf } = await import('../moment.ts');
    const query = this.at === undefined ? {} : { at: momentOf(this.at) };
    return session.show(session.clients.catalog.GET('/offering/{id}/tariff', { params: { path: { id: this.id }, query } }));
  }
}
