import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class InventoryMsisdnShowCommand extends BssCommand {
  static override paths = [['inventory', 'msisdn-show']];

  static override usage = Command.Usage({ category: 'Inventory', description: 'Show one number.' });

  msisdn = Option.String({ name: 'msisdn' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.inventory.GET('/msisdn/{msisdn}', { params: { path: { msisdn: this.msisdn } } }));
  }
}
