import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CatalogPriceCommand extends BssCommand {
  static override paths = [['catalog', 'price']];

  static override usage = Command.Usage({
    category: 'Catalog',
    description: 'Show the price of an offering at a moment.',
    examples: [['The price next month', '$0 catalog price PLAN_M --at 2026-12-01']],
  });

  id = Option.String({ name: 'offering-id' });
  at = Option.String('--at', { description: 'Moment asked for; now unless said.' });

  protected override async run(session: Session): Promise<number> {
    const { momentOf } = await import('../moment.ts');
    const query = this.at === undefined ? {} : { at: momentOf(this.at) };
    return session.show(session.clients.catalog.GET('/offering/{id}/activePrice', { params: { path: { id: this.id }, query } }));
  }
}
