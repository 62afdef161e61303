import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CustomerShowCommand extends BssCommand {
  static override paths = [['customer', 'show']];

  static override usage = Command.Usage({ category: 'Customer', description: 'Show one customer.' });

  id = Option.String({ name: 'customer-id' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.TMF629.GET('/customer/{id}', { params: { path: { id: this.id } } }));
  }
}
