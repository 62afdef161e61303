import { Command, Option } from 'clipanion';
import { BssCommand } from '../command.ts';
import type { Session } from '../session.ts';

export class CustomerKycStatusCommand extends BssCommand {
  static override paths = [['customer', 'kyc-status']];

  static override usage = Command.Usage({ category: 'Customer', description: 'Show the identity status of a customer.' });

  id = Option.String({ name: 'customer-id' });

  protected override run(session: Session): Promise<number> {
    return session.show(session.clients.crm.GET('/customer/{id}/kyc', { params: { path: { id: this.id } } }));
  }
}
