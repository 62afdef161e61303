import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class InventoryMsisdnCountCommand extends BssCommand {
  static override paths = [['inventory', 'msisdn-count']];

  static override usage = Command.Usage({ category: 'Inventory', description: 'Count numbers by state.' });

  prefix = Option.String('--prefix', { description: 'Only numbers that start with these digits.' });

  protected override run(session: Session): Promise<number> {
    const query = this.prefix === undefined ? {} : { prefix: this.prefix };
    return session.show(session.clients.inventory.GET('/msisdnCount', { params: { query } }));
  }
}
