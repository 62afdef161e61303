import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

const statuses = ['available', 'reserved', 'downloaded', 'installed', 'enabled', 'disabled', 'deleted'] as const;

export class InventoryEsimListCommand extends ListCommand {
  static override paths = [['inventory', 'esim-list']];

  static override usage = Command.Usage({ category: 'Inventory', description: 'List eSIM profiles of the pool.' });

  status = Option.String('--status', { description: 'Only available, reserved, downloaded, installed, enabled, disabled or deleted ones.' });
  subscription = Option.String('--subscription', { description: 'Only profiles of this line.' });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { oneOf }] = await Promise.all([import('../page.ts'), import('../choice.ts')]);
    const query = {
      ...(this.status === undefined ? {} : { status: oneOf(this.status, statuses, '--status') }),
      ...(this.subscription === undefined ? {} : { subscriptionId: this.subscription }),
    };
    return printList(session, this, {
      title: 'eSIM profiles', type: 'Esim', marks: [this.status ?? '', this.subscription ?? ''],
      fetch: (window) => session.clients.inventory.GET('/esim', { params: { query: { ...window, ...query } } }),
    });
  }
}
