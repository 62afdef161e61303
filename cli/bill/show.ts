import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class BillShowCommand extends BssCommand {
  static override paths = [['bill', 'show']];

  static override usage = Command.Usage({ category: 'Bill', description: 'Show the receipt of a bill: lines, tax and card.' });

  id = Option.String({ name: 'bill-id' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.billing.GET('/customerBill/{id}/document', { params: { path: { id: this.id } } }));
  }
}
