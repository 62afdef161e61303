import { Command, Option } from 'clipanion';
import { ListCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class BillListCommand extends ListCommand {
  static override paths = [['bill', 'list']];

  static override usage = Command.Usage({ category: 'Bill', description: 'List bills, newest first: activations, renewals, top-ups, credit notes.' });

  customer = Option.String({ name: 'customer-id', required: false });

  protected override async run(session: Session): Promise<number> {
    const [{ printList }, { where }] = await Promise.all([import('../page.ts'), import('#runtime/client')]);
    const filters = where({ 'relatedParty.id': this.customer });
    return printList(session, this, {
      title: 'Bills', type: 'CustomerBill', marks: [this.customer ?? ''],
      fetch: (window) => session.clients.TMF678.GET('/customerBill', { params: { query: { ...window, ...filters } } }),
    });
  }
}
