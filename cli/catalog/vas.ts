import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CatalogVasCommand extends ListCommand {
  static override paths = [['catalog', 'vas']];

  static override usage = Command.Usage({ category: 'Catalog', description: 'List the top-ups on sale.' });

  at = Option.String('--at', { description: 'Moment asked for; now unless said.' });

  protected override async run(session: Session): Promise<number> {
    const { showTopUps } = await import('./offerings.ts');
    return showTopUps(session, this.at, this);
  }
}
